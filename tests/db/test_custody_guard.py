"""Custody withstands faults of our own code: a lost or doubled serial is never committed (N3)."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest

from tests.support.custody_scene import MOVE, Scene
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.unchanged import nothing_changes


@pytest.fixture
async def scene(consignments: ConsignmentFactory, database_url: str) -> AsyncIterator[Scene]:
    """Coupons on their way, and a connection that commits what a fault would."""
    made = await consignments.created(quantities={"AMB-1L": 1000, "AMB-4L": 1000})
    await consignments.produce(made, quantity=900)
    batch = await consignments.dispatch(made, quantity=300)
    connection = await asyncpg.connect(database_url)
    try:
        yield Scene(connection, made, batch)
    finally:
        await connection.close()


TAKE = "take_serials(uuid,bigint,bigint,jsonb,bigint,uuid)"
REST = "{[300,900)}"
GIVEN = "AS given (part, piece)\n    ON CONFLICT"
# A function, what it does, what a faulty one would do instead, and the serials that are then dispatched.
FAULTY_FUNCTIONS = {
    "a whole holder is forgotten": (TAKE, "segment = ANY (emptied)", "false", REST),
    "a holder keeps what it gave": (TAKE, "SET spans = spans - piece", "SET spans = spans", "{[300,310)}"),
    "a holder keeps one more than it should": (
        TAKE,
        "SET spans = spans - piece",
        "SET spans = spans - (piece - int8multirange(int8range(lower(piece), lower(piece) + 1)))",
        "{[300,310)}",
    ),
    "a holder loses one more than it gave": (
        TAKE,
        "SET spans = spans - piece",
        "SET spans = spans - int8multirange(int8range(lower(piece), upper(piece) + 1))",
        "{[300,310)}",
    ),
    "other holders give instead": (
        TAKE,
        "segment = part AND place_id = from_place;",
        "segment = part AND place_id <> from_place AND spans <> piece;",
        "{[300,310)}",
    ),
    "nobody gets what was taken": (TAKE, GIVEN, "AS given (part, piece) WHERE false\n    ON CONFLICT", "{[300,310)}"),
    "one serial too many is given": (
        TAKE,
        "to_place, piece",
        "to_place, piece + int8multirange(int8range(upper(piece), upper(piece) + 1))",
        "{[300,310)}",
    ),
    "one serial too few is given": (
        TAKE,
        "to_place, piece",
        "to_place, piece - int8multirange(int8range(lower(piece), lower(piece) + 1))",
        "{[300,310)}",
    ),
    "as many other serials are given": (
        TAKE,
        "to_place, piece",
        "to_place, int8multirange(int8range(lower(piece) + 1, upper(piece) + 1))",
        "{[300,310)}",
    ),
    "a place forgets what it had": (
        TAKE,
        "custody.spans + excluded.spans",
        "excluded.spans",
        "{[300,310)}",
    ),
}


async def test_a_faulty_movement_is_not_committed(scene: Scene, database_url: str) -> None:
    found = {}
    async with nothing_changes(database_url):
        for fault, (signature, sound, broken, serials) in FAULTY_FUNCTIONS.items():
            steps = await scene.step("DISPATCHED", serials, 600 if serials == REST else 10)
            with pytest.raises(asyncpg.IntegrityConstraintViolationError) as rejected:
                await scene.move_faultily(steps, (signature, sound, broken))
            found[fault] = rejected.value.constraint_name
    assert found == dict.fromkeys(FAULTY_FUNCTIONS, "custody_whole")
    for serials, quantity in (("{[300,310)}", 10), ("{[310,900)}", 590)):
        (moved,) = await scene.connection.fetch(MOVE, await scene.step("DISPATCHED", serials, quantity))
        assert moved["moved"] == quantity


async def test_two_movements_that_skip_the_lock_do_not_both_take_a_serial(scene: Scene, database_url: str) -> None:
    """Both read that the place holds the serials; the second one to commit is rejected."""
    unlocked = "careless_move_coupons"
    await scene.break_function("move_coupons(jsonb)", "ORDER BY id FOR NO KEY UPDATE", "ORDER BY id", unlocked)
    other = await asyncpg.connect(database_url)
    move = f"SELECT moved FROM {unlocked}($1)"
    damage = await scene.step("DAMAGED", "{[305,315)}", 10, to_batch=None, batch_id=None, to_condition="DAMAGED")
    try:
        first, second = scene.connection.transaction(), other.transaction()
        await first.start()
        await second.start()
        await scene.connection.fetch(move, await scene.step("DISPATCHED", "{[300,310)}", 10))
        waiting = asyncio.ensure_future(other.fetch(move, damage))
        await asyncio.wait([waiting], timeout=0.2)
        assert not waiting.done()
        await first.commit()
        assert [row["moved"] for row in await waiting] == [10]
        async with nothing_changes(database_url):
            with pytest.raises(asyncpg.IntegrityConstraintViolationError) as rejected:
                await second.commit()
        assert rejected.value.constraint_name == "custody_whole"
    finally:
        await other.close()
        await scene.connection.execute(f"DROP FUNCTION {unlocked}(jsonb)")


LINE = "(SELECT line.id FROM consignment_line AS line JOIN variant ON variant.id = variant_id WHERE sku = '{}')"
ONE, FOUR = LINE.format("AMB-1L"), LINE.format("AMB-4L")
OWN = f"line_id = {ONE}"
PLACE = f"(SELECT id FROM custody_place WHERE {OWN} AND condition = '{{}}' AND batch_id IS {{}} NULL)"
GOOD, SENT, PLANNED = PLACE.format("GOOD", ""), PLACE.format("GOOD", "NOT"), PLACE.format("PLANNED", "")
OTHER = f"(SELECT id FROM custody_place WHERE line_id = {FOUR})"
MOVEMENT = (
    "INSERT INTO movement (id, request_id, consignment_id, line_id, kind, vendor_id, from_place_id, from_condition, "
    "to_place_id, to_condition, quantity, occurred_at, recorded_at, account_id) SELECT gen_random_uuid(), request_id, "
    "consignment_id, {line}, {kind}, vendor_id, {given}, {before}, {taken}, {after}, 1, now(), now(), account_id "
    "FROM movement LIMIT 1"
)


def movement(**changed: str) -> str:
    """A dispatch of one coupon, as SQL."""
    good = {"line": "line_id", "kind": "'DISPATCHED'", "given": GOOD, "before": "'GOOD'", "taken": SENT}
    return MOVEMENT.format(**{**good, "after": "'GOOD'", **changed})


def place(leg: int, condition: str, batch: str = "NULL") -> str:
    """A place of the line, as SQL."""
    return f"INSERT INTO custody_place (line_id, leg, batch_id, condition) SELECT {ONE}, {leg}, {batch}, '{condition}'"


# Statements of one transaction, and the constraint that rejects them.
PLANTED: dict[str, tuple[Sequence[str], str]] = {
    "a serial is added": ([f"UPDATE custody SET spans = spans + '{{[5,6)}}' WHERE place_id = {GOOD}"], "custody_whole"),
    "a serial is removed": (
        [f"UPDATE custody SET spans = spans - '{{[5,6)}}' WHERE place_id = {SENT}"],
        "custody_whole",
    ),
    "a serial is exchanged": (
        [f"UPDATE custody SET spans = spans - '{{[5,6)}}' + '{{[305,306)}}' WHERE place_id = {SENT}"],
        "custody_whole",
    ),
    "a place is emptied": ([f"DELETE FROM custody WHERE place_id = {SENT}"], "custody_whole"),
    "a place gets what no place gave": (
        [
            place(2, "GOOD"),
            f"""INSERT INTO custody (line_id, segment, place_id, spans)
            SELECT line_id, segment, (SELECT max(id) FROM custody_place), spans
            FROM custody WHERE place_id = {SENT}""",
        ],
        "custody_whole",
    ),
    "coupons are at a place of another line": (
        [f"UPDATE custody SET place_id = {OTHER} WHERE place_id = {SENT}"],
        "fk_custody__place_id_line_id",
    ),
    "a segment is smaller": (
        [f"UPDATE custody_segment SET spans = spans - '{{[0,1)}}' WHERE {OWN}"],
        "custody_whole",
    ),
    "a segment and its places are smaller": (
        [
            f"UPDATE custody SET spans = spans - '{{[0,1)}}' WHERE place_id = {SENT}",
            f"UPDATE custody_segment SET spans = spans - '{{[0,1)}}' WHERE {OWN}",
        ],
        "custody_allotted",
    ),
    "a segment and its places vanish": (
        [f"DELETE FROM custody WHERE {OWN}", f"DELETE FROM custody_segment WHERE {OWN}"],
        "custody_allotted",
    ),
    "a segment has serials of another line": (
        [
            f"UPDATE custody SET spans = spans + '{{[1000,1001)}}' WHERE place_id = {SENT}",
            f"UPDATE custody_segment SET spans = spans + '{{[1000,1001)}}' WHERE {OWN}",
        ],
        "custody_allotted",
    ),
    "an allotment is released while its coupons move": (
        [f"UPDATE allotment SET released_at = now() WHERE {OWN}"],
        "custody_allotted",
    ),
    "an allotment is smaller": ([f"UPDATE allotment SET span = '[0,999)' WHERE {OWN}"], "custody_allotted"),
    "an allotment goes to another line": (
        [f"UPDATE allotment SET line_id = {FOUR} WHERE {OWN}"],
        "custody_allotted",
    ),
    "an allotment vanishes": ([f"DELETE FROM allotment WHERE {OWN}"], "custody_allotted"),
    "an allotment is of another run": (
        [f"UPDATE allotment SET run_id = (SELECT run_id FROM allotment WHERE line_id = {FOUR})"],
        "allotment_of_run",
    ),
    "a serial is allotted twice": (
        [f"INSERT INTO allotment SELECT gen_random_uuid(), {FOUR}, run_id, '[5,6)' FROM allotment WHERE {OWN}"],
        "ex_allotment__span",
    ),
    "a serial is generated twice": (
        [
            """INSERT INTO coupon_run SELECT gen_random_uuid(), scheme_id, variant_id, '[1999,2001)', 1, now(),
            generated_by FROM coupon_run LIMIT 1"""
        ],
        "ex_coupon_run__span",
    ),
    "a serial has 33 bits": (
        ["UPDATE coupon_run SET span = '[4294967296,4294967297)' WHERE span @> 1500::bigint"],
        "ck_coupon_run__span_of_serials",
    ),
    "a vendor is twice in a chain": (
        ["INSERT INTO consignment_leg SELECT consignment_id, 4, vendor_id FROM consignment_leg WHERE position = 1"],
        "uq_consignment_leg__vendor_id_consignment_id",
    ),
    "a movement of a kind takes what it must not": (
        [movement(given=PLANNED, before="'PLANNED'")],
        "fk_movement__kind_from_condition_to_condition",
    ),
    "void coupons become good": (
        [place(1, "VOID"), movement(given=PLACE.format("VOID", ""), before="'VOID'")],
        "fk_movement__kind_from_condition_to_condition",
    ),
    "a movement misstates a condition": (
        [movement(given=PLANNED)],
        "fk_movement__from_place_id_line_id_from_condition",
    ),
    "a movement leads to another line": (
        [movement(line=FOUR)],
        "fk_movement__from_place_id_line_id_from_condition",
    ),
    "a movement leads nowhere": ([movement(taken=GOOD)], "ck_movement__places_differ"),
    "coupons are planned at a later leg": ([place(2, "PLANNED")], "ck_custody_place__planned_at_first_leg"),
    "coupons on hand are unresolved": ([place(2, "UNRESOLVED")], "ck_custody_place__unresolved_in_batch"),
    "coupons of a batch are commissioned": (
        [place(1, "COMMISSIONED", "(SELECT id FROM batch)")],
        "ck_custody_place__commissioned_on_hand",
    ),
    "a place exists twice": ([place(1, "GOOD")], "uq_custody_place__place"),
    "an unknown condition": ([place(1, "STOLEN")], "ck_custody_place__condition_known"),
    "a quantity below zero": (["UPDATE custody_place SET quantity = -1"], "ck_custody_place__quantity_not_negative"),
}


async def test_a_planted_fault_is_not_committed(scene: Scene, database_url: str) -> None:
    found = {}
    async with nothing_changes(database_url):
        for fault, (statements, _) in PLANTED.items():
            with pytest.raises(asyncpg.IntegrityConstraintViolationError) as rejected:
                await scene.commit(statements)
            found[fault] = rejected.value.constraint_name
    assert found == {fault: constraint for fault, (_, constraint) in PLANTED.items()}


KEPT = (
    "UPDATE movement SET quantity = 1",
    "UPDATE movement SET note = 'never'",
    "DELETE FROM movement_part",
    "DELETE FROM movement",
    "UPDATE movement_part SET spans = '{[0,1)}'",
)


async def test_movements_are_never_changed(scene: Scene, database_url: str) -> None:
    """Not even by the owner of the tables."""
    async with nothing_changes(database_url):
        for change in KEPT:
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match=r"rows of movement.* are only ever added"):
                await scene.commit([change])


async def test_sound_rows_are_accepted(scene: Scene) -> None:
    """The same statements succeed with valid values."""
    assert await scene.connection.execute(movement()) == "INSERT 0 1"
    assert await scene.connection.execute(place(2, "GOOD")) == "INSERT 0 1"
