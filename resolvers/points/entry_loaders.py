"""Loaders of entries by id, and of what explains them: the rule, its verdict, and one sentence (R22, N6).

Everything comes from stored facts: the valuation that posted the entry, and the revision that it was valued by. What is
true now plays no part, so an entry is explained the same way months later.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.points.entry_reads import entries_by_place
from db.points.entry_rows import EntryRow
from db.points.source_reads import ADJUSTMENT_REASONS, SOLD_NAMES, SoldNameRow
from domain.calendar import Calendar
from domain.permissions import EcpScope
from domain.points.entry_facts import entry_place
from domain.points.entry_sentences import EntryStory, SoldName, entry_sentence
from domain.points.ledger import PointsEntryKind
from resolvers.context import Operation
from resolvers.ecps.loaders import scope_parameters
from resolvers.loading import align_one
from resolvers.points.valuation_loaders import ValuationKey, ValuationView, valuations_by_key
from resolvers.points.verdicts import RuleVerdictView, StatedVerdict
from resolvers.rules.loaders import RuleView

Place = tuple[int, int]


class EntryDetail(Struct, frozen=True):
    """What explains an entry: its rule as it was, the verdict on it, and why the entry exists, in one sentence."""

    rule: RuleView | None
    explanation: RuleVerdictView | StatedVerdict | None
    sentence: str


class _Named(Struct, frozen=True):
    """What sentences name: sales and coupons by number, reasons of adjustments, and days."""

    sold: Mapping[int, SoldNameRow]
    reasons: Mapping[UUID, str]
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
    named = _Named(await _sold_names(operation, rows), await _reasons(operation, rows), await operation.calendar())
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
    sku = None if view is None else view.row.sku
    return EntryDetail(
        rule=rule,
        explanation=None if verdict is None else verdict.verdict,
        sentence=entry_sentence(_story(row, None if rule is None else rule.rule.name, named, sku), named.calendar),
    )


def _story(row: EntryRow, rule: str | None, named: _Named, sku: str | None) -> EntryStory:
    first = row.version == 1 and row.kind != PointsEntryKind.REVERSAL
    cause = None if first else row.cause if row.cause is not None else row.sale
    return EntryStory(
        kind=PointsEntryKind(row.kind),
        points=row.signed,
        # Where the sale was then: a correction may have moved it since.
        sale=_name(row.sale, named.sold, row.effective_at),
        sku=sku,
        rule=rule,
        cause=_name(cause, named.sold),
        reason=None if row.adjustment_id is None else named.reasons.get(row.adjustment_id),
    )


def _name(number: int | None, sold: Mapping[int, SoldNameRow], sold_at: datetime | None = None) -> SoldName | None:
    row = None if number is None else sold.get(number)
    if row is None:
        return None
    return SoldName(
        number=row.number,
        external_id=row.external_id,
        sold_at=sold_at or row.sold_at,
        returns_number=row.returns_number,
        returns=row.returns,
    )


async def _sold_names(operation: Operation, rows: Iterable[EntryRow]) -> Mapping[int, SoldNameRow]:
    numbers = {number for row in rows for number in (row.sale, row.cause) if number is not None}
    found = await operation.fetch(SOLD_NAMES, numbers=sorted(numbers)) if numbers else []
    return {row.number: row for row in found}


async def _reasons(operation: Operation, rows: Iterable[EntryRow]) -> Mapping[UUID, str]:
    ids = [row.adjustment_id for row in rows if row.adjustment_id is not None]
    found = await operation.fetch(ADJUSTMENT_REASONS, ids=ids) if ids else []
    return {row.id: row.reason for row in found}
