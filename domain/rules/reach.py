"""Reach: how many ECPs could ever meet a rule of a scheme, and which part of its condition shuts the others out (R4).

ECPs alike in all that rules ask about them are one cell of the population, so a million of them are a few thousand
cells. A cell is reached when there is an occasion on which the condition can hold for it. The clauses are decided
by the functions of evaluation, so the two cannot disagree.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.rules.model import ActivityClause, AllOf, BonusRule, Condition
from domain.rules.reach_search import Audience, ReachSearch
from domain.rules.sale_assignments import SaleScope
from domain.rules.traversal import clauses


class ReachVerdict(StrEnum):
    """Whether a rule reaches anybody."""

    NOBODY = "NOBODY"
    FEW = "FEW"
    OK = "OK"


class ReachPolicy(Struct, frozen=True):
    """How many ECPs are few: under `few_ecps` of them, or under so many percent of the audience."""

    few_ecps: int = 10
    few_percent: float = 1.0

    def verdict(self, eligible: int, audience: int) -> ReachVerdict:
        """What it means that so many of an audience are eligible."""
        if not eligible:
            return ReachVerdict.NOBODY
        few = eligible < self.few_ecps or eligible * 100 < audience * self.few_percent
        return ReachVerdict.FEW if few else ReachVerdict.OK


class Cell(Struct, frozen=True):
    """So many active ECPs of one tier and place, who did the same of what rules ask for.

    `did` are the activity clauses that each of them has met at some moment, and `stays` those that they will always
    meet from now on.
    """

    geography_id: UUID
    tier_id: UUID | None
    count: int
    did: frozenset[ActivityClause] = frozenset()
    stays: frozenset[ActivityClause] = frozenset()


class Population(Struct, frozen=True):
    """The active ECPs of a scheme's geographies, `within`. `paths` leads from each geography up to its country."""

    cells: tuple[Cell, ...]
    within: frozenset[UUID]
    paths: Mapping[UUID, tuple[UUID, ...]]
    tier_ranks: Mapping[UUID, int]

    @property
    def size(self) -> int:
        """How many ECPs there are."""
        return sum(cell.count for cell in self.cells)


class Step(Struct, frozen=True):
    """A part of a rule's condition, and how many ECPs are left when it and those before it must hold."""

    condition: Condition
    remaining: int
    excluded: int


class Reach(Struct, frozen=True):
    """How many of the audience could meet a rule, part by part.

    `excluded_by` are the parts before the one that leaves nobody which do so together with it; none when it leaves
    nobody by itself.
    """

    rule_id: UUID
    audience: int
    eligible: int
    verdict: ReachVerdict
    funnel: tuple[Step, ...]
    excluded_by: tuple[Condition, ...] = ()

    @property
    def shut_by(self) -> int | None:
        """The place in the funnel of the part that leaves nobody; None when somebody is left, or nobody was there."""
        if self.eligible or not self.audience:
            return None
        return next(index for index, step in enumerate(self.funnel) if step.remaining == 0)


def reach_of(
    rules: Sequence[BonusRule], scope: SaleScope, population: Population, policy: ReachPolicy
) -> tuple[Reach, ...]:
    """The reach of each rule, in order."""
    asked = (clause for rule in rules for clause in clauses(rule.condition))
    ecps = Audience(ReachSearch(asked, scope, population.paths, population.tier_ranks))
    for cell in population.cells:
        ecps.add(cell.geography_id, cell.tier_id, cell.count, cell.did, cell.stays)
    return tuple(_reach(rule, ecps, population.size, policy) for rule in rules)


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """What a funnel goes through: the members of an ALL, of which every one must hold, or the condition as it is."""
    return condition.conditions if isinstance(condition, AllOf) and condition.conditions else (condition,)


def cells_by_activity(totals: Mapping[tuple[UUID, UUID | None], int], active: Sequence[Cell]) -> tuple[Cell, ...]:
    """Cells of all ECPs, out of the totals by place and tier, and the cells of those who did something."""
    rest = dict(totals)
    for cell in active:
        kind = cell.geography_id, cell.tier_id
        rest[kind] = rest.get(kind, 0) - cell.count
    quiet = (Cell(place, tier, count) for (place, tier), count in rest.items() if count > 0)
    return (*active, *quiet)


def _reach(rule: BonusRule, ecps: Audience, audience: int, policy: ReachPolicy) -> Reach:
    """Count part by part."""
    parts = parts_of(rule.condition)
    remaining = ecps.funnel(parts)
    before = (audience, *remaining)
    steps = tuple(Step(part, left, there - left) for part, left, there in zip(parts, remaining, before, strict=False))
    found = Reach(rule.id, audience, remaining[-1], policy.verdict(remaining[-1], audience), steps)
    return found if found.shut_by is None else replace(found, excluded_by=_excluding(parts[: found.shut_by + 1], ecps))


def _excluding(parts: Sequence[Condition], ecps: Audience) -> tuple[Condition, ...]:
    """Which of the parts before the last one shut everybody out together with it: none, one of them, or all."""
    *before, shut = parts
    if not ecps.funnel((shut,))[-1]:
        return ()
    return next(((part,) for part in before if not ecps.funnel((part, shut))[-1]), tuple(before))
