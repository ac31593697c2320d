"""The second wall: what the guards of the database cannot see, the verification finds (N3)."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from db.database import Database
from db.sessions import Snapshot
from domain.spans import Span
from tests.support.clock import TestClock
from tests.support.custody import findings_of
from tests.support.factories.consignments import ConsignmentFactory

NAMES = re.compile(r"BAT-2026-[0-9]{6}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
CODE = "CON-2026-000001"


def place(leg: int, condition: str = "GOOD", batch: int = 0) -> str:
    """The id of a place on hand, or in the batch with this number; as SQL."""
    if not batch:
        return f"(SELECT id FROM custody_place WHERE leg = {leg} AND condition = '{condition}' AND batch_id IS NULL)"
    return (
        f"(SELECT id FROM custody_place WHERE leg = {leg} AND condition = '{condition}' AND "
        f"batch_id = (SELECT id FROM batch ORDER BY id OFFSET {batch - 1} LIMIT 1))"
    )


def move(serials: str, source: str, target: str) -> tuple[str, str]:
    """Give serials from one place to another without a movement; as SQL."""
    return (
        f"UPDATE custody SET spans = spans - '{{{serials}}}' WHERE place_id = {source}",
        f"""INSERT INTO custody (line_id, segment, place_id, spans)
        SELECT line_id, 0, {target}, '{{{serials}}}' FROM custody LIMIT 1
        ON CONFLICT (line_id, segment, place_id) DO UPDATE SET spans = custody.spans + excluded.spans""",
    )


MOVEMENT = (
    "INSERT INTO movement (id, request_id, consignment_id, line_id, batch_id, kind, vendor_id, from_place_id, "
    "from_condition, to_place_id, to_condition, quantity, occurred_at, recorded_at, account_id) SELECT "
    "gen_random_uuid(), request_id, consignment_id, line_id, batch_id, kind, vendor_id, {}, 'GOOD', {}, 'GOOD', 1, "
    "now(), now(), account_id FROM movement WHERE kind = '{}' ORDER BY movement.id LIMIT 1"
)
LAST = "(SELECT id FROM movement ORDER BY id DESC LIMIT 1)"
PART = (
    "INSERT INTO movement_part (movement_id, line_id, segment, spans) "
    "SELECT {}, line_id, 0, '{{{}}}' FROM custody LIMIT 1"
)
EVENT = (
    "INSERT INTO event (kind, object_id, subject_kinds, subject_ids, recorded_at) SELECT kind, {}, subject_kinds, "
    "subject_ids, recorded_at FROM event WHERE kind = 'COUPONS_COMMISSIONED'"
)
HERE, GONE = "are here, and no movement brought them.", "should be here by the movements, and are not."
ONE_HERE, ONE_GONE = (text.replace("are", "is") for text in (HERE, GONE))
# What a fault of our own code could store and no guard rejects, and what is found.
FAULTS: dict[str, tuple[Sequence[str], list[str]]] = {
    "another vendor has the coupons": (
        move("[10,20)", place(2), place(3)),
        [
            f", AMB-1L: good coupons on hand at leg 2: the serials 10 to 19 {GONE}",
            f", AMB-1L: good coupons on hand at leg 3: the serials 10 to 19 {HERE}",
        ],
    ),
    "another batch has the coupons": (
        move("[350,360)", place(1, batch=2), place(1)),
        [
            f", AMB-1L: good coupons on hand at leg 1: the serials 350 to 359 {HERE}",
            f", AMB-1L: good coupons in #: the serials 350 to 359 {GONE}",
        ],
    ),
    "coupons can be redeemed that nobody commissioned": (
        move("[200,201)", place(3), place(3, "COMMISSIONED")),
        [
            f", AMB-1L: good coupons on hand at leg 3: the serial 200 {ONE_GONE}",
            f", AMB-1L: commissioned coupons on hand at leg 3: the serial 200 {ONE_HERE}",
        ],
    ),
    "a movement moves what it did not": (
        [PART.format(LAST, "[0,2)")],
        [
            ", AMB-1L: movement # took the serials 0 to 1, which were not there.",
            f", AMB-1L: commissioned coupons on hand at leg 3: the serials 0 to 1 {GONE}",
            ": movement # states 50 coupons, and its parts have 52.",
        ],
    ),
    "a dispatch leaves another leg": (
        [MOVEMENT.format(place(2), place(1, batch=2), "DISPATCHED")],
        [
            ": movement # states 1 coupon, and its parts have 0.",
            ": movement # leads from or to a place that is impossible for DISPATCHED.",
            ": movement # (DISPATCHED) does not have exactly one event.",
            ": #, AMB-1L: 301 coupons were dispatched, and the batch states 300.",
        ],
    ),
    "a receipt skips a leg": (
        [MOVEMENT.format(place(1, batch=2), place(3), "RECEIVED")],
        [
            ": movement # states 1 coupon, and its parts have 0.",
            ": movement # leads from or to a place that is impossible for RECEIVED.",
            ": movement # (RECEIVED) does not have exactly one event.",
        ],
    ),
    "the quantity of a place is wrong": (
        [f"UPDATE custody_place SET quantity = quantity + 1 WHERE id = {place(2)}"],
        [", AMB-1L: good coupons on hand at leg 2: there are 140 coupons, and the stored quantity is 141."],
    ),
    "an event is missing": (
        ["DELETE FROM event WHERE kind = 'COUPONS_COMMISSIONED'"],
        [": movement # (COMMISSIONED) does not have exactly one event."],
    ),
    "an event is doubled": (
        [EVENT.format("object_id")],
        [": movement # (COMMISSIONED) does not have exactly one event."],
    ),
    "an event has no movement": (
        [EVENT.format("gen_random_uuid()")],
        [": there is an event COUPONS_COMMISSIONED without its movement #."],
    ),
    "the state is of another day": (
        ["UPDATE consignment_state SET status = 'IN_TRANSIT', waiting_legs = '{1}', has_discrepancy = false"],
        [
            ": it is IN_PRODUCTION, and its stored status is IN_TRANSIT.",
            ": legs 1, 2, 3 must act, and legs 1 are stored.",
            ": a discrepancy is open, and no discrepancy is stored.",
            "SCH-2026-000001: the stored stage PRODUCTION does not follow from the facts.",
        ],
    ),
    "the stages are of another day": (
        ["UPDATE scheme_stage SET status = 'DELIVERED', state = 'DONE' WHERE kind = 'PRODUCTION'"],
        ["SCH-2026-000001: the stored stage PRODUCTION does not follow from the facts."],
    ),
    "a batch carries another number": (
        ["UPDATE batch_line SET quantity = quantity + 1 WHERE quantity = 100"],
        [": #, AMB-1L: 100 coupons were dispatched, and the batch states 101."],
    ),
    "a line states another number": (
        ["UPDATE consignment_line SET quantity = quantity - 1"],
        [", AMB-1L: the line states 999 coupons, and 1,000 were allotted to it."],
    ),
    "a batch forgets what was accepted and damaged": (
        ["UPDATE batch_line SET accepted = accepted - 1, damaged = damaged - 1 WHERE damaged > 0"],
        [
            ": #, AMB-1L: accepted coupons: there are 290 by the movements, and the batch states 289.",
            ": #, AMB-1L: damaged coupons: there are 5 by the movements, and the batch states 4.",
        ],
    ),
    "a batch on its way counts as received": (
        ["UPDATE batch SET status = 'RECEIVED' WHERE status = 'IN_TRANSIT'"],
        [": #, AMB-1L is RECEIVED, and the serials 300 to 399 are still in it."],
    ),
    "a discrepancy forgets a serial": (
        ["UPDATE discrepancy SET open_spans = open_spans - '{[295,296)}'"],
        [": #, AMB-1L: the serial 295 is unresolved without an open discrepancy."],
    ),
    "a discrepancy is about other serials": (
        ["UPDATE discrepancy SET open_spans = open_spans + '{[5,6)}', spans = spans + '{[5,6)}'"],
        [": #, AMB-1L: the serial 5 of its discrepancy is not unresolved."],
    ),
}
# What the guards reject, stored by somebody who left them out.
UNGUARDED: dict[str, tuple[Sequence[str], list[str]]] = {
    "a serial is doubled": (
        [f"UPDATE custody SET spans = spans + '{{[100,101)}}' WHERE place_id = {place(2)}"],
        [
            ", AMB-1L: segment 0 is not whole: 1 serial is held twice.",
            ", AMB-1L: good coupons on hand at leg 2: there are 141 coupons, and the stored quantity is 140.",
            f", AMB-1L: good coupons on hand at leg 2: the serial 100 {ONE_HERE}",
        ],
    ),
    "a serial is lost": (
        [f"UPDATE custody SET spans = spans - '{{[5,6)}}' WHERE place_id = {place(2)}"],
        [
            ", AMB-1L: segment 0 is not whole: the serial 5 is missing.",
            ", AMB-1L: good coupons on hand at leg 2: there are 139 coupons, and the stored quantity is 140.",
            f", AMB-1L: good coupons on hand at leg 2: the serial 5 {ONE_GONE}",
        ],
    ),
    "an allotment is released": (
        ["UPDATE allotment SET released_at = now()"],
        [", AMB-1L: custody is about other coupons than the allotments: the serials 0 to 999 do not belong to it."],
    ),
    "a segment has serials of another": (
        [
            "INSERT INTO custody_segment (line_id, segment, spans) SELECT line_id, 1, spans FROM custody_segment",
            "UPDATE custody SET segment = 1",
            "DELETE FROM custody_segment WHERE segment = 0",
        ],
        [", AMB-1L: custody is about other coupons than the allotments: 1,000 serials are in a wrong segment."],
    ),
}


@pytest.fixture
async def connection(consignments: ConsignmentFactory, database_url: str) -> AsyncIterator[Any]:
    """A consignment with coupons nearly everywhere, and a connection of the owner."""
    made = await consignments.created()
    await consignments.produce(made, quantity=890, spoiled_serials=(Span(990, 999),))
    first = await consignments.dispatch(made, quantity=300)
    await consignments.dispatch(made, quantity=100)
    await consignments.receive(first, accepted_serials=(Span(0, 289),), damaged_serials=(Span(290, 294),))
    onward = await consignments.dispatch(made, by="PCK-1", serials=(Span(100, 249),))
    await consignments.receive(onward, by="FAC-1", accepted=150)
    await consignments.commission(made, Span(100, 149))
    opened = await asyncpg.connect(database_url)
    try:
        yield opened
    finally:
        await opened.close()


async def plant(connection: Any, statements: Sequence[str], *, guarded: bool) -> list[str]:
    """Store a fault, and return what is found; then the database is as it was."""
    planted = connection.transaction()
    await planted.start()
    try:
        for table in () if guarded else ("allotment", "custody", "custody_segment"):
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            assert await connection.execute(statement) not in {"UPDATE 0", "INSERT 0 0", "DELETE 0"}
        # As at the end of the transaction, the guards look here.
        await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        found = await findings_of(Snapshot(connection), NOW)
    finally:
        await planted.rollback()
    return [NAMES.sub("#", finding).removeprefix(CODE) for finding in found]


async def test_custody_by_our_own_mutations_has_no_contradiction(connection: Any, database: Database) -> None:
    async with database.snapshot() as snapshot:
        assert await findings_of(snapshot, NOW) == []
    assert await connection.fetchval("SELECT count(*) FROM custody_place WHERE quantity > 0") == 9


async def test_what_no_guard_sees_is_found(connection: Any) -> None:
    """Coupons with the wrong vendor above all: the guards only know that none is lost or doubled."""
    found = {fault: await plant(connection, statements, guarded=True) for fault, (statements, _) in FAULTS.items()}
    assert found == {fault: findings for fault, (_, findings) in FAULTS.items()}


async def test_what_the_guards_reject_is_found_too(connection: Any) -> None:
    for statements, findings in UNGUARDED.values():
        found = await plant(connection, statements, guarded=False)
        # What follows from it is found, too.
        assert found[: len(findings)] == findings


async def test_events_that_retention_deleted_are_not_missed(connection: Any, clock: TestClock) -> None:
    """Movements that are older than the oldest event had events, too."""
    deleted = "UPDATE event_stream SET floor_xid = '1', floor_id = 1"
    older = "DELETE FROM event WHERE kind LIKE 'COUPONS\\_%'"
    assert await plant(connection, [deleted, older], guarded=True) == []
