"""Rule warnings are true: evaluation, tried sale by sale, agrees with each of them."""

import itertools
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.calendar import UTC_CALENDAR
from domain.rules.evaluation import compile_rules
from domain.rules.facts import EarnerFacts, LineFacts, volume_key
from domain.rules.model import (
    AllOf,
    BonusRule,
    Condition,
    FlatPoints,
    MultiplyBase,
    PercentOfBase,
    PointsPerUnit,
    Reward,
    Slab,
    Slabs,
    VolumeClause,
)
from domain.rules.phrases import DisplayNames
from domain.rules.reach import Cell
from domain.rules.rule_warnings import WarningContext, find_rule_warnings
from domain.rules.sale_assignments import SaleScope
from domain.rules.traversal import walk_clauses
from tests.domain.rules.test_reach_properties import (
    CLAUSES,
    COUNTRY,
    DID,
    PATHS,
    RANKS,
    TIERS,
    VARIANTS,
    histories,
    lines,
    scopes,
)
from tests.support.world import key

REWARDS: st.SearchStrategy[Reward] = st.one_of(
    st.builds(FlatPoints, st.integers(1, 4)),
    st.builds(PointsPerUnit, st.integers(1, 3)),
    st.builds(PercentOfBase, st.sampled_from([Decimal("12.5"), Decimal(50), Decimal(100)])),
    st.builds(MultiplyBase, st.sampled_from([Decimal("1.5"), Decimal(2), Decimal(3)])),
    st.builds(
        lambda first, start, second: Slabs((Slab(1, first), Slab(start, second))),
        st.integers(1, 3),
        st.integers(2, 4),
        st.integers(1, 3),
    ),
)
CONDITIONS: st.SearchStrategy[Condition] = st.one_of(
    CLAUSES, st.builds(AllOf, st.lists(CLAUSES, min_size=2, max_size=2).map(tuple))
)


@st.composite
def rules(draw: st.DrawFn) -> list[BonusRule]:
    """Two or three rules, some of one group; the second is often met less than the first."""
    first = draw(CONDITIONS)
    others = st.one_of(CONDITIONS, st.just(first), CLAUSES.map(lambda more: AllOf((first, more))))
    found = []
    for number, condition in enumerate((first, *draw(st.lists(others, min_size=1, max_size=2)))):
        group, priority = draw(st.sampled_from(["one", "one", None])), draw(st.integers(0, 1))
        rule = BonusRule(id=key(f"rule {number}"), name=f"Rule {number}", condition=condition, reward=draw(REWARDS))
        found.append(replace(rule, exclusive_group=group, priority=priority))
    return found


def cases(scope: SaleScope, found: list[BonusRule], bases: dict[UUID, int]) -> Iterator[tuple[LineFacts, EarnerFacts]]:
    """A sample of lines for every kind of ECP."""
    every = AllOf(tuple(rule.condition for rule in found))
    keys = list({volume_key(clause) for clause in walk_clauses(every) if isinstance(clause, VolumeClause)})
    for line, enrolled_at in lines(scope, every):
        paid = replace(line, base_points=bases[line.variant_id])
        for place, tier, did in itertools.product(PATHS, (None, *TIERS), (frozenset(), frozenset(DID))):
            for activities in histories(Cell(geography_id=place, tier_id=tier, count=1, did=did), line.at):
                for amounts in itertools.product([0, 2, 5], repeat=len(keys)):
                    sold = dict(zip(keys, amounts, strict=True))
                    yield (
                        paid,
                        EarnerFacts(
                            tier_id=tier,
                            geography_path=PATHS[place],
                            enrolled_at=enrolled_at,
                            volumes=sold,
                            activities=activities,
                        ),
                    )


@settings(max_examples=60, deadline=None)
@given(rules(), scopes(), st.lists(st.integers(0, 3), min_size=2, max_size=2))
def test_warnings_agree_with_evaluation(found: list[BonusRule], scope: SaleScope, points: list[int]) -> None:
    """Nobody meets a contradiction, a shadowed rule never pays, and rules that add up do so on some sale."""
    bases = dict(zip((sold.variant_id for sold in VARIANTS), points, strict=True))
    context = WarningContext(
        scope=scope,
        geography_ids=frozenset({COUNTRY}),
        base_points=bases,
        budget=None,
        paths=PATHS,
        tier_ranks=RANKS,
        names=DisplayNames(),
    )
    reported = {(warning.code, warning.rule_id) for warning in find_rule_warnings(found, context)}
    compiled = compile_rules(found, RANKS, UTC_CALENDAR)
    met: set[UUID] = set()
    paid: set[UUID] = set()
    together: set[UUID] = set()
    for line, ecp in cases(scope, found, bases):
        outcomes = compiled.evaluate(line, ecp).outcomes
        meeting = [rule for rule, outcome in zip(found, outcomes, strict=True) if outcome.met]
        met.update(rule.id for rule in meeting)
        paid.update(rule.id for rule, outcome in zip(found, outcomes, strict=True) if outcome.points)
        for earlier, later in itertools.combinations(meeting, 2):
            if earlier.exclusive_group is None or earlier.exclusive_group != later.exclusive_group:
                together.add(later.id)
    assert {rule for code, rule in reported if code == "CONTRADICTION"} == {rule.id for rule in found} - met
    shadowed = {rule for code, rule in reported if code == "SHADOWED"}
    assert shadowed.isdisjoint(paid)
    assert {rule for code, rule in reported if code == "OVERLAP"} == together - shadowed
