"""Who could ever meet which condition in one scheme: kinds of ECPs, and everything that their sales can be."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from uuid import UUID

from domain.rules.facts import EcpFacts
from domain.rules.model import (
    ActivityClause,
    Clause,
    Condition,
    GeographyClause,
    TierClause,
)
from domain.rules.occasions import Asked, Choices, Scope, any_line, dimensions, free
from domain.rules.possibility import Dimension, Possibility
from domain.rules.traversal import clauses

# Activities of one kind with bounds in time, beyond which they are taken for independent of each other.
_TOLD_APART = 8

# What a sale does not decide.
_OfEcps = TierClause | GeographyClause | ActivityClause
# What tells ECPs apart, as bits of clauses: what holds, and what they have done and may do again.
_Profile = tuple[int, int]


class Prospects:
    """The ECPs that were added, before all conditions that are made of the given clauses."""

    def __init__(
        self,
        asked: Iterable[Clause],
        scope: Scope,
        paths: Mapping[UUID, tuple[UUID, ...]],
        tier_ranks: Mapping[UUID, int],
    ) -> None:
        self._bits: dict[Clause, int] = {clause: 1 << number for number, clause in enumerate(dict.fromkeys(asked))}
        self._scope = scope
        self._places = _by_place(self._bits, paths)
        self._tiers = _by_tier(self._bits, tier_ranks)
        self._profiles: Counter[_Profile] = Counter()
        self._sales: dict[frozenset[Clause], tuple[Dimension, ...]] = {}
        self._histories: dict[int, tuple[Dimension, ...]] = {}

    def add(
        self,
        geography_id: UUID,
        tier_id: UUID | None,
        count: int,
        did: Iterable[ActivityClause] = (),
        stays: Iterable[ActivityClause] = (),
    ) -> None:
        """Add so many ECPs of one place and tier, who did the same; what `stays` they will always have done."""
        kept = self._mask(stays)
        holds = self._places.get(geography_id, 0) | self._tiers.get(tier_id, 0) | kept
        self._profiles[holds, self._mask(did) & ~kept] += count

    def eligible(self, condition: Condition) -> int:
        """How many of them could meet the condition on some occasion."""
        return sum(self._reached(condition))

    def anybody(self, condition: Condition) -> bool:
        """Whether one of them could."""
        return any(self._reached(condition))

    def _reached(self, condition: Condition) -> Iterator[int]:
        """How many there are of each kind that could meet the condition, of the kinds that it tells apart."""
        puzzle = Possibility(condition, self._bits)
        sales = self._sales_for(clauses(condition))
        kinds: Counter[_Profile] = Counter()
        for (holds, did), count in self._profiles.items():
            kinds[holds & puzzle.mask, did & puzzle.mask] += count
        for (holds, did), count in kinds.items():
            if puzzle.given(holds, (*sales, *self._histories_of(did))):
                yield count

    def _mask(self, chosen: Iterable[Clause]) -> int:
        mask = 0
        for clause in chosen:
            mask |= self._bits.get(clause, 0)
        return mask

    def _sales_for(self, asked: Iterable[Clause]) -> tuple[Dimension, ...]:
        key = frozenset(
            clause for clause in asked if not isinstance(clause, TierClause | GeographyClause | ActivityClause)
        )
        found = self._sales.get(key)
        if found is None:
            found = self._sales[key] = tuple(self._dimension(choices) for choices in dimensions(key, self._scope))
        return found

    def _histories_of(self, did: int) -> tuple[Dimension, ...]:
        """What those who did this once may have done by the time of a sale: lately, or too long ago."""
        found = self._histories.get(did)
        if found is None:
            passing = [clause for clause, bit in self._bits.items() if did & bit and isinstance(clause, ActivityClause)]
            found = self._histories[did] = tuple(self._dimension(choices) for choices in histories(passing))
        return found

    def _dimension(self, choices: Choices) -> Dimension:
        masks = frozenset(self._mask(choice) for choice in choices)
        whole = 0
        for mask in masks:
            whole |= mask
        return Dimension(whole, masks)


def histories(passing: Iterable[ActivityClause]) -> tuple[Choices, ...]:
    """For each kind of activity, which of the clauses can hold at one moment for who has met each of them once."""
    found: list[Choices] = []
    by_kind: dict[str, list[ActivityClause]] = {}
    for clause in passing:
        by_kind.setdefault(clause.activity, []).append(clause)
    for same in by_kind.values():
        if len(same) > _TOLD_APART:
            found.extend(free(same))
            continue
        chosen = (frozenset(some) for size in range(len(same) + 1) for some in combinations(same, size))
        found.append(frozenset(some for some in chosen if _consistent(some, same)))
    return tuple(found)


def _consistent(holding: frozenset[ActivityClause], same: Iterable[ActivityClause]) -> bool:
    return all(other in holding for other in same if any(_follows(other, clause) for clause in holding))


def _follows(other: ActivityClause, clause: ActivityClause) -> bool:
    """Whether who meets the clause meets the other one as well: it asks for no more, in as much time."""
    if other.times > clause.times:
        return False
    if other.within_days is None:
        return True
    return clause.within_days is not None and other.within_days >= clause.within_days


def _by_place(bits: Mapping[Clause, int], paths: Mapping[UUID, tuple[UUID, ...]]) -> dict[UUID, int]:
    asked = [clause for clause in bits if isinstance(clause, GeographyClause)]
    about, line = Asked(asked), any_line()
    return {
        place: sum(bits[clause] for clause in about.holding(line, EcpFacts(geography_path=path)))
        for place, path in paths.items()
    }


def _by_tier(bits: Mapping[Clause, int], tier_ranks: Mapping[UUID, int]) -> dict[UUID | None, int]:
    asked = [clause for clause in bits if isinstance(clause, TierClause)]
    about, line = Asked(asked, dict(tier_ranks)), any_line()
    return {
        tier: sum(bits[clause] for clause in about.holding(line, EcpFacts(tier_id=tier)))
        for tier in (None, *tier_ranks)
    }
