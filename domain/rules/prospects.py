"""Who could ever meet which condition in one scheme: kinds of ECPs, and everything that their sales can be."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, combinations
from uuid import UUID

from domain.rules.facts import EcpFacts
from domain.rules.model import (
    ActivityClause,
    AllOf,
    Clause,
    Condition,
    GeographyClause,
    TierClause,
)
from domain.rules.occasions import ASPECTS, Asked, Aspect, Choices, Scope, any_line, free
from domain.rules.possibility import Dimension, Effort, Possibility
from domain.rules.traversal import clauses

# Activities of one kind with bounds in time, beyond which they are taken for independent of each other.
_TOLD_APART = 8

# What tells ECPs apart, as bits of clauses: what holds, and what they have done and may do again.
Profile = tuple[int, int]


class Prospects:
    """What ECPs can be and do in one scheme, as far as the given clauses ask."""

    def __init__(
        self,
        asked: Iterable[Clause],
        scope: Scope,
        paths: Mapping[UUID, tuple[UUID, ...]],
        tier_ranks: Mapping[UUID, int],
    ) -> None:
        self.bits: Mapping[Clause, int] = {clause: 1 << number for number, clause in enumerate(dict.fromkeys(asked))}
        self.places = _by_place(self.bits, paths)
        self.tiers = _by_tier(self.bits, tier_ranks)
        self._scope = scope
        self._sales: dict[tuple[Aspect, frozenset[Clause]], tuple[Dimension, ...]] = {}
        self._histories: dict[int, tuple[Dimension, ...]] = {}
        self._effort = Effort()

    @property
    def tired(self) -> bool:
        """Whether so much was searched for that everything counts as possible from now on."""
        return not self._effort.left

    def mask(self, chosen: Iterable[Clause]) -> int:
        """Clauses as bits; clauses that nothing asks for are left out."""
        found = 0
        for clause in chosen:
            found |= self.bits.get(clause, 0)
        return found

    def reached(self, condition: Condition, profiles: Iterable[Profile]) -> Iterator[Profile]:
        """Those of the profiles that could meet the condition on some occasion; alike ones are decided once."""
        puzzle = Possibility(condition, self.bits)
        sales = self._sales_for(clauses(condition))
        known: dict[Profile, bool] = {}
        for profile in profiles:
            holds, did = profile[0] & puzzle.mask, profile[1] & puzzle.mask
            could = known.get((holds, did))
            if could is None:
                dimensions = (*sales, *self._histories_of(did))
                could = known[holds, did] = puzzle.given(holds, dimensions, self._effort)
            if could:
                yield profile

    def _sales_for(self, asked: Iterable[Clause]) -> tuple[Dimension, ...]:
        """Everything that a sale can be, at least as far as these clauses ask."""
        some = tuple(asked)
        alone = (self._seen_from(aspect, _about(aspect, some)) for aspect in ASPECTS if aspect not in self._together)
        return tuple(chain(*self._together.values(), *alone))

    @cached_property
    def _together(self) -> dict[Aspect, tuple[Dimension, ...]]:
        """The aspects in which all clauses can be looked at once."""
        asked = {aspect: _about(aspect, self.bits) for aspect in ASPECTS}
        return {
            aspect: self._seen_from(aspect, mine)
            for aspect, mine in asked.items()
            if aspect.together(tuple(mine), self._scope)
        }

    def _seen_from(self, aspect: Aspect, asked: frozenset[Clause]) -> tuple[Dimension, ...]:
        found = self._sales.get((aspect, asked))
        if found is None:
            choices = aspect.dimensions(tuple(asked), self._scope, self._effort)
            found = self._sales[aspect, asked] = tuple(map(self._dimension, choices))
        return found

    def _histories_of(self, did: int) -> tuple[Dimension, ...]:
        """What those who did this once may have done by the time of a sale: lately, or too long ago."""
        found = self._histories.get(did)
        if found is None:
            passing = [clause for clause, bit in self.bits.items() if did & bit and isinstance(clause, ActivityClause)]
            found = self._histories[did] = tuple(self._dimension(choices) for choices in histories(passing))
        return found

    def _dimension(self, choices: Choices) -> Dimension:
        masks = frozenset(self.mask(choice) for choice in choices)
        whole = 0
        for mask in masks:
            whole |= mask
        return Dimension(whole, masks)


class Crowd:
    """Real ECPs, who have done what they have done."""

    def __init__(self, prospects: Prospects) -> None:
        self._prospects = prospects
        self._profiles: Counter[Profile] = Counter()

    def add(
        self,
        geography_id: UUID,
        tier_id: UUID | None,
        count: int,
        did: Iterable[ActivityClause] = (),
        stays: Iterable[ActivityClause] = (),
    ) -> None:
        """Add so many ECPs of one place and tier, who did the same; what `stays` they will always have done."""
        known = self._prospects
        kept = known.mask(stays)
        holds = known.places.get(geography_id, 0) | known.tiers.get(tier_id, 0) | kept
        self._profiles[holds, known.mask(did) & ~kept] += count

    def funnel(self, parts: Sequence[Condition]) -> list[int]:
        """How many could meet the first part, the first two, and so on, up to all of them."""
        mask = self._prospects.mask(clauses(AllOf(tuple(parts))))
        left: Counter[Profile] = Counter()
        for (holds, did), count in self._profiles.items():
            left[holds & mask, did & mask] += count
        remaining = []
        for index in range(len(parts)):
            condition = AllOf(tuple(parts[: index + 1]))
            left = Counter({profile: left[profile] for profile in self._prospects.reached(condition, left)})
            remaining.append(left.total())
        return remaining


class Anybody:
    """An ECP of any tier in any of the places, who may have done anything."""

    def __init__(self, prospects: Prospects, places: Iterable[UUID]) -> None:
        self._prospects = prospects
        self._places = {prospects.places.get(place, 0) for place in places}
        self._tiers = set(prospects.tiers.values())
        self._did = prospects.mask(clause for clause in prospects.bits if isinstance(clause, ActivityClause))

    def could(self, condition: Condition) -> bool:
        """Whether there is a place, a tier and an occasion with which the condition holds."""
        mask = self._prospects.mask(clauses(condition))
        places = {place & mask for place in self._places}
        tiers = {tier & mask for tier in self._tiers}
        profiles = ((place | tier, self._did & mask) for place in places for tier in tiers)
        return any(True for _ in self._prospects.reached(condition, profiles))

    def surely_could(self, condition: Condition) -> bool:
        """Whether that is so and was found out; False when it only counts as possible."""
        known = self._prospects
        return not known.tired and self.could(condition) and not known.tired


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


def _about(aspect: Aspect, asked: Iterable[Clause]) -> frozenset[Clause]:
    return frozenset(clause for clause in asked if isinstance(clause, aspect.about))


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
