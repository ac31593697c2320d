"""What lines are worth: equal results are one object, since a million lines have few different ones (N7)."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from domain.points.valuation_facts import pack_cuts
from domain.rules.rewards import Reduction

# The parts of a result, as below.
WorthKey = tuple[int, tuple[int, ...], int, tuple[int, ...], tuple[int, ...]]


class Worth:
    """The base points of a line, those of each rule, and why rules pay less than they earned.

    `earned` are the points of rules before limits, and `wanted` the base points before the budget, which is what a line
    is granted anew. `number` is its place among all, and `count` how many lines are worth this.
    """

    __slots__ = ("base", "count", "cuts", "earned", "number", "points", "total", "wanted")

    def __init__(
        self, wanted: int, earned: tuple[int, ...], *, base: int, points: tuple[int, ...], cuts: tuple[int, ...]
    ) -> None:
        self.wanted = wanted
        self.earned = earned
        self.base = base
        self.points = points
        self.cuts = cuts
        self.total = base + sum(points)
        self.number = 0
        self.count = 0

    @property
    def paid(self) -> tuple[int, ...]:
        """In turn, the position of a rule and its points above 0."""
        return tuple(part for position, amount in enumerate(self.points) if amount for part in (position, amount))


class Worths:
    """All different results of a replay. The first one is nothing."""

    def __init__(self, rule_ids: Sequence[UUID]) -> None:
        self.rule_ids = rule_ids
        self._found: dict[WorthKey, Worth] = {}
        zeros = (0,) * len(rule_ids)
        self.nothing = self.find(0, zeros, base=0, points=zeros)

    def __iter__(self) -> Iterator[Worth]:
        """All results, in the order of their numbers."""
        return iter(self._found.values())

    def find(
        self,
        wanted: int,
        earned: tuple[int, ...],
        *,
        base: int,
        points: Sequence[int],
        reductions: Sequence[Reduction | None] = (),
    ) -> Worth:
        """The one object for a result."""
        cuts = pack_cuts(reductions, self.rule_ids) if any(reductions) else ()
        return self.load((wanted, earned, base, tuple(points), cuts))

    def load(self, key: WorthKey) -> Worth:
        """The one object for the values of a result."""
        found = self._found.get(key)
        if found is None:
            wanted, earned, base, points, cuts = key
            found = self._found[key] = Worth(wanted, earned, base=base, points=points, cuts=cuts)
            found.number = len(self._found) - 1
        return found

    def keys(self) -> list[WorthKey]:
        """The values of all results, in the order of their numbers."""
        return list(self._found)
