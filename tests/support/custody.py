"""What custody looks like: every place of a line with its serials, read from the database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from db.consignments.verify_reads import CONSIGNMENTS_TO_VERIFY
from db.database import Database
from db.schemes.reads import SCHEME_IDS_AFTER
from db.sessions import Fetching, Writing
from domain.consignments.facts import Condition
from domain.consignments.state import Holding, derive_state
from domain.spans import Spans
from resolvers.consignments.state import load_line_artworks
from resolvers.consignments.verify import verify_consignment
from resolvers.context import Operation
from resolvers.schemes.verify_stages import verify_stages

PLACES = """
SELECT place.leg, batch.code IS NOT NULL AS in_batch, place.condition, CAST(range_agg(custody.spans) AS text) AS spans
FROM custody JOIN custody_place AS place ON place.id = place_id
JOIN consignment_line AS line ON line.id = custody.line_id
LEFT JOIN batch ON batch.id = place.batch_id
WHERE line.consignment_id = :id
GROUP BY 1, 2, 3
"""

HOLDINGS = """
SELECT line.consignment_id, line.id, place.leg, place.batch_id IS NOT NULL, place.condition, sum(custody.quantity)
FROM custody JOIN custody_place AS place ON place.id = place_id
JOIN consignment_line AS line ON line.id = custody.line_id
GROUP BY 1, 2, 3, 4, 5
"""
STATES = """
SELECT id, canceled_at IS NOT NULL,
    EXISTS (SELECT FROM discrepancy WHERE discrepancy.consignment_id = consignment.id AND resolved_at IS NULL),
    status, waiting_legs, has_discrepancy
FROM consignment JOIN consignment_state ON consignment_state.consignment_id = consignment.id
"""


async def places_of(database: Database, consignment_id: UUID) -> dict[tuple[int, bool, str], Spans]:
    """The serials of a consignment by leg, whether they are in a batch that left it, and condition."""
    async with database.engine.connect() as connection:
        rows = await connection.execute(text(PLACES), {"id": consignment_id})
        return {(leg, in_batch, condition): Spans.parse(spans) for leg, in_batch, condition, spans in rows}


class HeldCommit:
    """An operation whose transaction does all of its work, and then waits before it commits."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.reached = asyncio.Event()
        self._released = asyncio.Event()
        self._open = operation.writing
        # The resolvers open their transaction with this method.
        operation.writing = self._writing  # type: ignore[method-assign]

    def release(self) -> None:
        """Let it commit."""
        self._released.set()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Writing]:
        async with self._open() as session:
            yield session
            self.reached.set()
            await self._released.wait()


async def overlap(held: HeldCommit, first: Awaitable[Any], second: Awaitable[Any]) -> None:
    """Run `second` while the transaction of `first` is finished but not committed; let both end."""
    running = asyncio.ensure_future(first)
    await asyncio.wait([running, asyncio.ensure_future(held.reached.wait())], return_when=asyncio.FIRST_COMPLETED)
    waiting = asyncio.ensure_future(second)
    # It either ends now or waits for the first one.
    await asyncio.wait([waiting], timeout=0.3)
    held.release()
    await running
    await waiting


async def check_states(database: Database) -> None:
    """Check that the stored state of every consignment is what its custody and artwork say."""
    async with database.engine.connect() as connection:
        holdings: dict[UUID, list[Holding]] = {}
        rows = list(await connection.execute(text(HOLDINGS)))
        reading = database.reading()
        artworks = await load_line_artworks(reading, list({row[0] for row in rows}))
        await reading.close()
        for consignment_id, line_id, leg, in_batch, condition, quantity in rows:
            holding = Holding(
                leg=leg,
                in_batch=in_batch,
                condition=Condition(condition),
                quantity=quantity,
                artwork=artworks[line_id],
            )
            holdings.setdefault(consignment_id, []).append(holding)
        for consignment_id, canceled, open_discrepancy, *stored in await connection.execute(text(STATES)):
            derived = derive_state(holdings.get(consignment_id, []), canceled=canceled)
            assert (derived.status, list(derived.waiting_legs), open_discrepancy) == tuple(stored), consignment_id


async def findings_of(fetching: Fetching, now: datetime) -> list[str]:
    """What the verification finds in all consignments and schemes."""
    consignments = await fetching.fetch(CONSIGNMENTS_TO_VERIFY, after=UUID(int=0), limit=1000)
    found = [finding for each in consignments async for finding in verify_consignment(fetching, each)]
    schemes = await fetching.fetch(SCHEME_IDS_AFTER, after=UUID(int=0), limit=1000)
    return [*found, *[finding async for finding in verify_stages(fetching, schemes, now)]]


async def query(database: Database, statement: str, **parameters: object) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    async with database.engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(statement), parameters)]


async def discrepancies_of(database: Database, consignment_id: UUID) -> list[tuple[UUID, str, Spans, bool]]:
    """The discrepancies of a consignment, oldest first: id, kind, open serials, and whether they are resolved."""
    statement = "SELECT id, kind, open_spans::text, resolved_at FROM discrepancy WHERE consignment_id = :id ORDER BY id"
    rows = await query(database, statement, id=consignment_id)
    return [(key, kind, Spans.parse(spans), resolved_at is not None) for key, kind, spans, resolved_at in rows]


async def state_of(database: Database, consignment_id: UUID) -> tuple[str, list[int], bool]:
    """The stored status of a consignment, the legs that must act, and whether a discrepancy is open."""
    statement = "SELECT status, waiting_legs, has_discrepancy FROM consignment_state WHERE consignment_id = :id"
    ((status, legs, discrepancy),) = await query(database, statement, id=consignment_id)
    return status, legs, discrepancy
