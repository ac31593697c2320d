"""Streams an EPCISQueryDocument: events are read, written, and sent in chunks."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from starlette.responses import StreamingResponse

from db.epcis.rows import MovementEventRow
from domain.calendar import Calendar
from domain.epcis.identifiers import EpcFormat, Identifiers
from domain.epcis.offsets import write_moment
from domain.epcis.vocabulary import CONTEXT, SCHEMA_VERSION
from domain.viewers import Viewer
from graphql_api.context import Environment
from resolvers.epcis.lists import EventPage, read_more, write_events

# Events that are written before others may run.
_WRITTEN_AT_ONCE: Final = 200
_END: Final = b"]}}}}"


class OpenedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A query whose first rows are read: how its events are written, and for whom."""

    page: EventPage
    identifiers: Identifiers
    calendar: Calendar
    form: EpcFormat
    viewer: Viewer


def stream_query(environment: Environment, opened: OpenedQuery, headers: Mapping[str, str]) -> StreamingResponse:
    """The response with the events of a page. Memory stays flat, however large the page is."""
    return StreamingResponse(_document(environment, opened), headers=dict(headers), media_type="application/ld+json")


async def _document(environment: Environment, opened: OpenedQuery) -> AsyncIterator[bytes]:
    """Write the rows that are there while the next ones are read."""
    beginning: dict[str, Any] = {
        "@context": CONTEXT,
        "type": "EPCISQueryDocument",
        "schemaVersion": SCHEMA_VERSION,
        "creationDate": write_moment(environment.clock()),
        "epcisBody": {"queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": []}}},
    }
    yield msgspec.json.encode(beginning).removesuffix(_END)
    rows, read = opened.page.rows, 0
    while rows:
        read += len(rows)
        following = asyncio.create_task(_read_more(environment, opened, rows[-1], read))
        try:
            for start in range(0, len(rows), _WRITTEN_AT_ONCE):
                # Others run now, and the next statement is sent.
                await asyncio.sleep(0)
                first = start == 0 and read == len(rows)
                yield (b"" if first else b",") + _encode(opened, rows[start : start + _WRITTEN_AT_ONCE])
            rows = await following
        finally:
            following.cancel()
    yield _END


def _encode(opened: OpenedQuery, rows: Sequence[MovementEventRow]) -> bytes:
    events = list(write_events(rows, opened.identifiers, opened.calendar, opened.form))
    return msgspec.json.encode(events)[1:-1]


async def _read_more(
    environment: Environment, opened: OpenedQuery, last: MovementEventRow, read: int
) -> list[MovementEventRow]:
    """Read with a connection that is released before anything is sent, so that slow clients hold none."""
    operation = environment.operation(opened.viewer)
    try:
        return await read_more(operation, opened.page, last, read=read)
    finally:
        await operation.close()
