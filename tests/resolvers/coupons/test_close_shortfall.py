"""Shortfalls that Operations close with a reason (R11)."""

from db.database import Database
from domain.failures import IllegalState, InvalidInput
from domain.spans import Span
from resolvers.coupons.close_shortfall import CloseShortfall, close_shortfall
from resolvers.coupons.generate_coupons import GenerateCoupons, generate_coupons
from resolvers.schemes.execution import quantities_of_scheme
from tests.support.custody import query
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.corrections import CorrectionFactory
from tests.support.rejections import rejects
from tests.support.unchanged import nothing_changes
from tests.support.world import key

CLOSURES = "SELECT quantity, reason FROM shortfall_closure ORDER BY id"


async def test_a_closed_shortfall_is_not_generated(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> None:
    """R11: spoiled coupons open a shortfall; what becomes void after it was closed opens another one."""
    made = await consignments.created()
    (scheme_id,) = (await query(database, "SELECT scheme_id FROM consignment"))[0]
    async with nothing_changes(database_url):
        with rejects(IllegalState, "All coupons of AMB-1L are generated. There is no shortfall to close."):
            await corrections.close_shortfall(scheme_id)
    await consignments.produce(made, spoiled_serials=(Span(0, 9),))
    await corrections.close_shortfall(scheme_id, key="again")
    assert await query(database, CLOSURES) == [(10, "A mistake.")]
    async with nothing_changes(database_url):
        await corrections.close_shortfall(scheme_id, key="again")
        with rejects(IllegalState, "All coupons of AMB-1L are generated."):
            await corrections.close_shortfall(scheme_id)
        with rejects(IllegalState, "All planned coupons of “Monsoon Care” are generated. There is no shortfall"):
            await generate_coupons(consignments.operations(), GenerateCoupons(scheme_id))
        unknown = CloseShortfall(
            scheme_id=scheme_id, variant_id=key("nothing"), reason="It is enough.", idempotency_key="other"
        )
        with rejects(InvalidInput, "The scheme has no such variant."):
            await close_shortfall(consignments.operations(), unknown)
        blank = CloseShortfall(
            scheme_id=scheme_id, variant_id=consignments.variant(), reason=" ", idempotency_key="other"
        )
        with rejects(InvalidInput, "The reason"):
            await close_shortfall(consignments.operations(), blank)
    await consignments.produce(made, spoiled_serials=(Span(10, 12),))
    async with database.writing() as session:
        quantities = {each.sku: each for each in await quantities_of_scheme(session, scheme_id)}
    assert (quantities["AMB-1L"].shortfall, quantities["AMB-1L"].pending) == (3, 3)
