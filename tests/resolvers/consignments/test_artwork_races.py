"""Artwork and coupons that move at the same moment: one comes first, and the other one notices (R16, N3)."""

import asyncio
from uuid import UUID

import pytest

from db.database import Database
from domain.artwork.failures import ArtworkBlocked, ArtworkNotApproved
from domain.consignments.failures import SerialsHeld
from domain.permissions import Role
from domain.spans import Span, Spans
from resolvers.consignments.commission_coupons import CommissionCoupons, commission_coupons
from resolvers.consignments.dispatch_batch import DispatchBatch, dispatch_batch
from resolvers.consignments.record_production import ProducedLine, RecordProduction, record_production
from resolvers.consignments.serial_inputs import NamedLine, SerialLine
from resolvers.consignments.void_receipt import VoidReceipt, void_receipt
from tests.support.artwork_desk import Review, Upload, review, upload
from tests.support.custody import HeldCommit, check_states, discrepancies_of, findings_of, overlap, places_of
from tests.support.factories.consignments import CHAIN, ConsignmentFactory
from tests.support.factories.corrections import CorrectionFactory
from tests.support.world import key

APPROVING = tuple(key(f"vendor {code}") for code in CHAIN)


@pytest.fixture
async def scheme_id(consignments: ConsignmentFactory) -> UUID:
    return await consignments.generated()


def new_version(consignments: ConsignmentFactory, scheme_id: UUID, approved_by: tuple[UUID, ...] = APPROVING) -> Upload:
    return Upload(scheme_id, consignments.variant(), approved_by)


def request(consignments: ConsignmentFactory, scheme_id: UUID) -> Review:
    return Review(scheme_id, consignments.variant(), APPROVING[1], requests=True)


def dispatch_of(consignments: ConsignmentFactory, made: UUID) -> DispatchBatch:
    return DispatchBatch(
        consignment_id=made,
        lines=(SerialLine(consignments.variant(), 10),),
        shipment_reference=None,
        occurred_at=None,
        idempotency_key=consignments.idempotency_key(),
    )


async def require_sound(consignments: ConsignmentFactory, database: Database) -> None:
    await check_states(database)
    async with database.snapshot() as snapshot:
        assert await findings_of(snapshot, consignments.operations().now) == []


async def test_a_dispatch_beside_an_earlier_request_is_refused(
    consignments: ConsignmentFactory, scheme_id: UUID, database: Database
) -> None:
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 100})
    await consignments.produce(made, quantity=100)
    held = HeldCommit(consignments.vendor("PCK-1"))
    asking = review(held.operation, request(consignments, scheme_id))
    with pytest.raises(ArtworkBlocked):
        await overlap(held, asking, consignments.dispatch(made, quantity=10))
    assert set(await places_of(database, made)) == {(1, False, "GOOD")}


async def test_a_request_beside_an_earlier_dispatch_waits_for_it(
    consignments: ConsignmentFactory, scheme_id: UUID, database: Database
) -> None:
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 100})
    await consignments.produce(made, quantity=100)
    held = HeldCommit(consignments.vendor("PRN-1"))
    sending = dispatch_batch(held.operation, dispatch_of(consignments, made))
    await overlap(held, sending, review(consignments.vendor("PCK-1"), request(consignments, scheme_id)))
    assert (await places_of(database, made))[1, True, "GOOD"].quantity == 10
    with pytest.raises(ArtworkBlocked):
        await consignments.dispatch(made, quantity=10)


async def test_a_request_gets_its_turn_among_dispatches(
    consignments: ConsignmentFactory, scheme_id: UUID, database: Database
) -> None:
    """Dispatches that begin while a request waits come after it, so that no stream of them keeps it waiting."""
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 100})
    await consignments.produce(made, quantity=100)
    held = HeldCommit(consignments.vendor("PRN-1"))
    first = asyncio.create_task(dispatch_batch(held.operation, dispatch_of(consignments, made)))
    await held.reached.wait()
    asking = asyncio.create_task(review(consignments.vendor("PCK-1"), request(consignments, scheme_id)))
    await asyncio.wait([asking], timeout=0.3)
    second = asyncio.create_task(consignments.dispatch(made, quantity=10))
    await asyncio.wait([second], timeout=0.3)
    assert not asking.done()
    held.release()
    await asyncio.gather(first, asking)
    with pytest.raises(ArtworkBlocked):
        await second
    assert (await places_of(database, made))[1, True, "GOOD"].quantity == 10


async def test_production_beside_an_earlier_upload_needs_its_approval(
    consignments: ConsignmentFactory, scheme_id: UUID, database: Database
) -> None:
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 100})
    held = HeldCommit(consignments.schemes.operation(Role.DESIGNER))
    uploading = upload(held.operation, new_version(consignments, scheme_id, ()))
    with pytest.raises(ArtworkNotApproved):
        await overlap(held, uploading, consignments.produce(made, quantity=10))
    assert set(await places_of(database, made)) == {(1, False, "PLANNED")}


async def test_an_upload_beside_an_earlier_production_holds_what_it_printed(
    consignments: ConsignmentFactory, scheme_id: UUID, database: Database
) -> None:
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 100})
    held = HeldCommit(consignments.vendor("PRN-1"))
    command = RecordProduction(
        consignment_id=made,
        lines=(ProducedLine(consignments.variant(), 10),),
        occurred_at=None,
        idempotency_key=consignments.idempotency_key(),
    )
    designer = consignments.schemes.operation(Role.DESIGNER)
    uploading = upload(designer, new_version(consignments, scheme_id))
    await overlap(held, record_production(held.operation, command), uploading)
    await designer.close()
    assert [row[2] for row in await discrepancies_of(database, made)] == [Spans((Span(0, 9),))]
    await require_sound(consignments, database)


async def test_commissioning_beside_an_earlier_upload_is_refused(
    consignments: ConsignmentFactory, scheme_id: UUID, database: Database
) -> None:
    made = await consignments.created(scheme_id, chain=("PRN-1",), quantities={"AMB-1L": 100})
    await consignments.produce(made, quantity=100)
    held = HeldCommit(consignments.schemes.operation(Role.DESIGNER))
    uploading = upload(held.operation, new_version(consignments, scheme_id))
    with pytest.raises(SerialsHeld):
        await overlap(held, uploading, consignments.commission(made, Span(0, 9), by="PRN-1"))
    assert set(await places_of(database, made)) == {(1, False, "GOOD")}
    await require_sound(consignments, database)


async def test_an_upload_beside_an_earlier_commissioning_leaves_it_alone(
    consignments: ConsignmentFactory, scheme_id: UUID, database: Database
) -> None:
    made = await consignments.created(scheme_id, chain=("PRN-1",), quantities={"AMB-1L": 100})
    await consignments.produce(made, quantity=100)
    held = HeldCommit(consignments.vendor("PRN-1"))
    command = CommissionCoupons(
        consignment_id=made,
        batch_id=None,
        lines=(NamedLine(consignments.variant(), (Span(0, 9),)),),
        occurred_at=None,
        idempotency_key=consignments.idempotency_key(),
    )
    designer = consignments.schemes.operation(Role.DESIGNER)
    uploading = upload(designer, new_version(consignments, scheme_id))
    await overlap(held, commission_coupons(held.operation, command), uploading)
    await designer.close()
    assert [row[2] for row in await discrepancies_of(database, made)] == [Spans((Span(10, 99),))]
    await require_sound(consignments, database)


async def test_an_upload_beside_a_recall_holds_only_what_is_left(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, scheme_id: UUID, database: Database
) -> None:
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 100})
    await consignments.produce(made, quantity=100)
    held = HeldCommit(consignments.schemes.operation(Role.DESIGNER))
    uploading = upload(held.operation, new_version(consignments, scheme_id))
    await overlap(held, uploading, corrections.recall(scheme_id, Span(0, 9)))
    assert [row[2] for row in await discrepancies_of(database, made)] == [Spans((Span(10, 99),))]
    await require_sound(consignments, database)


async def test_damage_that_is_taken_back_beside_an_upload_is_held(
    consignments: ConsignmentFactory, scheme_id: UUID, database: Database
) -> None:
    """The upload finds the coupons damaged or good, or the voided receipt finds the new version."""
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 100})
    await consignments.produce(made, quantity=100)
    for first, last in ((0, 9), (10, 19)):
        batch = await consignments.dispatch(made, serials=(Span(first, last),))
        await consignments.receive(batch, accepted=0, damaged_serials=(Span(first, last),))
        command = VoidReceipt(batch, reason="The wrong box.", idempotency_key=consignments.idempotency_key())
        designer, packager = consignments.schemes.operation(Role.DESIGNER), consignments.vendor("PCK-1")
        uploading = new_version(consignments, scheme_id)
        if first == 0:
            held = HeldCommit(packager)
            await overlap(held, void_receipt(packager, command), upload(designer, uploading))
        else:
            held = HeldCommit(designer)
            await overlap(held, upload(designer, uploading), void_receipt(packager, command))
        await designer.close()
        await require_sound(consignments, database)
        open_spans = Spans.of(span for row in await discrepancies_of(database, made) for span in row[2])
        assert open_spans == Spans((Span(0, 99),))
        if first == 0:
            (found, *_) = await discrepancies_of(database, made)
            correct = CorrectionFactory(consignments)
            await correct.resolve(found[0], accepted=(Span(10, 99),))
