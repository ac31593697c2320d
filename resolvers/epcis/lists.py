"""Events of movements, page by page."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from db.epcis.pages import OLDEST_EVENT, EventFilters, event_page, page_end
from db.epcis.reads import SERIALS_WITH_REFERENCES, captured_event
from db.epcis.rows import MovementEventRow
from db.program.reads import GS1_COMPANY_PREFIX
from domain.calendar import Calendar
from domain.epcis.events import EventWriter
from domain.epcis.facts import MovementFacts, Occurrence
from domain.epcis.identifiers import CouponClass, EpcFormat, Identifiers
from domain.epcis.keeping import restore_event
from domain.epcis.offsets import offset_in
from domain.epcis.queries import EventQuery
from domain.permissions import Permission
from domain.spans import Spans
from resolvers.consignments.loaders import scope_parameters
from resolvers.context import Operation
from resolvers.paging import decode_page_cursor, encode_page_cursor

# Rows that one statement reads while a page is streamed.
CHUNK: Final = 2000


class Position(Struct, frozen=True):
    """The position of an event in the list."""

    recorded_at: datetime
    id: UUID


class EventPage(Struct, frozen=True, kw_only=True):
    """A page whose later rows are read while it is streamed: its first rows, its last event, and the next page.

    `serials` are those of the coupons of the query, if it names some. `end` is None where the page takes every event
    that there is.
    """

    query: EventQuery
    serials: list[int] | None
    rows: list[MovementEventRow]
    end: Position | None = None
    next_token: str | None = None


async def read_identifiers(operation: Operation) -> Identifiers:
    """How this program identifies its coupons."""
    (prefix,) = await operation.fetch(GS1_COMPANY_PREFIX)
    return Identifiers(operation.identifier_base, prefix)


async def open_page(operation: Operation, query: EventQuery) -> EventPage:
    """Find where the page of a query ends. Raises Forbidden and BadArgument."""
    viewer = operation.require(Permission.CONSIGNMENT_READ)
    after: Position | None = None
    if query.token is not None:
        place = decode_page_cursor(OLDEST_EVENT, query.token, "nextPageToken")
        after = Position(place["cursor_value"], place["cursor_id"])
    serials = await _find_serials(operation, query)
    if query.per_page <= CHUNK:
        rows = await _read_rows(operation, (query, serials), (after, None), query.per_page + 1)
        more = len(rows) > query.per_page
        rows = rows[: query.per_page]
        token = encode_page_cursor(OLDEST_EVENT, rows[-1]) if more else None
        return EventPage(query=query, serials=serials, rows=rows, next_token=token)
    filters, parameters = _filters(query, serials)
    scope = viewer.consignment_scope
    last = await operation.fetch(
        page_end(scope, filters, resumed=after is not None),
        skipped=query.per_page - 1,
        limit=2,
        **parameters,
        **_resume(after),
        **scope_parameters(viewer, scope),
    )
    end = Position(last[0].recorded_at, last[0].id) if last else None
    token = encode_page_cursor(OLDEST_EVENT, end) if len(last) > 1 else None
    rows = await _read_rows(operation, (query, serials), (after, end), CHUNK)
    return EventPage(query=query, serials=serials, rows=rows, end=end, next_token=token)


async def read_more(
    operation: Operation, page: EventPage, last: MovementEventRow, *, read: int
) -> list[MovementEventRow]:
    """Read the rows of a page behind its `last` row, after `read` ones: at most `CHUNK`, and none at its end."""
    limit = min(CHUNK, page.query.per_page - read)
    if limit <= 0 or read < CHUNK:
        return []
    return await _read_rows(
        operation, (page.query, page.serials), (Position(last.recorded_at, last.id), page.end), limit
    )


async def _read_rows(
    operation: Operation,
    asked: tuple[EventQuery, list[int] | None],
    between: tuple[Position | None, Position | None],
    limit: int,
) -> list[MovementEventRow]:
    viewer, (after, end) = operation.viewer, between
    filters, parameters = _filters(*asked)
    scope = viewer.consignment_scope
    limits = {} if end is None else {"end_value": end.recorded_at, "end_id": end.id}
    statement = event_page(scope, filters, resumed=after is not None, ends=end is not None)
    return await operation.fetch(
        statement, limit=limit, **limits, **parameters, **_resume(after), **scope_parameters(viewer, scope)
    )


async def find_captured(operation: Operation, event_id: str, form: EpcFormat) -> dict[str, Any] | None:
    """Find a captured event by its id, if the viewer may see what it moved; their own comes first. Raises Forbidden."""
    viewer = operation.require(Permission.CONSIGNMENT_READ)
    scope = viewer.consignment_scope
    owner_id = viewer.vendor_id or viewer.account_id
    parameters = scope_parameters(viewer, scope)
    rows = await operation.fetch(captured_event(scope), event_id=event_id, owner_id=owner_id, **parameters)
    if not rows:
        return None
    identifiers = await read_identifiers(operation)
    (row,) = rows
    return restore_event(row.content, row.event_id, row.recorded_at, identifiers, form)


def write_events(
    rows: Sequence[MovementEventRow], identifiers: Identifiers, calendar: Calendar, form: EpcFormat
) -> Iterator[dict[str, Any]]:
    """The events of rows: captured ones as they were sent, others with the offset of the program at their time."""
    writer = EventWriter(identifiers, form)
    for row in rows:
        if row.content is not None and row.event_id is not None:
            yield restore_event(row.content, row.event_id, row.recorded_at, identifiers, form)
        else:
            yield writer.write(_facts(row, calendar))


def _facts(row: MovementEventRow, calendar: Calendar) -> MovementFacts:
    return MovementFacts(
        id=row.id,
        kind=row.kind,
        condition=row.to_condition,
        spans=Spans.parse(row.spans or ""),
        coupons=CouponClass(row.scheme_id, row.variant_id, row.reference),
        occurrence=Occurrence(row.occurred_at, offset_in(calendar, row.occurred_at), row.recorded_at),
        vendor=row.vendor,
        consignment=row.consignment,
        batch=row.batch,
        sender=row.sender,
        receiver=row.receiver,
        sscc=row.sscc,
    )


def _resume(after: Position | None) -> dict[str, Any]:
    return {} if after is None else {"cursor_value": after.recorded_at, "cursor_id": after.id}


async def _find_serials(operation: Operation, query: EventQuery) -> list[int] | None:
    """The serials of the coupons of a query. A GCN with the coupon reference of other coupons matches nothing."""
    if query.coupons is None:
        return None
    serials = [coupon.serial for coupon in query.coupons if coupon.reference is None]
    named = [(coupon.serial, coupon.reference) for coupon in query.coupons if coupon.reference is not None]
    if named:
        given = {"serials": [serial for serial, _ in named], "numbers": [number for _, number in named]}
        serials += await operation.fetch(SERIALS_WITH_REFERENCES, **given)
    return serials


def _filters(query: EventQuery, serials: list[int] | None) -> tuple[EventFilters, dict[str, Any]]:
    """The shape of the statement of a query, and its parameters."""
    parameters: dict[str, Any] = {}
    if serials is not None:
        parameters["serials"] = serials
    for name in ("consignments", "batches"):
        if (values := getattr(query, name)) is not None:
            parameters[name] = list(values)
    for name in ("recorded_from", "recorded_before", "occurred_from", "occurred_before"):
        if (at := getattr(query, name)) is not None:
            parameters[name] = at
    shape = EventFilters(**dict.fromkeys(parameters, True), kinds=query.movements is not None)
    if query.movements is not None:
        parameters["kinds"] = [kind for kind, condition in query.movements if condition is None]
        parameters["refined_kinds"] = [f"{kind} {condition}" for kind, condition in query.movements if condition]
    return shape, parameters
