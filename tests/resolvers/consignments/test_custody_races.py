"""Movements that happen at the same time: none waits in a circle, and none leaves a stale state behind (N3)."""

import asyncio

import pytest

from db.database import Database
from domain.consignments.failures import NothingToDo
from domain.spans import Span, Spans
from resolvers.consignments.dispatch_batch import DispatchBatch, dispatch_batch
from resolvers.consignments.receive_batch import ReceiveBatch, ReceivedLine, receive_batch
from resolvers.consignments.serial_inputs import SerialLine
from resolvers.consignments.void_coupons import VoidCoupons, void_coupons
from resolvers.consignments.void_dispatch import VoidDispatch, void_dispatch
from resolvers.consignments.void_receipt import VoidReceipt, void_receipt
from resolvers.retrying import retry_conflicts
from tests.support.custody import HeldCommit, check_states, overlap, places_of
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.queries import execute

BOTH = {"AMB-1L": 100, "AMB-4L": 100}
# Gives the other transaction the time to add a place, too.
SLOW = """
CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$;
CREATE TRIGGER pause AFTER INSERT ON custody_place FOR EACH ROW EXECUTE FUNCTION pause()
"""
QUICK = "DROP TRIGGER pause ON custody_place; DROP FUNCTION pause()"


async def test_a_dispatch_beside_the_end_of_another_batch_keeps_the_receiver_waiting(
    consignments: ConsignmentFactory, database: Database
) -> None:
    """The batch on its way is all lost to damage while another dispatch relies on it."""
    made = await consignments.created(quantities={"AMB-1L": 100})
    await consignments.produce(made, quantity=100)
    first = await consignments.dispatch(made, quantity=10)
    held = HeldCommit(consignments.vendor("PRN-1"))
    lines = (SerialLine(consignments.variant(), 10),)
    dispatch = DispatchBatch(
        consignment_id=made,
        lines=lines,
        shipment_reference=None,
        occurred_at=None,
        idempotency_key=consignments.idempotency_key(),
    )
    damage = consignments.receive(first, accepted=0, damaged_serials=(Span(0, 9),))
    await overlap(held, dispatch_batch(held.operation, dispatch), damage)
    await check_states(database)
    assert {leg for leg, in_batch, _ in await places_of(database, made) if in_batch} == {1}


async def test_what_arrived_and_left_again_beside_a_dispatch_keeps_the_receiver_waiting(
    consignments: ConsignmentFactory, database: Database
) -> None:
    """The receiver passes everything on while a dispatch relies on what the receiver has on hand."""
    made = await consignments.created(quantities={"AMB-1L": 100})
    await consignments.produce(made, quantity=100)
    await consignments.receive(await consignments.dispatch(made, quantity=10), accepted=10)
    held = HeldCommit(consignments.vendor("PRN-1"))
    lines = (SerialLine(consignments.variant(), 10),)
    dispatch = DispatchBatch(
        consignment_id=made,
        lines=lines,
        shipment_reference=None,
        occurred_at=None,
        idempotency_key=consignments.idempotency_key(),
    )
    onward = consignments.dispatch(made, by="PCK-1", quantity=10)
    await overlap(held, dispatch_batch(held.operation, dispatch), onward)
    await check_states(database)


async def test_receipts_of_several_variants_in_any_order_do_not_deadlock(
    consignments: ConsignmentFactory, database: Database, database_url: str
) -> None:
    """Both add the places of both variants, each in the order of its own lines."""
    made = await consignments.created(quantities=BOTH)
    batches = []
    for sku in BOTH:
        await consignments.produce(made, sku=sku, quantity=100)
    for _ in range(2):
        lines = tuple(SerialLine(consignments.variant(sku), 10) for sku in BOTH)
        dispatch = DispatchBatch(
            consignment_id=made,
            lines=lines,
            shipment_reference=None,
            occurred_at=None,
            idempotency_key=consignments.idempotency_key(),
        )
        batches.append(await dispatch_batch(consignments.vendor("PRN-1"), dispatch))
    received = [ReceivedLine(consignments.variant(sku), accepted=10) for sku in BOTH]
    commands = [
        ReceiveBatch(
            batch_id=batch, lines=tuple(lines), occurred_at=None, idempotency_key=consignments.idempotency_key()
        )
        for batch, lines in zip(batches, (received, received[::-1]), strict=True)
    ]
    await asyncio.to_thread(execute, database_url, SLOW)
    try:
        await asyncio.gather(*(receive_batch(consignments.vendor("PCK-1"), command) for command in commands))
    finally:
        await asyncio.to_thread(execute, database_url, QUICK)
    assert (await places_of(database, made))[2, False, "GOOD"].quantity == 40
    await check_states(database)


async def test_serials_that_were_not_sent_open_a_discrepancy_at_once(
    consignments: ConsignmentFactory, database: Database
) -> None:
    """Although no place empties or fills with the same receipt."""
    made = await consignments.created(quantities={"AMB-1L": 100})
    await consignments.produce(made, quantity=100)
    await consignments.receive(await consignments.dispatch(made, quantity=10), accepted=10)
    batch = await consignments.dispatch(made, quantity=20)
    await consignments.receive(batch, accepted_serials=(Span(20, 28), Span(90, 90)), final=False)
    await check_states(database)


async def test_a_count_is_received_beside_a_recall(consignments: ConsignmentFactory, database: Database) -> None:
    """The receiver counts what it has, and does not hear that one of them became void at this moment."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 100})
    await consignments.produce(made, quantity=100)
    batch = await consignments.dispatch(made, quantity=10)
    held = HeldCommit(consignments.operations())
    recall = VoidCoupons(scheme_id, (Span(5, 5),), reason="A wrong print.", idempotency_key="recall")
    receipt = retry_conflicts(lambda: consignments.receive(batch, accepted=10))
    await overlap(held, void_coupons(held.operation, recall), receipt)
    places = await places_of(database, made)
    assert (places[2, False, "GOOD"].quantity, places[2, False, "VOID"]) == (9, Spans((Span(5, 5),)))
    await check_states(database)


async def test_a_batch_commissions_only_what_it_brought(consignments: ConsignmentFactory, database: Database) -> None:
    """Its receipt and its dispatch were voided, and another batch brought the same coupons."""
    made = await consignments.created(chain=("PRN-1", "FAC-1"), quantities={"AMB-1L": 100})
    await consignments.produce(made, quantity=100)
    first = await consignments.dispatch(made, quantity=10)
    await consignments.receive(first, by="FAC-1", accepted=10)
    why = {"reason": "A wrong pallet.", "idempotency_key": "back"}
    await void_receipt(consignments.vendor("FAC-1"), VoidReceipt(first, **why))
    await void_dispatch(consignments.vendor("PRN-1"), VoidDispatch(first, **why))
    second = await consignments.dispatch(made, quantity=10)
    await consignments.receive(second, by="FAC-1", accepted=10)
    with pytest.raises(NothingToDo, match="is on hand to commission"):
        await consignments.commission(made, batch_id=first)
    assert (await places_of(database, made))[2, False, "GOOD"].quantity == 10
    await consignments.commission(made, batch_id=second)
    assert (await places_of(database, made))[2, False, "COMMISSIONED"].quantity == 10
