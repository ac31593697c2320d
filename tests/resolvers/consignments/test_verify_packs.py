"""The second wall for packs: the verification finds packs that contradict custody or their movements (R15, N3)."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from db.sessions import Snapshot
from domain.spans import Span
from tests.support.custody import findings_of
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.packs import sscc

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
SENT, HELD, OPENED = sscc(1), sscc(2), sscc(3)
APART = "its serials are not together."
OTHERS = "its movements packed other serials."
OTHERWISE = "it was opened, or it was not, and its movements say otherwise."
# What is stored by somebody who left out the guards, and what is found.
FAULTS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "a pack stays behind": (f"UPDATE pack SET batch_id = NULL WHERE sscc = '{SENT}'", [(SENT, APART)]),
    "a pack skips a leg": (f"UPDATE pack SET leg = 2 WHERE sscc = '{HELD}'", [(HELD, APART)]),
    "a pack gains a serial": (
        f"UPDATE pack SET spans = spans + '{{[500,501)}}' WHERE sscc = '{HELD}'",
        [(HELD, OTHERS)],
    ),
    "a pack is opened without a movement": (
        f"UPDATE pack SET unpacked_at = now() WHERE sscc = '{HELD}'",
        [(HELD, OTHERWISE)],
    ),
    "an opened pack is whole again": (
        f"UPDATE pack SET unpacked_at = NULL WHERE sscc = '{OPENED}'",
        [(OPENED, APART), (OPENED, OTHERWISE)],
    ),
    "a batch forgets its pack": ("DELETE FROM batch_pack", [(SENT, "it is in a batch that does not list it.")]),
    "a movement packs coupons twice": (
        "UPDATE movement SET kind = 'PACKED' WHERE kind = 'UNPACKED'",
        [(OPENED, OTHERS), (OPENED, OTHERWISE)],
    ),
}


@pytest.fixture
async def connection(consignments: ConsignmentFactory, database_url: str) -> AsyncIterator[Any]:
    """A pack in a batch, one on hand, and one that a dispatch opened; and a connection of the owner."""
    made = await consignments.created()
    await consignments.produce(made, quantity=900)
    await consignments.pack(made, (SENT, Span(0, 99)), (HELD, Span(200, 299)), (OPENED, Span(300, 399)))
    await consignments.dispatch(made, packs=(SENT,), serials=(Span(300, 309),))
    opened = await asyncpg.connect(database_url)
    try:
        yield opened
    finally:
        await opened.close()


async def find(connection: Any, statement: str | None = None) -> list[str]:
    """Store a fault without guards, and return what is found about packs; then the database is as it was."""
    planted = connection.transaction()
    await planted.start()
    try:
        for table in ("pack", "batch_pack", "movement"):
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        if statement is not None:
            assert await connection.execute(statement) not in {"UPDATE 0", "DELETE 0"}
        found: Sequence[str] = await findings_of(Snapshot(connection), NOW)
    finally:
        await planted.rollback()
    return [finding for finding in found if re.search(r": pack [0-9]{18}: ", finding)] if statement else list(found)


async def test_faults_of_packs_are_found(connection: Any) -> None:
    assert await find(connection) == []
    found = {fault: await find(connection, statement) for fault, (statement, _) in FAULTS.items()}
    assert found == {
        fault: [f"CON-2026-000001: pack {code}: {sentence}" for code, sentence in findings]
        for fault, (_, findings) in FAULTS.items()
    }
