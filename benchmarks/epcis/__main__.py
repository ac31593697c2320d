"""Measure the capture of 1,000 events in one transaction, and the stream of 100,000 events; print them with goals.

    make bench-epcis [ARGS="--events 100000 --rounds 3 --markdown"]

Exits with 1 when a goal is missed.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import msgspec
from rich.console import Console

from benchmarks.custody.acting import Actors
from benchmarks.custody.place import Place, analyze, embedded_server, fresh_place, opened
from benchmarks.custody.report import Line, line_of, markdown, print_report
from benchmarks.custody.schemes import approved_scheme
from benchmarks.epcis.serving import read_stream, served
from domain.epcis.documents import LARGEST_DOCUMENT
from domain.viewers import Viewer
from graphql_api.context import Environment
from resolvers.context import Operation
from resolvers.epcis.capture_document import capture_together

_EPCS: Final = 10
_CAPTURE_GOAL_S: Final = 2.0
_STREAM_GOAL: Final = 10_000
_ADD_MOVEMENTS: Final = """
WITH added AS (
    INSERT INTO movement (
        id, request_id, consignment_id, line_id, kind, vendor_id, from_place_id, from_condition, to_place_id,
        to_condition, quantity, occurred_at, recorded_at, account_id
    )
    SELECT gen_random_uuid(), request_id, consignment_id, line_id, kind, vendor_id, from_place_id, from_condition,
        to_place_id, to_condition, 1 + number % 10, occurred_at, recorded_at + number * interval '1 millisecond',
        account_id
    FROM (SELECT * FROM movement WHERE kind = 'PRODUCED' LIMIT 1) AS model, generate_series(1, $1::int) AS number
    RETURNING id, line_id, quantity
)
INSERT INTO movement_part (movement_id, line_id, segment, spans)
SELECT id, line_id, 0, int8multirange(int8range(place * 10, place * 10 + quantity))
FROM (SELECT *, row_number() OVER () % 1000 AS place FROM added) AS added
"""


def main() -> None:
    """Measure, print, and return whether the goals are reached."""
    parser = argparse.ArgumentParser(prog="make bench-epcis", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--markdown", action="store_true")
    chosen = parser.parse_args()
    with embedded_server() as server, fresh_place(server, "epcis") as place:
        lines = asyncio.run(_measure(place, chosen))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    print_report(lines, console, "EPCIS")
    if chosen.markdown:
        console.print(markdown(lines), markup=False, soft_wrap=True)
    sys.exit(any(line.reached is False for line in lines))


async def _measure(place: Place, chosen: argparse.Namespace) -> list[Line]:
    async with opened(place) as environment:
        actors = Actors(environment, place)
        quantity = LARGEST_DOCUMENT * _EPCS * (chosen.rounds + 1)
        scheme_id = await approved_scheme(environment, place, "Many Events", (quantity,))
        await actors.generate(scheme_id)
        chain = place.catalog.chain()
        await actors.create(scheme_id, chain, quantity)
        captures = [
            await _capture(environment, place, chain[0], first=number * LARGEST_DOCUMENT * _EPCS)
            for number in range(chosen.rounds + 1)
        ][1:]
        await _add_movements(place, chosen.events)
        await analyze(place)
        streams = await _stream(environment, place, chosen)
    events = f"{chosen.events:,}"
    return [
        line_of(f"Capture of {LARGEST_DOCUMENT:,} events in one transaction", "s", captures, _CAPTURE_GOAL_S),
        line_of(f"Stream of {events} events of up to 10 EPCs", "events/s", streams, _STREAM_GOAL, at_least=True),
    ]


class _Working:
    """Opens operations of a viewer, as a job of the viewer does."""

    def __init__(self, environment: Environment, viewer: Viewer) -> None:
        self._environment, self._viewer = environment, viewer

    @asynccontextmanager
    async def operation(self) -> AsyncIterator[Operation]:
        operation = self._environment.operation(self._viewer)
        try:
            yield operation
        finally:
            await operation.close()


async def _capture(environment: Environment, place: Place, printer: UUID, *, first: int) -> float:
    """Seconds of one capture."""
    at = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    events = [msgspec.json.encode(_event(at, first + number * _EPCS)) for number in range(LARGEST_DOCUMENT)]
    working = _Working(environment, place.viewer(printer))
    began = time.perf_counter()
    errors = await capture_together(working, uuid4(), events)
    spent = time.perf_counter() - began
    assert errors == ()
    return spent


def _event(at: str, first: int) -> dict[str, Any]:
    return {
        "type": "ObjectEvent",
        "eventTime": at,
        "eventTimeZoneOffset": "+05:30",
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "epcList": [f"urn:tessera:coupon:{serial}" for serial in range(first, first + _EPCS)],
    }


async def _add_movements(place: Place, count: int) -> None:
    connection = await asyncpg.connect(place.owner_url)
    try:
        await connection.execute(_ADD_MOVEMENTS, count)
    finally:
        await connection.close()


async def _stream(environment: Environment, place: Place, chosen: argparse.Namespace) -> list[float]:
    """Events a second of each round."""
    rates = []
    async with served(environment, place) as (address, headers):
        for _ in range(chosen.rounds):
            began = time.perf_counter()
            count = await read_stream(address, f"/epcis/events?perPage={chosen.events}", headers)
            assert count == chosen.events, count
            rates.append(count / (time.perf_counter() - began))
    return rates


if __name__ == "__main__":
    main()
