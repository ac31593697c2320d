"""Bonus rules evaluated a second time, naively: written from the words of domain.md, and from no code but the model.

It recurses, computes with decimals, and looks at windows of time as pairs of moments, where the domain does not.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from uuid import UUID

from msgspec import Struct

from domain.rules.facts import EarnerFacts, LineFacts, Usage
from domain.rules.model import (
    ActivityClause,
    AllOf,
    AnyOf,
    BonusRule,
    ChannelClause,
    Clause,
    Condition,
    EnrolledWithinClause,
    FlatPoints,
    GeographyClause,
    MultiplyBase,
    Not,
    PercentOfBase,
    PeriodClause,
    PointsPerUnit,
    ProductClause,
    QuantityClause,
    Reward,
    Slabs,
    TierClause,
    VolumeClause,
    Weekday,
)


class NaiveOutcome(Struct):
    """The expected outcome of a rule, with each clause, its negation, and its result."""

    met: bool
    clauses: list[tuple[Clause, bool, bool]]
    earned: int
    points: int
    reason: str | None = None
    won_by: UUID | None = None


class NaiveEvaluation:
    """One line of one ECP."""

    def __init__(self, line: LineFacts, ecp: EarnerFacts, tier_ranks: Mapping[UUID, int]) -> None:
        self.line = line
        self.ecp = ecp
        self.tier_ranks = tier_ranks

    def outcomes(self, rules: Sequence[BonusRule], usage: Mapping[UUID, Usage]) -> list[NaiveOutcome]:
        """An outcome for each rule, in their order."""
        outcomes = [self._outcome(rule, usage.get(rule.id, Usage())) for rule in rules]
        for group in {rule.exclusive_group for rule in rules} - {None}:
            members = [index for index, rule in enumerate(rules) if rule.exclusive_group == group]
            best = min(members, key=lambda index: (-outcomes[index].points, -rules[index].priority, index))
            for index in members:
                if index != best and outcomes[index].points > 0:
                    outcomes[index].points = 0
                    outcomes[index].reason = "GROUP_LOST"
                    outcomes[index].won_by = rules[best].id
        return outcomes

    def holds(self, condition: Condition) -> bool:
        """Whether a condition holds."""
        match condition:
            case AllOf(conditions):
                return all(self.holds(one) for one in conditions)
            case AnyOf(conditions):
                return any(self.holds(one) for one in conditions)
            case Not(one):
                return not self.holds(one)
            case _:
                return self._clause_holds(condition)

    def _outcome(self, rule: BonusRule, used: Usage) -> NaiveOutcome:
        clauses = [(clause, negated, self.holds(clause)) for clause, negated in _clauses(rule.condition)]
        if not self.holds(rule.condition):
            return NaiveOutcome(met=False, clauses=clauses, earned=0, points=0)
        earned = self._reward(rule.reward)
        limits = rule.limits
        left = {
            "LIMIT_TIMES": _left(limits.times_per_ecp, used.times_to_ecp),
            "LIMIT_PER_MONTH": _left(limits.points_per_ecp_per_month, used.points_to_ecp_this_month),
            "LIMIT_PER_ECP": _left(limits.points_per_ecp, used.points_to_ecp),
            "LIMIT_IN_TOTAL": _left(limits.points_in_total, used.points_in_total),
        }
        # A time that is left leaves all the points of it.
        if left["LIMIT_TIMES"] > 0:
            left["LIMIT_TIMES"] = Decimal("Infinity")
        reason = min(left, key=lambda name: left[name])
        if left[reason] >= earned:
            return NaiveOutcome(met=True, clauses=clauses, earned=earned, points=earned)
        return NaiveOutcome(met=True, clauses=clauses, earned=earned, points=int(left[reason]), reason=reason)

    def _reward(self, reward: Reward) -> int:
        units = self.line.quantity
        base = self.line.base_points * units
        match reward:
            case FlatPoints(points):
                return points
            case PointsPerUnit(points):
                return points * units
            case PercentOfBase(percent):
                return _rounded(base * percent / 100)
            case MultiplyBase(factor):
                return _rounded(base * factor - base)
            case Slabs(slabs):
                reached = [slab for slab in slabs if slab.from_quantity <= units]
                highest = max(reached, key=lambda slab: slab.from_quantity, default=None)
                return 0 if highest is None else highest.points_per_unit * units

    def _clause_holds(self, clause: Clause) -> bool:  # noqa: C901, PLR0911 - one case for each sort of clause
        line, ecp = self.line, self.ecp
        match clause:
            case TierClause():
                return ecp.tier_id is not None and self._tier_holds(clause, ecp.tier_id)
            case GeographyClause(ids):
                return any(place in ids for place in ecp.geography_path)
            case ProductClause(variants, products, categories):
                return line.variant_id in variants or line.product_id in products or line.category_id in categories
            case ChannelClause(channel):
                return line.channel == channel
            case QuantityClause(low, high):
                return (low is None or line.quantity >= low) and (high is None or line.quantity <= high)
            case VolumeClause():
                return self._volume(clause) >= clause.at_least
            case ActivityClause():
                return self._times(clause) >= clause.times
            case EnrolledWithinClause(days):
                if ecp.enrolled_at is None:
                    return False
                passed = line.at.astimezone(UTC).date() - ecp.enrolled_at.astimezone(UTC).date()
                return timedelta(0) <= passed <= timedelta(days=days)
            case PeriodClause():
                return any(start <= line.at < end for start, end in _windows(clause, line.at))

    def _tier_holds(self, clause: TierClause, tier: UUID) -> bool:
        if tier in clause.tier_ids:
            return True
        if clause.at_least is None or clause.at_least not in self.tier_ranks or tier not in self.tier_ranks:
            return False
        return self.tier_ranks[tier] >= self.tier_ranks[clause.at_least]

    def _volume(self, clause: VolumeClause) -> int:
        for key, amount in self.ecp.volumes.items():
            if (key.measure, key.period, set(key.variant_ids)) == (
                clause.measure,
                clause.period,
                set(clause.variant_ids),
            ):
                return amount
        return 0

    def _times(self, clause: ActivityClause) -> int:
        at = self.line.at
        earliest = None if clause.within_days is None else at - timedelta(days=clause.within_days)
        moments = self.ecp.activities.get(clause.activity, ())
        return sum(1 for moment in moments if moment <= at and (earliest is None or earliest <= moment))


def _clauses(condition: Condition, *, negated: bool = False) -> Iterator[tuple[Clause, bool]]:
    match condition:
        case AllOf(conditions) | AnyOf(conditions):
            for one in conditions:
                yield from _clauses(one, negated=negated)
        case Not(one):
            yield from _clauses(one, negated=not negated)
        case _:
            yield condition, negated


def _left(limit: int | None, used: int) -> Decimal:
    return Decimal("Infinity") if limit is None else Decimal(max(limit - used, 0))


def _rounded(points: Decimal) -> int:
    with localcontext(prec=80):
        return int(points.quantize(Decimal(1), ROUND_HALF_EVEN))


def _windows(clause: PeriodClause, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The windows that open on the day of the moment or on the day before; one without times is the whole day."""
    for days in (0, 1):
        opened_on = at.astimezone(UTC).date() - timedelta(days=days)
        if clause.from_date is not None and opened_on < clause.from_date:
            continue
        if clause.to_date is not None and opened_on > clause.to_date:
            continue
        if clause.weekdays is not None and list(Weekday)[opened_on.weekday()] not in clause.weekdays:
            continue
        midnight = datetime.combine(opened_on, time(), UTC)
        start = datetime.combine(opened_on, clause.from_time or time(), UTC)
        end = (
            midnight + timedelta(days=1) if clause.to_time is None else datetime.combine(opened_on, clause.to_time, UTC)
        )
        yield start, end + timedelta(days=1) if clause.to_time is not None and end <= start else end
