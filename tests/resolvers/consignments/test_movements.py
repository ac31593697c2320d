"""Coupons on their way from the printer to the factory (R12, R14, R15, N3)."""

from db.database import Database
from domain.spans import Span, Spans
from resolvers.consignments.cancel_consignment import CancelConsignment, cancel_consignment
from resolvers.consignments.record_production import ProducedLine, RecordProduction, record_production
from tests.support.custody import places_of
from tests.support.factories.consignments import ConsignmentFactory


def spans(*pairs: tuple[int, int]) -> Spans:
    return Spans(tuple(Span(pair[0], pair[1]) for pair in pairs))


async def test_coupons_go_through_the_chain(consignments: ConsignmentFactory, database: Database) -> None:
    """R15, N3: production with spoilage, two batches, a short receipt, and commissioning."""
    made = await consignments.created()
    assert await places_of(database, made) == {(1, False, "PLANNED"): spans((0, 999))}
    await consignments.produce(made, quantity=990, spoiled_serials=(Span(10, 19),))
    assert await places_of(database, made) == {
        (1, False, "GOOD"): spans((0, 9), (20, 999)),
        (1, False, "VOID"): spans((10, 19)),
    }
    first = await consignments.dispatch(made, quantity=490)
    second = await consignments.dispatch(made, quantity=500)
    await consignments.receive(first, accepted=490)
    await consignments.receive(second, accepted_serials=(Span(500, 997),), damaged_serials=(Span(998, 998),))
    assert await places_of(database, made) == {
        (1, False, "VOID"): spans((10, 19)),
        (1, True, "UNRESOLVED"): spans((999, 999)),
        (2, False, "DAMAGED"): spans((998, 998)),
        (2, False, "GOOD"): spans((0, 9), (20, 997)),
    }
    third = await consignments.dispatch(made, by="PCK-1", quantity=100)
    await consignments.receive(third, by="FAC-1", accepted=100)
    await consignments.commission(made, batch_id=third)
    assert await places_of(database, made) == {
        (1, False, "VOID"): spans((10, 19)),
        (1, True, "UNRESOLVED"): spans((999, 999)),
        (2, False, "DAMAGED"): spans((998, 998)),
        (2, False, "GOOD"): spans((110, 997)),
        (3, False, "COMMISSIONED"): spans((0, 9), (20, 109)),
    }


async def test_a_repeated_report_is_answered_as_the_first_time_after_a_cancellation(
    consignments: ConsignmentFactory, database: Database
) -> None:
    """N3: a vendor whose connection broke must not read that nothing was recorded."""
    made = await consignments.created()
    spoiled = ProducedLine(consignments.variant(), spoiled_serials=(Span(0, 9),))
    report = RecordProduction(consignment_id=made, lines=(spoiled,), occurred_at=None, idempotency_key="report")
    assert await record_production(consignments.vendor("PRN-1"), report) == made
    await cancel_consignment(consignments.operations(), CancelConsignment(made, "Wrong printer"))
    before = await places_of(database, made)
    assert await record_production(consignments.vendor("PRN-1"), report) == made
    assert await places_of(database, made) == before == {(1, False, "VOID"): spans((0, 999))}
