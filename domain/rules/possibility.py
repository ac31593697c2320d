"""Whether a condition can hold at all, when its clauses hold in certain combinations only.

Clauses are bits. A dimension is a group of clauses with the combinations in which they can hold together; dimensions
do not depend on each other. The search settles one dimension after the other, and stops as soon as the rest does not
matter (the backtracking of Davis, Logemann and Loveland, 1962, over a tree instead of a normal form).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from domain.rules.model import AllOf, AnyOf, Clause, Condition, Not

# Parts of conditions looked at over all searches of a scheme, about a second's work, and those that any search may.
_WORK: Final = 4_000_000
_LEAST: Final = 500


class Effort:
    """How much searching is left, for all conditions of a scheme together.

    Whether any condition can hold is as hard a question as there is (Cook, 1971). When the effort is used up, a search
    gives up early and calls the condition possible. No rule that a person wrote comes near it.
    """

    def __init__(self) -> None:
        self.left = _WORK

    def spend(self, parts: int) -> None:
        """So much was looked at."""
        self.left = max(0, self.left - parts)


class Dimension(Struct, frozen=True):
    """Clauses as bits, and the combinations in which they can hold together."""

    mask: int
    choices: frozenset[int]


class _Group(Struct, frozen=True):
    """ALL or ANY of members, or NOT, which has one."""

    settles: bool
    members: tuple["_Tree", ...]
    negated: bool = False


_Tree = int | _Group


class Possibility:
    """One condition whose clauses are bits."""

    def __init__(self, condition: Condition, bits: Mapping[Clause, int]) -> None:
        self._tree = _tree(condition, bits)
        self._size = _size(self._tree)
        self._wanted, self._unwanted = _polarities(self._tree)
        self.mask = self._wanted | self._unwanted
        self._known: dict[Dimension, Dimension] = {}

    def given(self, true: int, dimensions: Iterable[Dimension], effort: Effort) -> bool:
        """Whether the condition can hold when the clauses in `true` hold, and others as the dimensions allow."""
        relevant = [
            self._narrowed(found, effort) for found in dimensions if found.mask & self.mask or not found.choices
        ]
        open_mask = 0
        for dimension in relevant:
            if not dimension.choices:
                return False
            open_mask |= dimension.mask
        relevant.sort(key=lambda found: len(found.choices))
        search = _Search(self._tree, relevant, max(_LEAST, effort.left) // self._size)
        possible = search.possible(true & self.mask, self.mask & ~open_mask)
        effort.spend(search.steps * self._size)
        return possible

    def _narrowed(self, dimension: Dimension, effort: Effort) -> Dimension:
        """The dimension as far as it matters here, without combinations that help no more than another one does."""
        found = self._known.get(dimension)
        if found is None:
            mask = dimension.mask & self.mask
            kept: list[int] = []
            # What helps more than another one comes before it.
            for choice in sorted({choice & mask for choice in dimension.choices}, key=self._harm):
                if not effort.left or not self._is_behind(choice, kept):
                    kept.append(choice)
                effort.spend(len(kept))
            found = self._known[dimension] = Dimension(mask, frozenset(kept))
        return found

    def _harm(self, choice: int) -> int:
        return (choice & self._unwanted).bit_count() - (choice & self._wanted).bit_count()

    def _is_behind(self, choice: int, others: Iterable[int]) -> bool:
        helps, harms = choice & self._wanted, choice & self._unwanted
        return any(helps & ~other == 0 and other & self._unwanted & ~harms == 0 for other in others)


class _Search:
    """One search, with the steps that it took."""

    def __init__(self, tree: _Tree, dimensions: Sequence[Dimension], most: int) -> None:
        self.steps = 0
        self._tree = tree
        self._dimensions = dimensions
        self._most = most

    def possible(self, true: int, known: int, settled: int = 0) -> bool:
        self.steps += 1
        verdict = _judge(self._tree, true, known)
        if verdict is not None or self.steps >= self._most:
            return verdict is not False
        dimension = self._dimensions[settled]
        return any(self.possible(true | choice, known | dimension.mask, settled + 1) for choice in dimension.choices)


def _tree(condition: Condition, bits: Mapping[Clause, int]) -> _Tree:
    match condition:
        case AllOf(conditions):
            return _Group(settles=False, members=tuple(_tree(member, bits) for member in conditions))
        case AnyOf(conditions):
            return _Group(settles=True, members=tuple(_tree(member, bits) for member in conditions))
        case Not(member):
            return _Group(settles=False, members=(_tree(member, bits),), negated=True)
        case clause:
            return bits[clause]


def _size(tree: _Tree) -> int:
    return 1 if isinstance(tree, int) else 1 + sum(_size(member) for member in tree.members)


def _polarities(tree: _Tree, *, negated: bool = False) -> tuple[int, int]:
    """The clauses that help when they hold, and those that help when they do not; some may do both."""
    if isinstance(tree, int):
        return (0, tree) if negated else (tree, 0)
    wanted = unwanted = 0
    for member in tree.members:
        helps, harms = _polarities(member, negated=negated ^ tree.negated)
        wanted, unwanted = wanted | helps, unwanted | harms
    return wanted, unwanted


def _judge(tree: _Tree, true: int, known: int) -> bool | None:
    """Whether the tree holds; None when that depends on clauses that are not known."""
    if isinstance(tree, int):
        return bool(true & tree) if known & tree else None
    verdict: bool | None = not tree.settles
    for member in tree.members:
        found = _judge(member, true, known)
        if found is tree.settles:
            verdict = found
            break
        if found is None:
            verdict = None
    return verdict if verdict is None else verdict ^ tree.negated
