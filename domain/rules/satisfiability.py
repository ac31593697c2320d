"""Whether a condition can hold at all, given the combinations in which its clauses can hold together.

Clauses are bits. A dimension is a group of clauses with every combination in which they can hold together; dimensions
are independent of each other. The search fixes one dimension after another and stops as soon as the remaining ones
cannot change the answer: the backtracking of Davis, Logemann and Loveland (1962), over a tree instead of a normal form.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from domain.rules.model import AllOf, AnyOf, Clause, Condition, Not

# Steps for all conditions of one scheme (about a second of work), and steps that every search gets regardless. One step
# visits one node of a condition.
_TOTAL_STEPS: Final = 4_000_000
_MIN_STEPS: Final = 500


class SearchBudget:
    """The search steps left for all conditions of one scheme.

    Deciding whether a condition can hold is NP-complete (Cook, 1971). Once the budget is exhausted, a search stops
    early and reports that the condition can hold. No rule written by a person comes near the budget.
    """

    def __init__(self) -> None:
        self.remaining = _TOTAL_STEPS

    @property
    def is_exhausted(self) -> bool:
        """Whether no steps are left, so that every condition counts as possible."""
        return not self.remaining

    def spend(self, steps: int) -> None:
        """Subtract steps; the rest never drops below 0."""
        self.remaining = max(0, self.remaining - steps)


class Dimension(Struct, frozen=True):
    """Clauses as bits, and the combinations in which they can hold together."""

    mask: int
    choices: frozenset[int]


class _Group(Struct, frozen=True):
    """AllOf or AnyOf with its members, or Not with its one member.

    A member with the value `short_circuit` decides the group: False for AllOf, True for AnyOf.
    """

    short_circuit: bool
    members: tuple["_Tree", ...]
    negated: bool = False


_Tree = int | _Group


class ConditionSearch:
    """Decides whether one condition can hold; its clauses are bits."""

    def __init__(self, condition: Condition, bits: Mapping[Clause, int]) -> None:
        self._tree = _tree(condition, bits)
        self._size = _size(self._tree)
        self._positive, self._negative = _polarities(self._tree)
        self.mask = self._positive | self._negative
        self._pruned: dict[Dimension, Dimension] = {}

    def is_satisfiable(self, true: int, dimensions: Iterable[Dimension], budget: SearchBudget) -> bool:
        """Whether the condition can hold when the clauses in `true` hold and the others vary as `dimensions` allow."""
        relevant = [self._prune(found, budget) for found in dimensions if found.mask & self.mask or not found.choices]
        open_mask = 0
        for dimension in relevant:
            if not dimension.choices:
                return False
            open_mask |= dimension.mask
        relevant.sort(key=lambda found: len(found.choices))
        search = _Search(self._tree, relevant, max(_MIN_STEPS, budget.remaining) // self._size)
        satisfiable = search.run(true & self.mask, self.mask & ~open_mask)
        budget.spend(search.steps * self._size)
        return satisfiable

    def _prune(self, dimension: Dimension, budget: SearchBudget) -> Dimension:
        """Keep the bits that this condition uses, and drop every combination that another one dominates."""
        found = self._pruned.get(dimension)
        if found is None:
            mask = dimension.mask & self.mask
            kept: list[int] = []
            # A combination sorts after every one that dominates it.
            for choice in sorted({choice & mask for choice in dimension.choices}, key=self._cost):
                if budget.is_exhausted or not self._is_dominated(choice, kept):
                    kept.append(choice)
                budget.spend(len(kept))
            found = self._pruned[dimension] = Dimension(mask, frozenset(kept))
        return found

    def _cost(self, choice: int) -> int:
        return (choice & self._negative).bit_count() - (choice & self._positive).bit_count()

    def _is_dominated(self, choice: int, others: Iterable[int]) -> bool:
        """Whether one of the others makes at least the same useful clauses true and no further harmful ones."""
        helps, harms = choice & self._positive, choice & self._negative
        return any(helps & ~other == 0 and other & self._negative & ~harms == 0 for other in others)


class _Search:
    """One run of the search, with the steps it took."""

    def __init__(self, tree: _Tree, dimensions: Sequence[Dimension], max_steps: int) -> None:
        self.steps = 0
        self._tree = tree
        self._dimensions = dimensions
        self._max_steps = max_steps

    def run(self, true: int, known: int, fixed: int = 0) -> bool:
        """Whether the tree can hold, with the first `fixed` dimensions fixed; True when the steps are used up."""
        self.steps += 1
        value = _evaluate(self._tree, true, known)
        if value is not None or self.steps >= self._max_steps:
            return value is not False
        dimension = self._dimensions[fixed]
        return any(self.run(true | choice, known | dimension.mask, fixed + 1) for choice in dimension.choices)


def _tree(condition: Condition, bits: Mapping[Clause, int]) -> _Tree:
    match condition:
        case AllOf(conditions):
            return _Group(short_circuit=False, members=tuple(_tree(member, bits) for member in conditions))
        case AnyOf(conditions):
            return _Group(short_circuit=True, members=tuple(_tree(member, bits) for member in conditions))
        case Not(member):
            return _Group(short_circuit=False, members=(_tree(member, bits),), negated=True)
        case clause:
            return bits[clause]


def _size(tree: _Tree) -> int:
    return 1 if isinstance(tree, int) else 1 + sum(_size(member) for member in tree.members)


def _polarities(tree: _Tree, *, negated: bool = False) -> tuple[int, int]:
    """The clauses that help when they are true, and those that help when they are false; a clause may be in both."""
    if isinstance(tree, int):
        return (0, tree) if negated else (tree, 0)
    positive = negative = 0
    for member in tree.members:
        helps, harms = _polarities(member, negated=negated ^ tree.negated)
        positive, negative = positive | helps, negative | harms
    return positive, negative


def _evaluate(tree: _Tree, true: int, known: int) -> bool | None:
    """Whether the tree holds; None while that depends on clauses that are not known."""
    if isinstance(tree, int):
        return bool(true & tree) if known & tree else None
    value: bool | None = not tree.short_circuit
    for member in tree.members:
        found = _evaluate(member, true, known)
        if found is tree.short_circuit:
            value = found
            break
        if found is None:
            value = None
    return value if value is None else value ^ tree.negated
