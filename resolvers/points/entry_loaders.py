"""Loaders of entries by id, and of what explains them: the rule, its verdict, and one sentence (R22, N6).

Everything comes from stored facts: the valuation that posted the entry, and the revision that it was valued by. What is
true now plays no part, so an entry is explained the same way months later.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.points.entry_reads import entries_by_place
from db.points.entry_rows import EntryRow
from db.points.expiry_reads import EXPIRY_DAYS
from db.points.source_reads import ADJUSTMENT_REASONS, SETTLED_LINES, SOLD_NAMES, SettledLineRow, SoldNameRow
from domain.calendar import Calendar
from domain.points.entry_facts import entry_place
from domain.points.entry_sentences import (
    Correction,
    EntryStory,
    ExpiredLots,
    SettledName,
    SoldName,
    Units,
    entry_sentence,
)
from domain.points.expiry import first_kept_day
from domain.points.ledger import LedgerAccount, PointsEntryKind
from domain.viewers import EcpScope
from resolvers.context import Operation
from resolvers.ecps.loaders import scope_parameters
from resolvers.loading import align_one
from resolvers.points.valuation_loaders import ValuationKey, ValuationView, valuations_by_key
from resolvers.points.verdicts import RuleVerdictView, StatedVerdict
from resolvers.rules.loaders import RuleView

Place = tuple[int, int]
# The number of a sale, and when the entry was recorded that names it.
_SoldKey = tuple[int, datetime]
_NOBODY: Final = UUID(int=0)


class EntryDetail(Struct, frozen=True):
    """What explains an entry: its rule as it was, the verdict on it, and why the entry exists, in one sentence."""

    rule: RuleView | None
    explanation: RuleVerdictView | StatedVerdict | None
    sentence: str


class _Named(Struct, frozen=True):
    """What sentences name: sales and coupons, reasons of adjustments, settlements, and days."""

    sold: Mapping[_SoldKey, SoldNameRow]
    reasons: Mapping[UUID, str]
    settled: Mapping[UUID, SettledLineRow]
    expiry_days: Mapping[tuple[int, datetime], int]
    calendar: Calendar


async def entries_by_id(operation: Operation, ids: list[UUID]) -> list[EntryRow | None]:
    """Load entries; None for unknown ids and for entries that the viewer may not see."""
    places = [entry_place(key) for key in ids]
    found = await entries_at(operation, [place for place in places if place is not None])
    by_place = {row.place: row for row in found if row is not None}
    return [None if place is None else by_place.get(place) for place in places]


async def entries_at(operation: Operation, places: list[Place]) -> list[EntryRow | None]:
    """Load entries by the numbers of their ECPs and their own; None as above."""
    scope = operation.viewer.ecp_scope
    if scope is EcpScope.NONE or not places:
        return [None] * len(places)
    ecps, seqs = zip(*places, strict=True)
    own = scope_parameters(operation.viewer, scope)
    rows = await operation.fetch(entries_by_place(scope), ecps=list(ecps), seqs=list(seqs), **own)
    return align_one(places, rows, lambda row: row.place)


async def details_of_entries(operation: Operation, rows: list[EntryRow]) -> list[EntryDetail]:
    """Load what explains entries, with a fixed number of statements."""
    wanted: dict[ValuationKey, frozenset[int]] = {}
    for row in rows:
        if (key := _valuation_key(row)) is not None:
            wanted[key] = wanted.get(key, frozenset()) | {row.rule or 0}
    found = await valuations_by_key(operation, wanted)
    calendar = await operation.calendar()
    named = _Named(
        sold=await _sold_names(operation, rows),
        reasons=await _reasons(operation, rows),
        settled=await _settled(operation, rows),
        expiry_days=await _expiry_days(operation, rows, calendar),
        calendar=calendar,
    )
    return [_detail(row, found, named) for row in rows]


def _valuation_key(row: EntryRow) -> ValuationKey | None:
    if row.sale is None or row.position is None or row.version is None:
        return None
    return ValuationKey(
        ecp=row.ecp,
        scheme=row.scheme,
        sold_at=row.effective_at,
        sale=row.sale,
        position=row.position,
        version=row.version,
    )


def _detail(row: EntryRow, found: Mapping[ValuationKey, ValuationView], named: _Named) -> EntryDetail:
    key = _valuation_key(row)
    view = None if key is None else found.get(key)
    verdict = None if view is None else view.verdicts.get(row.rule or 0)
    rule = None if verdict is None else verdict.rule
    story = _story(row, None if rule is None else rule.rule.name, named, view)
    return EntryDetail(
        rule=rule,
        explanation=None if verdict is None else verdict.verdict,
        sentence=entry_sentence(story, named.calendar),
    )


def _story(row: EntryRow, rule: str | None, named: _Named, view: ValuationView | None) -> EntryStory:
    sale = _name(row, row.sale, named.sold)
    cause = _name(row, row.cause, named.sold) if row.cause is not None else sale
    if row.version == 1 and row.kind != PointsEntryKind.REVERSAL:
        # The first value of the line there: new, unless a correction brought it.
        cause = sale if row.cause is None and sale is not None and sale.correction is not None else None
    return EntryStory(
        kind=PointsEntryKind(row.kind),
        points=row.points if row.kind == PointsEntryKind.SETTLEMENT else row.signed,
        # Where the sale was then: the correction that took the points back may have moved it.
        sale=None if sale is None else replace(sale, sold_at=row.effective_at),
        sku=None if view is None else view.row.sku,
        units=None if view is None else _units(row, view),
        rule=rule,
        cause=cause,
        reason=None if row.adjustment_id is None else named.reasons.get(row.adjustment_id),
        settled=_settled_name(row, named.settled),
        expired=_expired_lots(row, named),
    )


def _settled_name(row: EntryRow, settled: Mapping[UUID, SettledLineRow]) -> SettledName | None:
    found = None if row.settlement_line_id is None else settled.get(row.settlement_line_id)
    if found is None:
        return None
    is_return = row.debit == LedgerAccount.PAID
    return SettledName(
        number=found.number,
        credit=LedgerAccount(row.credit),
        reference=found.return_reference if is_return else found.reference,
        is_return=is_return,
    )


def _expired_lots(row: EntryRow, named: _Named) -> ExpiredLots | None:
    """Which points expired: the day on which the entry was recorded says it, with the days of the scheme then."""
    days = named.expiry_days.get((row.scheme, _began_at(row, named.calendar)))
    if row.kind != PointsEntryKind.EXPIRY or days is None:
        return None
    kept = first_kept_day(named.calendar.day_of(row.recorded_at), days)
    return ExpiredLots(kept - timedelta(days=1), days)


def _began_at(row: EntryRow, calendar: Calendar) -> datetime:
    return calendar.start_of_day(calendar.day_of(row.recorded_at))


def _units(row: EntryRow, view: ValuationView) -> Units | None:
    """What the base points of a new line are the product of; None where the budget cut them, and for a coupon."""
    if row.kind != PointsEntryKind.BASE or row.version != 1 or view.found is None or view.row.is_coupon:
        return None
    base = {one.variant_id: one.base_points for one in view.content.coupon_values}
    units = Units(view.found.quantity, base.get(view.row.variant_id or _NOBODY, 0))
    return units if units.quantity * units.base_points == row.points else None


def _name(row: EntryRow, number: int | None, sold: Mapping[_SoldKey, SoldNameRow]) -> SoldName | None:
    """The name of a sale as it counted when the entry was recorded."""
    found = None if number is None else sold.get((number, row.recorded_at))
    if found is None:
        return None
    return SoldName(
        number=found.number,
        external_id=found.external_id,
        sold_at=found.sold_at,
        source=found.source or "",
        returns_number=found.returns_number,
        returns=found.returns,
        correction=_correction(found, row.ecp),
    )


def _correction(found: SoldNameRow, ecp: int) -> Correction | None:
    """What the revision changed, as the ledger of this ECP sees it; None if it was the first one."""
    if found.previous_ecp is None:
        return None
    return Correction(
        moved_from=None if found.previous_sold_at == found.sold_at else found.previous_sold_at,
        from_other_ecp=found.previous_ecp != ecp == found.ecp,
        to_other_ecp=found.previous_ecp == ecp != found.ecp,
    )


async def _sold_names(operation: Operation, rows: Iterable[EntryRow]) -> Mapping[_SoldKey, SoldNameRow]:
    asked = {(number, row.recorded_at) for row in rows for number in (row.sale, row.cause) if number is not None}
    if not asked:
        return {}
    sold, times = zip(*sorted(asked), strict=True)
    found = await operation.fetch(SOLD_NAMES, numbers=list(sold), times=list(times))
    return {(row.number, row.at): row for row in found}


async def _reasons(operation: Operation, rows: Iterable[EntryRow]) -> Mapping[UUID, str]:
    ids = [row.adjustment_id for row in rows if row.adjustment_id is not None]
    found = await operation.fetch(ADJUSTMENT_REASONS, ids=ids) if ids else []
    return {row.id: row.reason for row in found}


async def _settled(operation: Operation, rows: Iterable[EntryRow]) -> Mapping[UUID, SettledLineRow]:
    ids = [row.settlement_line_id for row in rows if row.settlement_line_id is not None]
    found = await operation.fetch(SETTLED_LINES, ids=ids) if ids else []
    return {row.id: row for row in found}


async def _expiry_days(
    operation: Operation, rows: Iterable[EntryRow], calendar: Calendar
) -> Mapping[tuple[int, datetime], int]:
    asked = {(row.scheme, _began_at(row, calendar)) for row in rows if row.kind == PointsEntryKind.EXPIRY}
    if not asked:
        return {}
    schemes, moments = zip(*sorted(asked), strict=True)
    found = await operation.fetch(EXPIRY_DAYS, schemes=list(schemes), moments=list(moments))
    return {(row.scheme, row.at): row.days for row in found if row.days is not None}
