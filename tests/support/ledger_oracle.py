"""What lines are worth, computed a second time: a plain fold of all lines in canonical order, from rule data alone.

It takes what pools granted as input, since that depends on the order of arrival, and looks at all earlier lines again
for each line. It shares no code with the ledger except the model of rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.channels import EarningChannel
from domain.rules.facts import EarnerFacts, LineFacts, Usage, VolumeKey
from domain.rules.model import AllOf, AnyOf, BonusRule, Condition, Not, VolumeClause, VolumeMeasure, VolumePeriod
from tests.support.rules.naive_evaluation import NaiveEvaluation


class OracleLine(Struct, frozen=True):
    """A line as it counts in the end: net of returns, at its place, with its product and its base points per unit."""

    sold_at: datetime
    source: str
    external_id: str
    position: int
    channel: EarningChannel
    variant_id: UUID
    product_id: UUID
    category_id: UUID
    quantity: int
    price: Decimal
    currency: str
    base_points: int


class Grants(Struct, frozen=True):
    """What pools granted a line: points of limited rules by id, and of the budget; None without a budget."""

    rules: Mapping[UUID, int] = {}
    budget: int | None = None


class OracleValue(Struct, frozen=True):
    """What a line is worth: base points, and points of each rule in order; and which rules it meets."""

    base: int
    points: tuple[int, ...]
    met: tuple[bool, ...]


class OracleEarner(Struct, frozen=True):
    """An ECP who may earn, as it was all the time."""

    tier_id: UUID
    geography_path: tuple[UUID, ...]
    enrolled_at: datetime
    currency: str
    tier_ranks: Mapping[UUID, int]


def value_lines(
    lines: Iterable[OracleLine],
    rules: Sequence[BonusRule],
    earner: OracleEarner,
    grants: Mapping[tuple[str, int], Grants],
) -> dict[tuple[str, int], OracleValue]:
    """Value all lines of one ECP in one scheme, by external id and position."""
    ordered = sorted(lines, key=lambda one: (one.sold_at, one.source, one.external_id, one.position))
    values: dict[tuple[str, int], OracleValue] = {}
    for index, line in enumerate(ordered):
        before = [(one, values[one.external_id, one.position]) for one in ordered[:index]]
        grant = grants.get((line.external_id, line.position), Grants())
        values[line.external_id, line.position] = _value(line, before, rules, earner, grant)
    return values


def _value(
    line: OracleLine,
    before: Sequence[tuple[OracleLine, OracleValue]],
    rules: Sequence[BonusRule],
    earner: OracleEarner,
    grant: Grants,
) -> OracleValue:
    facts = LineFacts(
        channel=line.channel,
        variant_id=line.variant_id,
        product_id=line.product_id,
        category_id=line.category_id,
        quantity=line.quantity,
        base_points=line.base_points,
        at=line.sold_at,
    )
    ecp = EarnerFacts(
        tier_id=earner.tier_id,
        geography_path=earner.geography_path,
        enrolled_at=earner.enrolled_at,
        volumes={
            VolumeKey(one.measure, one.period, frozenset(one.variant_ids)): _volume(one, line, before, earner.currency)
            for rule in rules
            for one in _volume_clauses(rule.condition)
        },
    )
    limited = [replace(rule, limits=replace(rule.limits, points_in_total=grant.rules.get(rule.id))) for rule in rules]
    usage = {rule.id: _usage(position, line, before) for position, rule in enumerate(rules)}
    outcomes = NaiveEvaluation(facts, ecp, earner.tier_ranks).outcomes(limited, usage)
    met = tuple(outcome.met for outcome in outcomes)
    if line.quantity == 0:
        return OracleValue(0, (0,) * len(rules), met)
    base = line.base_points * line.quantity
    points = [outcome.points for outcome in outcomes]
    if grant.budget is not None:
        left = grant.budget
        base = min(base, left)
        left -= base
        for position, amount in enumerate(points):
            points[position] = min(amount, left)
            left -= points[position]
    return OracleValue(base, tuple(points), met)


def _usage(position: int, line: OracleLine, before: Sequence[tuple[OracleLine, OracleValue]]) -> Usage:
    paid = [(one, value.points[position]) for one, value in before]
    return Usage(
        points_to_ecp=sum(points for _, points in paid),
        points_to_ecp_this_month=sum(points for one, points in paid if _month(one) == _month(line)),
        times_to_ecp=sum(1 for _, points in paid if points > 0),
    )


def _volume(
    clause: VolumeClause, line: OracleLine, before: Sequence[tuple[OracleLine, OracleValue]], currency: str
) -> int:
    total = Decimal(0)
    for one, _ in before:
        if clause.variant_ids and one.variant_id not in clause.variant_ids:
            continue
        if clause.period is VolumePeriod.MONTH and _month(one) != _month(line):
            continue
        if clause.period is VolumePeriod.WEEK and _week(one) != _week(line):
            continue
        if clause.measure is VolumeMeasure.COUPONS:
            total += one.quantity if one.channel is EarningChannel.COUPON else 0
        elif one.channel is EarningChannel.COUPON:
            continue
        elif clause.measure is VolumeMeasure.UNITS:
            total += one.quantity
        elif one.currency == currency:
            total += one.quantity * one.price
    return int(total)


def _month(line: OracleLine) -> tuple[int, int]:
    day = line.sold_at.astimezone(UTC)
    return day.year, day.month


def _week(line: OracleLine) -> datetime:
    day = line.sold_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def _volume_clauses(condition: Condition) -> Iterable[VolumeClause]:
    match condition:
        case AllOf(conditions) | AnyOf(conditions):
            for one in conditions:
                yield from _volume_clauses(one)
        case Not(one):
            yield from _volume_clauses(one)
        case VolumeClause():
            yield condition
        case _:
            return
