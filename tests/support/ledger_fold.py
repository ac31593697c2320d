"""The worth of every line of an ECP in one scheme, computed a second time from the input alone, in canonical order.

It is written from the words of docs/points.md and shares no code with the ledger: it keeps all lines, adds volumes up
anew for every line, and evaluates rules with `tests.support.rules.naive_evaluation`. What pools granted is input.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from domain.points.lines import SaleChange, SoldLine
from domain.rules.facts import EarnerFacts, LineFacts, Usage, VolumeKey
from domain.rules.model import BonusRule, VolumeClause, VolumeMeasure, VolumePeriod
from domain.rules.traversal import walk_clauses
from tests.support.rules.naive_evaluation import NaiveEvaluation

# A line: the ECP, the external ID of its sale, and its position.
LineKey = tuple[UUID, str, int]


class Grant(Struct, frozen=True):
    """What pools granted to a line: points by the position of the rule, and of the budget; absent if it was not short."""

    rules: Mapping[int, int] = {}
    budget: int | None = None


class Worth(Struct, frozen=True):
    """What a line is worth: base points, and the points of each rule, in the order of the rules."""

    base: int
    rules: tuple[int, ...]


class FoldedScheme(Struct, frozen=True):
    """A scheme, and what is true of every ECP in it all the time."""

    rules: Sequence[BonusRule]
    base_points: Mapping[UUID, int]
    earner: EarnerFacts
    tier_ranks: Mapping[UUID, int]
    product_id: UUID
    category_id: UUID


class _Counted(Struct, frozen=True):
    """A line that counts in volumes and limits."""

    at: datetime
    line: SoldLine
    paid: Sequence[int]


def fold_scheme(
    sales: Sequence[SaleChange], scheme: FoldedScheme, grants: Mapping[LineKey, Grant]
) -> dict[LineKey, Worth]:
    """Value all lines: those of one ECP by time, then source, then external ID, then position."""
    by_ecp: dict[UUID, list[SaleChange]] = defaultdict(list)
    for sale in sales:
        by_ecp[sale.ecp_id].append(sale)
    found: dict[LineKey, Worth] = {}
    for ecp_id, some in by_ecp.items():
        before: list[_Counted] = []
        for sale in sorted(some, key=lambda one: (one.place.sold_at, one.place.source, one.place.external_id)):
            for line in sorted(sale.lines, key=lambda one: one.position):
                key = (ecp_id, sale.place.external_id, line.position)
                worth = _value(sale, line, scheme, before, grants.get(key, Grant()))
                found[key] = worth
                if line.quantity:
                    before.append(_Counted(sale.place.sold_at, line, worth.rules))
    return found


def _value(
    sale: SaleChange, line: SoldLine, scheme: FoldedScheme, before: Sequence[_Counted], grant: Grant
) -> Worth:
    if line.quantity == 0:
        return Worth(0, (0,) * len(scheme.rules))
    at = sale.place.sold_at
    sold = LineFacts(
        channel=sale.channel,
        variant_id=line.variant_id,
        product_id=scheme.product_id,
        category_id=scheme.category_id,
        quantity=line.quantity,
        base_points=scheme.base_points[line.variant_id],
        at=at,
    )
    ecp = EarnerFacts(
        tier_id=scheme.earner.tier_id,
        geography_path=scheme.earner.geography_path,
        enrolled_at=scheme.earner.enrolled_at,
        volumes=dict(_volumes(scheme.rules, before, at)),
    )
    usage = {rule.id: _usage(rule, number, before, at, grant) for number, rule in enumerate(scheme.rules)}
    outcomes = NaiveEvaluation(sold, ecp, scheme.tier_ranks).outcomes(scheme.rules, usage)
    worth = Worth(sold.base_points * line.quantity, tuple(outcome.points for outcome in outcomes))
    return worth if grant.budget is None else _spend(worth, grant.budget)


def _spend(worth: Worth, budget: int) -> Worth:
    """Pay the base points first, and then the rules in their order, until nothing is left."""
    base = min(worth.base, budget)
    left, paid = budget - base, []
    for points in worth.rules:
        paid.append(min(points, left))
        left -= paid[-1]
    return Worth(base, tuple(paid))


def _volumes(
    rules: Sequence[BonusRule], before: Sequence[_Counted], at: datetime
) -> Iterator[tuple[VolumeKey, int]]:
    for rule in rules:
        for clause in walk_clauses(rule.condition):
            if isinstance(clause, VolumeClause):
                key = VolumeKey(clause.measure, clause.period, frozenset(clause.variant_ids))
                yield key, _volume(clause, before, at)


def _volume(clause: VolumeClause, before: Sequence[_Counted], at: datetime) -> int:
    counted = [
        one
        for one in before
        if _period(clause.period, one.at) == _period(clause.period, at)
        and (not clause.variant_ids or one.line.variant_id in clause.variant_ids)
    ]
    match clause.measure:
        case VolumeMeasure.UNITS:
            return sum(one.line.quantity for one in counted)
        case VolumeMeasure.VALUE:
            return int(sum((one.line.quantity * one.line.unit_price for one in counted), Decimal(0)))
        case _:
            return 0


def _period(period: VolumePeriod, at: datetime) -> tuple[int, ...]:
    day = at.astimezone(UTC)
    match period:
        case VolumePeriod.MONTH:
            return day.year, day.month
        case VolumePeriod.WEEK:
            return tuple(day.isocalendar()[:2])
        case _:
            return ()


def _usage(rule: BonusRule, number: int, before: Sequence[_Counted], at: datetime, grant: Grant) -> Usage:
    month = _period(VolumePeriod.MONTH, at)
    paid = [(one.at, one.paid[number]) for one in before]
    total = rule.limits.points_in_total
    return Usage(
        points_to_ecp=sum(points for _, points in paid),
        points_to_ecp_this_month=sum(points for when, points in paid if _period(VolumePeriod.MONTH, when) == month),
        # The pool leaves exactly what it granted.
        points_in_total=0 if total is None or number not in grant.rules else total - grant.rules[number],
        times_to_ecp=sum(points > 0 for _, points in paid),
    )
