"""The search agrees with brute force, and no condition is too large for it (R4)."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from domain.rules.model import ActivityClause, AllOf, AnyOf, Clause, Condition, Not
from domain.rules.satisfiability import ConditionSearch, Dimension, SearchBudget

CLAUSES = [ActivityClause("DID", times) for times in range(1, 9)]
BITS: dict[Clause, int] = {clause: 1 << number for number, clause in enumerate(CLAUSES)}
# Two dimensions of three clauses each; the last two clauses are facts.
FIRST, SECOND = 0b000111, 0b111000
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    st.sampled_from(CLAUSES),
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, max_size=4).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=4).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=12,
)


def choices(mask: int) -> st.SearchStrategy[Dimension]:
    """Random combinations of the clauses of a dimension."""
    shift = (mask & -mask).bit_length() - 1
    combinations = st.frozensets(st.integers(0, 7).map(lambda chosen: chosen << shift), max_size=5)
    return combinations.map(lambda found: Dimension(mask, found))


def holds(condition: Condition, true: int) -> bool:
    """Evaluate a condition directly."""
    match condition:
        case AllOf(members):
            return all(holds(member, true) for member in members)
        case AnyOf(members):
            return any(holds(member, true) for member in members)
        case Not(member):
            return not holds(member, true)
        case clause:
            return bool(true & BITS[clause])


@given(CONDITIONS, choices(FIRST), choices(SECOND), st.integers(0, 3).map(lambda facts: facts << 6))
def test_the_search_agrees_with_brute_force(
    condition: Condition, first: Dimension, second: Dimension, facts: int
) -> None:
    tried = [holds(condition, facts | one | other) for one, other in itertools.product(first.choices, second.choices)]
    assert ConditionSearch(condition, BITS).is_satisfiable(facts, [first, second], SearchBudget()) is any(tried)


def test_the_largest_condition_takes_little_work() -> None:
    """A hundred independent clauses, half of them positive and negative: 2^100 combinations."""
    many = [ActivityClause(f"KIND_{number}", 1) for number in range(100)]
    bits: dict[Clause, int] = {clause: 1 << number for number, clause in enumerate(many)}
    free = [Dimension(bit, frozenset({0, bit})) for bit in bits.values()]
    pairs = [
        AnyOf((AllOf((one, Not(other))), AllOf((other, Not(one))))) for one, other in itertools.pairwise(many[:20])
    ]
    assert ConditionSearch(AllOf((*pairs, *many[20:])), bits).is_satisfiable(0, free, SearchBudget())
    assert not ConditionSearch(AllOf((many[0], Not(many[0]), *many[50:])), bits).is_satisfiable(0, free, SearchBudget())


def test_a_condition_too_hard_to_rule_out_counts_as_possible() -> None:
    """The pigeonhole principle (nine pigeons, eight holes) takes too long to refute, so no warning is given."""
    pigeons, holes = range(9), range(8)
    lives = {(one, hole): ActivityClause(f"LIVES_{one}_{hole}", 1) for one in pigeons for hole in holes}
    bits: dict[Clause, int] = {clause: 1 << number for number, clause in enumerate(lives.values())}
    free = [Dimension(bit, frozenset({0, bit})) for bit in bits.values()]
    housed = [AnyOf(tuple(lives[one, hole] for hole in holes)) for one in pigeons]
    alone = [
        Not(AllOf((lives[one, hole], lives[other, hole])))
        for hole in holes
        for one, other in itertools.combinations(pigeons, 2)
    ]
    assert ConditionSearch(AllOf((*housed, *alone)), bits).is_satisfiable(0, free, SearchBudget())
    few = [clause for (one, hole), clause in lives.items() if one < 2 and hole < 1]
    assert not ConditionSearch(AllOf((*few, Not(AllOf(tuple(few))))), bits).is_satisfiable(0, free, SearchBudget())
