"""The search behind reach: which kinds of ECPs can ever meet a condition of one scheme, on any sale they could make."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, combinations
from uuid import UUID

from domain.rules.facts import EarnerFacts, VolumeKey, volume_key
from domain.rules.model import (
    ActivityClause,
    AllOf,
    Clause,
    Condition,
    GeographyClause,
    TierClause,
    VolumeClause,
)
from domain.rules.sale_assignments import (
    ASPECTS,
    Aspect,
    Assignments,
    ClauseEvaluator,
    SaleScope,
    independent_assignments,
    make_line,
)
from domain.rules.satisfiability import ConditionSearch, Dimension, SearchBudget
from domain.rules.traversal import walk_clauses

# Activity clauses of one kind that are combined exactly; beyond that they count as independent of each other.
_MAX_COMBINED = 8

# Clauses about what an ECP has done so far.
PastClause = ActivityClause | VolumeClause
# What distinguishes ECPs, as bits of clauses: the clauses that hold for good, and the clauses about what they have done
# that they have met once and may meet again.
Profile = tuple[int, int]


class ReachSearch:
    """Decides which profiles of ECPs can meet a condition in one scheme, built over all clauses of its rules.

    Every condition that is searched may contain only clauses passed to the constructor. One search budget covers all
    conditions.
    """

    def __init__(
        self,
        all_clauses: Iterable[Clause],
        scope: SaleScope,
        paths: Mapping[UUID, tuple[UUID, ...]],
        tier_ranks: Mapping[UUID, int],
    ) -> None:
        self.bits: Mapping[Clause, int] = {
            clause: 1 << number for number, clause in enumerate(dict.fromkeys(all_clauses))
        }
        self.places = _by_place(self.bits, paths)
        self.tiers = _by_tier(self.bits, tier_ranks)
        self._scope = scope
        self._sales: dict[tuple[Aspect, frozenset[Clause]], tuple[Dimension, ...]] = {}
        self._past: dict[int, tuple[Dimension, ...]] = {}
        self._budget = SearchBudget()

    @property
    def is_exhausted(self) -> bool:
        """Whether the budget is used up, so that every condition counts as possible from now on."""
        return self._budget.is_exhausted

    def mask(self, chosen: Iterable[Clause]) -> int:
        """The bits of the clauses; clauses of no rule are left out."""
        found = 0
        for clause in chosen:
            found |= self.bits.get(clause, 0)
        return found

    def reachable(self, condition: Condition, profiles: Iterable[Profile]) -> Iterator[Profile]:
        """Yield the profiles that can meet the condition on some sale; alike profiles share one search."""
        search = ConditionSearch(condition, self.bits)
        sales = self._sale_dimensions(walk_clauses(condition))
        known: dict[Profile, bool] = {}
        for profile in profiles:
            holds, did = profile[0] & search.mask, profile[1] & search.mask
            can_meet = known.get((holds, did))
            if can_meet is None:
                dimensions = (*sales, *self._past_dimensions(did))
                can_meet = known[holds, did] = search.is_satisfiable(holds, dimensions, self._budget)
            if can_meet:
                yield profile

    def _sale_dimensions(self, chosen: Iterable[Clause]) -> tuple[Dimension, ...]:
        """Everything that a sale can be, at least as far as these clauses ask."""
        some = tuple(chosen)
        own = (self._enumerate(aspect, _clauses_of(aspect, some)) for aspect in ASPECTS if aspect not in self._shared)
        return tuple(chain(*self._shared.values(), *own))

    @cached_property
    def _shared(self) -> dict[Aspect, tuple[Dimension, ...]]:
        """The aspects that are enumerated once for all clauses."""
        by_aspect = {aspect: _clauses_of(aspect, self.bits) for aspect in ASPECTS}
        return {
            aspect: self._enumerate(aspect, found)
            for aspect, found in by_aspect.items()
            if aspect.is_shared(tuple(found), self._scope)
        }

    def _enumerate(self, aspect: Aspect, chosen: frozenset[Clause]) -> tuple[Dimension, ...]:
        found = self._sales.get((aspect, chosen))
        if found is None:
            dimensions = aspect.enumerate(tuple(chosen), self._scope, self._budget)
            found = self._sales[aspect, chosen] = tuple(map(self._dimension, dimensions))
        return found

    def _past_dimensions(self, did: int) -> tuple[Dimension, ...]:
        """At a sale, each clause in `did` may hold or not: an activity is too long ago, or a volume begins again."""
        found = self._past.get(did)
        if found is None:
            met = [clause for clause, bit in self.bits.items() if did & bit]
            activities = activity_assignments(clause for clause in met if isinstance(clause, ActivityClause))
            volumes = volume_assignments(clause for clause in met if isinstance(clause, VolumeClause))
            found = self._past[did] = tuple(map(self._dimension, (*activities, *volumes)))
        return found

    def _dimension(self, assignments: Assignments) -> Dimension:
        masks = frozenset(self.mask(assignment) for assignment in assignments)
        whole = 0
        for mask in masks:
            whole |= mask
        return Dimension(whole, masks)


class Audience:
    """The real ECPs of a scheme, counted by profile."""

    def __init__(self, search: ReachSearch) -> None:
        self._search = search
        self._profiles: Counter[Profile] = Counter()

    def add(
        self,
        geography_id: UUID,
        tier_id: UUID | None,
        count: int,
        did: Iterable[PastClause] = (),
        stays: Iterable[ActivityClause] = (),
    ) -> None:
        """Add `count` ECPs of one place and tier who met the same clauses about what they have done.

        `did` are the clauses that they have met at some moment; those in `stays` hold for good.
        """
        search = self._search
        kept = search.mask(stays)
        holds = search.places.get(geography_id, 0) | search.tiers.get(tier_id, 0) | kept
        self._profiles[holds, search.mask(did) & ~kept] += count

    def funnel(self, parts: Sequence[Condition]) -> list[int]:
        """How many ECPs can meet the first part, the first two, and so on, up to all of them."""
        mask = self._search.mask(walk_clauses(AllOf(tuple(parts))))
        left: Counter[Profile] = Counter()
        for (holds, did), count in self._profiles.items():
            left[holds & mask, did & mask] += count
        remaining = []
        for index in range(len(parts)):
            condition = AllOf(tuple(parts[: index + 1]))
            left = Counter({profile: left[profile] for profile in self._search.reachable(condition, left)})
            remaining.append(left.total())
        return remaining


class AnyEcp:
    """A hypothetical ECP of any tier in any of the places, who may have done any activity and sold any volume."""

    def __init__(self, search: ReachSearch, places: Iterable[UUID]) -> None:
        self._search = search
        self._places = {search.places.get(place, 0) for place in places}
        self._tiers = set(search.tiers.values())
        self._did = search.mask(clause for clause in search.bits if isinstance(clause, PastClause))

    def can_meet(self, condition: Condition) -> bool:
        """Whether some place, tier and sale satisfy the condition; True also when the budget is exhausted."""
        mask = self._search.mask(walk_clauses(condition))
        places = {place & mask for place in self._places}
        tiers = {tier & mask for tier in self._tiers}
        profiles = ((place | tier, self._did & mask) for place in places for tier in tiers)
        return any(True for _ in self._search.reachable(condition, profiles))

    def provably_can_meet(self, condition: Condition) -> bool:
        """Like `can_meet`, but False when the budget ran out before the search found an answer."""
        search = self._search
        return not search.is_exhausted and self.can_meet(condition) and not search.is_exhausted


def activity_assignments(met: Iterable[ActivityClause]) -> tuple[Assignments, ...]:
    """For each kind of activity, the clauses that can hold at one moment for an ECP who has met each of them once."""
    found: list[Assignments] = []
    by_kind: dict[str, list[ActivityClause]] = {}
    for clause in met:
        by_kind.setdefault(clause.activity, []).append(clause)
    for same in by_kind.values():
        if len(same) > _MAX_COMBINED:
            found.extend(independent_assignments(same))
            continue
        chosen = (frozenset(some) for size in range(len(same) + 1) for some in combinations(same, size))
        found.append(frozenset(some for some in chosen if _consistent(some, same)))
    return tuple(found)


def volume_assignments(met: Iterable[VolumeClause]) -> tuple[Assignments, ...]:
    """For each volume, the clauses that can hold together: one that holds implies those that ask for less."""
    by_key: dict[VolumeKey, list[VolumeClause]] = {}
    for clause in met:
        by_key.setdefault(volume_key(clause), []).append(clause)
    return tuple(
        frozenset(
            frozenset[Clause](clause for clause in same if clause.at_least <= amount)
            for amount in (0, *(clause.at_least for clause in same))
        )
        for same in by_key.values()
    )


def _consistent(holding: frozenset[ActivityClause], same: Iterable[ActivityClause]) -> bool:
    return all(other in holding for other in same if any(_is_implied(other, clause) for clause in holding))


def _is_implied(other: ActivityClause, clause: ActivityClause) -> bool:
    """Whether an ECP who meets `clause` also meets `other`, which asks for no more times in no less time."""
    if other.times > clause.times:
        return False
    if other.within_days is None:
        return True
    return clause.within_days is not None and other.within_days >= clause.within_days


def _clauses_of(aspect: Aspect, chosen: Iterable[Clause]) -> frozenset[Clause]:
    return frozenset(clause for clause in chosen if isinstance(clause, aspect.clause_types))


def _by_place(bits: Mapping[Clause, int], paths: Mapping[UUID, tuple[UUID, ...]]) -> dict[UUID, int]:
    evaluator = ClauseEvaluator([clause for clause in bits if isinstance(clause, GeographyClause)])
    line = make_line()
    return {
        place: sum(bits[clause] for clause in evaluator.true_clauses(line, EarnerFacts(geography_path=path)))
        for place, path in paths.items()
    }


def _by_tier(bits: Mapping[Clause, int], tier_ranks: Mapping[UUID, int]) -> dict[UUID | None, int]:
    evaluator = ClauseEvaluator([clause for clause in bits if isinstance(clause, TierClause)], tier_ranks=tier_ranks)
    line = make_line()
    return {
        tier: sum(bits[clause] for clause in evaluator.true_clauses(line, EarnerFacts(tier_id=tier)))
        for tier in (None, *tier_ranks)
    }
