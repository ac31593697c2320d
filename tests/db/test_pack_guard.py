"""Packs withstand faults of our own code: no transaction leaves the serials of a pack apart (R15, N3)."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from domain.spans import Span
from tests.support.custody_scene import MOVE, Scene
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.packs import sscc
from tests.support.unchanged import nothing_changes

BATCH = "(SELECT id FROM batch LIMIT 1)"
COPY = "INSERT INTO pack (id, sscc, line_id, spans, leg, packed_at, packed_by) SELECT gen_random_uuid(), {}"
OTHER = "'{{{}}}', leg, packed_at, packed_by FROM pack LIMIT 1"
# What a fault would store, and the constraint that rejects it.
FAULTS = {
    "a pack stays behind": ("UPDATE pack SET batch_id = NULL WHERE batch_id IS NOT NULL", "pack_whole"),
    "a pack leaves without its coupons": (f"UPDATE pack SET batch_id = {BATCH} WHERE batch_id IS NULL", "pack_whole"),
    "a pack skips a leg": ("UPDATE pack SET leg = 2, batch_id = NULL WHERE batch_id IS NOT NULL", "pack_whole"),
    "a pack gains serials of others": (
        "UPDATE pack SET spans = spans + '{[900,910)}' WHERE batch_id IS NULL",
        "pack_whole",
    ),
    "a serial is in two packs": (
        COPY.format(f"'{sscc(9)}', line_id, {OTHER.format('[350,351)')}"),
        "ex_pack__spans",
    ),
    "two packs have one code": (COPY.format(f"sscc, line_id, {OTHER.format('[500,501)')}"), "uq_pack__sscc"),
    "a pack of planned coupons": (
        COPY.format(f"'{sscc(9)}', line_id, {OTHER.format('[950,951)')}"),
        "pack_whole",
    ),
}


@pytest.fixture
async def scene(consignments: ConsignmentFactory, database_url: str) -> AsyncIterator[Scene]:
    """A pack on hand (300 to 399) and one in a batch (0 to 99), and a connection that commits what a fault would."""
    made = await consignments.created(quantities={"AMB-1L": 1000, "AMB-4L": 1000})
    await consignments.produce(made, quantity=900)
    await consignments.pack(made, (sscc(1), Span(0, 99)), (sscc(2), Span(300, 399)))
    batch = await consignments.dispatch(made, quantity=300)
    connection = await asyncpg.connect(database_url)
    try:
        yield Scene(connection, made, batch)
    finally:
        await connection.close()


async def test_a_fault_of_a_pack_is_not_committed(scene: Scene, database_url: str) -> None:
    found = {}
    async with nothing_changes(database_url):
        for fault, (statement, _) in FAULTS.items():
            with pytest.raises(asyncpg.IntegrityConstraintViolationError) as rejected:
                await scene.commit([statement])
            found[fault] = rejected.value.constraint_name
    assert found == {fault: constraint for fault, (_, constraint) in FAULTS.items()}


async def test_a_dispatch_that_forgets_packs_is_not_committed(scene: Scene, database_url: str) -> None:
    """All of a pack leaves, or a part of it, and the pack does not."""
    planned = "SELECT set_config('tessera.packs_planned', 'true', true)"
    async with nothing_changes(database_url):
        for serials, quantity in (("{[300,400)}", 100), ("{[350,410)}", 60)):
            step = await scene.step("DISPATCHED", serials, quantity)
            with pytest.raises(asyncpg.IntegrityConstraintViolationError) as rejected:
                await _move(scene, step, planned)
            assert rejected.value.constraint_name == "pack_whole"


async def test_a_movement_that_saw_no_pack_begins_again(scene: Scene, database_url: str) -> None:
    """The pack was declared after the movement had looked for packs: the movement is not to blame."""
    async with nothing_changes(database_url):
        step = await scene.step("DISPATCHED", "{[300,310)}", 10)
        with pytest.raises(asyncpg.SerializationError, match=f"pack {sscc(2)} was made during this movement"):
            await _move(scene, step)
    (moved,) = await scene.connection.fetch(MOVE, await scene.step("DISPATCHED", "{[400,410)}", 10))
    assert moved["moved"] == 10


async def _move(scene: Scene, step: str, *before: str) -> None:
    """Move serials without a look at packs, in one transaction."""
    async with scene.connection.transaction():
        for statement in before:
            await scene.connection.execute(statement)
        await scene.connection.fetch(MOVE, step)
