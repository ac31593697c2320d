"""Consignments that are canceled before production (R12, N3)."""

from sqlalchemy import text

from db.database import Database
from domain.failures import IllegalState
from domain.spans import Span, Spans
from resolvers.coupons.generate_coupons import GenerateCoupons, generate_coupons
from resolvers.schemes.execution import quantities_of_scheme
from tests.support.custody import places_of, query, state_of
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.corrections import CorrectionFactory
from tests.support.rejections import rejects
from tests.support.unchanged import nothing_changes

CANCELED = "SELECT canceled_at IS NOT NULL, canceled_by IS NOT NULL, cancel_reason FROM consignment WHERE id = :id"
DOWNLOADED = text("UPDATE consignment SET codes_downloaded_at = now()")


def spans(*pairs: tuple[int, int]) -> Spans:
    return Spans(tuple(Span(pair[0], pair[1]) for pair in pairs))


async def test_serials_that_nobody_downloaded_go_back_to_the_pool(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> None:
    """R12, N3: the next consignment takes the same serials."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 600, "AMB-4L": 1000})
    await corrections.cancel(made, key="again")
    assert await places_of(database, made) == {}
    assert await query(database, CANCELED, id=made) == [(True, True, "A mistake.")]
    assert await state_of(database, made) == ("CANCELED", [], False)
    assert await query(database, "SELECT kind FROM event WHERE kind LIKE 'COUPONS_%'") == []
    async with nothing_changes(database_url):
        await corrections.cancel(made, key="again")
        with rejects(IllegalState, "CON-2026-000001 is canceled."):
            await corrections.cancel(made)
        with rejects(IllegalState, "CON-2026-000001 is canceled."):
            await corrections.update(made, remove_due_on=True)
        with rejects(IllegalState, "CON-2026-000001 is canceled."):
            await consignments.produce(made, quantity=1)
    after = await consignments.created(scheme_id, quantities={"AMB-1L": 1000})
    assert await places_of(database, after) == {(1, False, "PLANNED"): spans((0, 999))}


async def test_serials_that_were_downloaded_become_void(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database
) -> None:
    """R11, R12: nothing is reused; a second run replaces them."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 600, "AMB-4L": 1000})
    async with database.engine.begin() as connection:
        await connection.execute(DOWNLOADED)
    await corrections.cancel(made)
    assert await places_of(database, made) == {(1, False, "VOID"): spans((0, 599), (1000, 1999))}
    assert await state_of(database, made) == ("CANCELED", [], False)
    movements = "SELECT kind, quantity, note FROM movement ORDER BY quantity"
    assert await query(database, movements) == [("VOIDED", 600, "A mistake."), ("VOIDED", 1000, "A mistake.")]
    async with database.writing() as session:
        quantities = {each.sku: each for each in await quantities_of_scheme(session, scheme_id)}
    assert {sku: (each.shortfall, each.pending) for sku, each in quantities.items()} == {
        "AMB-1L": (600, 1000),
        "AMB-4L": (1000, 1000),
    }
    await generate_coupons(consignments.operations(), GenerateCoupons(scheme_id))
    after = await consignments.created(scheme_id, quantities={"AMB-1L": 1000})
    assert await places_of(database, after) == {(1, False, "PLANNED"): spans((600, 999), (2000, 2599))}


async def test_a_spoiled_serial_keeps_the_others_from_the_pool(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> None:
    """R11: to spoil it, the vendor must have had its code."""
    made = await consignments.created()
    await consignments.produce(made, spoiled_serials=(Span(5, 5),))
    await corrections.cancel(made)
    assert await places_of(database, made) == {(1, False, "VOID"): spans((0, 999))}
    other = await consignments.created(
        (await query(database, "SELECT scheme_id FROM consignment"))[0][0], quantities={"AMB-4L": 10}
    )
    await consignments.produce(other, sku="AMB-4L", spoiled_serials=(Span(1000, 1009),))
    async with nothing_changes(database_url):
        with rejects(IllegalState, "All coupons of CON-2026-000002 are void, so there is nothing to cancel."):
            await corrections.cancel(other)


async def test_a_consignment_with_produced_coupons_cannot_be_canceled(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database_url: str
) -> None:
    """R12: one coupon is enough, even if it is recalled later."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 10})
    await consignments.produce(made, quantity=1)
    async with nothing_changes(database_url):
        with rejects(IllegalState, "Coupons of CON-2026-000001 are produced, so it cannot be canceled."):
            await corrections.cancel(made)
