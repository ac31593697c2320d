"""Reach: how many ECPs could ever meet a rule of a scheme, and which part of its condition excludes the others (R4).

ECPs that rules cannot tell apart form one cell of the population, so a million ECPs are a few thousand cells. A rule
reaches a cell if some sale allowed by the scheme satisfies its condition. The compiled functions of evaluation decide
the clauses, so reach and evaluation cannot disagree.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.rules.model import ActivityClause, AllOf, BonusRule, Condition, VolumeClause
from domain.rules.reach_search import Audience, PastClause, ReachSearch
from domain.rules.sale_assignments import SaleScope
from domain.rules.traversal import walk_clauses


class ReachVerdict(StrEnum):
    """Whether a rule reaches nobody, few ECPs, or enough."""

    NOBODY = "NOBODY"
    FEW = "FEW"
    OK = "OK"


class ReachPolicy(Struct, frozen=True):
    """When a rule reaches few: fewer than `few_ecps` ECPs, or less than `few_percent` percent of the audience."""

    few_ecps: int = 10
    few_percent: float = 1.0

    def verdict(self, eligible: int, audience: int) -> ReachVerdict:
        """Rate the number of eligible ECPs in an audience; both are counts of ECPs."""
        if not eligible:
            return ReachVerdict.NOBODY
        few = eligible < self.few_ecps or eligible * 100 < audience * self.few_percent
        return ReachVerdict.FEW if few else ReachVerdict.OK


class Cell(Struct, frozen=True):
    """`count` active ECPs of one tier and place who met the same clauses about activities and volumes.

    `did` are the clauses that each of them has met at some moment. `stays` are those among them that hold for good.
    """

    geography_id: UUID
    tier_id: UUID | None
    count: int
    did: frozenset[PastClause] = frozenset()
    stays: frozenset[ActivityClause] = frozenset()


class Population(Struct, frozen=True):
    """The active ECPs in the geographies of a scheme, `within`. `paths` leads from each geography to its country.

    `compared` are the volume clauses that were compared with earlier sales, and `volume_days` the number of days that
    stand for the duration of the scheme. Every ECP may meet the other volume clauses. Where there are too many sales to
    read, only those of a `sample` of the ECPs are compared; `cells` has all ECPs then, and knows no volumes.
    """

    cells: tuple[Cell, ...]
    within: frozenset[UUID]
    paths: Mapping[UUID, tuple[UUID, ...]]
    tier_ranks: Mapping[UUID, int]
    compared: frozenset[VolumeClause] = frozenset()
    volume_days: int | None = None
    sample: tuple[Cell, ...] = ()

    @property
    def size(self) -> int:
        """The number of ECPs."""
        return sum(cell.count for cell in self.cells)

    @property
    def sample_size(self) -> int:
        """The number of ECPs of the sample; 0 without one."""
        return sum(cell.count for cell in self.sample)


class FunnelStep(Struct, frozen=True):
    """One part of a rule's condition: how many ECPs meet it and all parts before it, and how many it excludes."""

    condition: Condition
    remaining: int
    excluded: int


class Reach(Struct, frozen=True):
    """How many ECPs of the audience could meet a rule, part by part.

    `excluded_by` are the positions of the earlier parts that exclude everybody only together with the last part; empty
    when that part excludes everybody by itself.
    """

    rule_id: UUID
    audience: int
    eligible: int
    verdict: ReachVerdict
    funnel: tuple[FunnelStep, ...]
    excluded_by: tuple[int, ...] = ()

    @property
    def shut_by(self) -> int | None:
        """The index in the funnel of the part that excludes the last ECPs; None if some are left or none were there."""
        if self.eligible or not self.audience:
            return None
        return next(index for index, step in enumerate(self.funnel) if step.remaining == 0)


def compute_reach(
    rules: Sequence[BonusRule], scope: SaleScope, population: Population, policy: ReachPolicy
) -> tuple[Reach, ...]:
    """Compute the reach of each rule, in order."""
    found = [clause for rule in rules for clause in walk_clauses(rule.condition)]
    search = ReachSearch(all_clauses=found, scope=scope, paths=population.paths, tier_ranks=population.tier_ranks)
    volumes = {clause for clause in found if isinstance(clause, VolumeClause)}
    uncompared = volumes - population.compared
    everybody = _audience(search, population.cells, volumes if population.sample else uncompared)
    sample = _audience(search, population.sample, uncompared) if population.sample else None
    return tuple(_reach(rule, everybody, sample, population, policy) for rule in rules)


def _audience(search: ReachSearch, cells: Sequence[Cell], open_volumes: set[VolumeClause]) -> Audience:
    """Count the ECPs of cells, who may meet the open volumes."""
    ecps = Audience(search)
    for cell in cells:
        ecps.add(cell.geography_id, cell.tier_id, cell.count, cell.did | open_volumes, cell.stays)
    return ecps


def funnel_parts(condition: Condition) -> tuple[Condition, ...]:
    """Split a condition into the steps of its funnel: the members of an ALL, or else the condition itself."""
    return condition.conditions if isinstance(condition, AllOf) and condition.conditions else (condition,)


def merge_cells(totals: Mapping[tuple[UUID, UUID | None], int], active: Sequence[Cell]) -> tuple[Cell, ...]:
    """Complete the cells of ECPs who met clauses by cells of all others, from the totals by place and tier."""
    rest = dict(totals)
    for cell in active:
        key = cell.geography_id, cell.tier_id
        rest[key] = rest.get(key, 0) - cell.count
    inactive = (Cell(place, tier, count) for (place, tier), count in rest.items() if count > 0)
    return (*active, *inactive)


def _reach(
    rule: BonusRule, everybody: Audience, sample: Audience | None, population: Population, policy: ReachPolicy
) -> Reach:
    """Count the ECPs left after each part."""
    parts, audience = funnel_parts(rule.condition), population.size
    remaining = everybody.funnel(parts)
    if sample is not None:
        remaining = _estimate(parts, remaining, sample.funnel(parts), population)
    before = (audience, *remaining)
    steps = tuple(
        FunnelStep(part, left, there - left) for part, left, there in zip(parts, remaining, before, strict=False)
    )
    found = Reach(
        rule_id=rule.id,
        audience=audience,
        eligible=remaining[-1],
        verdict=policy.verdict(remaining[-1], audience),
        funnel=steps,
    )
    if found.shut_by is None:
        return found
    shut = parts[: found.shut_by + 1]
    ecps = everybody if sample is None or not everybody.funnel(shut)[-1] else sample
    return replace(found, excluded_by=_excluding_parts(shut, ecps))


def _estimate(
    parts: Sequence[Condition], counted: Sequence[int], sampled: Sequence[int], population: Population
) -> list[int]:
    """Estimate how many are left, by the sample, from the first part on whose volumes were compared with it."""
    compared = (not population.compared.isdisjoint(walk_clauses(part)) for part in parts)
    first = next((index for index, is_compared in enumerate(compared) if is_compared), len(parts))
    of_all, of_sample = (counted[first - 1], sampled[first - 1]) if first else (population.size, population.sample_size)
    if not of_sample:
        return list(counted)
    estimated = (max(1, round(of_all * left / of_sample)) if left else 0 for left in sampled[first:])
    return [*counted[:first], *map(min, counted[first:], estimated)]


def _excluding_parts(parts: Sequence[Condition], ecps: Audience) -> tuple[int, ...]:
    """Find the parts that exclude everybody together with the last one: none of the others, one of them, or all."""
    *before, last = parts
    if not ecps.funnel((last,))[-1]:
        return ()
    positions = enumerate(before)
    return next(((index,) for index, part in positions if not ecps.funnel((part, last))[-1]), tuple(range(len(before))))
