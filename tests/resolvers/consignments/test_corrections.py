"""Dispatches and receipts that are taken back, and damage on hand (R14, R15, N3)."""

from db.database import Database
from domain.consignments.failures import SerialsNotHeld
from domain.failures import IllegalState
from domain.spans import Span, Spans
from tests.support.custody import discrepancies_of, places_of, query, state_of
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.corrections import CorrectionFactory
from tests.support.rejections import rejects
from tests.support.unchanged import nothing_changes

BATCH = "SELECT status, received_at IS NULL, voided_at IS NULL, void_reason FROM batch WHERE id = :id"
LINES = "SELECT quantity, accepted, damaged FROM batch_line WHERE batch_id = :id"
KINDS = "SELECT kind, quantity, note FROM movement WHERE consignment_id = :id ORDER BY id"


def spans(*pairs: tuple[int, int]) -> Spans:
    return Spans(tuple(Span(pair[0], pair[1]) for pair in pairs))


async def test_a_voided_dispatch_brings_exactly_its_serials_back(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> None:
    """R15, N3: with those that were recalled on the road; twice with one key does it once."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id)
    await consignments.produce(made, quantity=1000)
    await consignments.dispatch(made, serials=(Span(5, 9),))
    before = await places_of(database, made)
    batch = await consignments.dispatch(made, serials=(Span(0, 3), Span(20, 29), Span(100, 199)))
    await corrections.recall(scheme_id, Span(150, 160))
    assert await corrections.void_dispatch(batch, key="again") == batch
    after = await places_of(database, made)
    assert after.pop((1, False, "VOID")) == spans((150, 160))
    assert after == {**before, (1, False, "GOOD"): before[1, False, "GOOD"] - spans((150, 160))}
    assert await query(database, BATCH, id=batch) == [("VOIDED", True, False, "A mistake.")]
    async with nothing_changes(database_url):
        assert await corrections.void_dispatch(batch, key="again") == batch
        with rejects(IllegalState, "The dispatch of BAT-2026-"):
            await corrections.void_dispatch(batch)
        with rejects(IllegalState, "The sender voided the dispatch of BAT-2026-"):
            await consignments.receive(batch, accepted=10)
        with rejects(IllegalState, "The sender voided the dispatch of BAT-2026-"):
            await corrections.void_receipt(batch)


async def test_a_dispatch_is_voided_by_its_sender_before_any_receipt(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database_url: str
) -> None:
    """R15: the receiver cannot, and nobody can once coupons have arrived."""
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    batch = await consignments.dispatch(made, quantity=100)
    async with nothing_changes(database_url):
        with rejects(IllegalState, "Another vendor sent BAT-2026-"):
            await corrections.void_dispatch(batch, by="PCK-1")
    await consignments.receive(batch, accepted_serials=(Span(0, 0),), final=False)
    async with nothing_changes(database_url):
        with rejects(IllegalState, "The receiver has received coupons of BAT-2026-"):
            await corrections.void_dispatch(batch)
    await corrections.void_receipt(batch)
    await corrections.void_dispatch(batch)


async def test_a_voided_receipt_puts_everything_back_on_the_road(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> None:
    """R15, N3: accepted, damaged, and missing serials, over two trucks, with a recall in between."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id)
    await consignments.produce(made, quantity=1000)
    batch = await consignments.dispatch(made, quantity=100)
    before = await places_of(database, made)
    await consignments.receive(batch, accepted_serials=(Span(0, 9),), final=False)
    await consignments.receive(batch, accepted_serials=(Span(10, 79),), damaged_serials=(Span(80, 89),))
    await corrections.recall(scheme_id, Span(5, 14), Span(88, 91))
    assert await state_of(database, made) == ("IN_PRODUCTION", [1, 2], True)
    ((_, kind, open_spans, _),) = await discrepancies_of(database, made)
    assert (kind, open_spans) == ("SHORT", spans((92, 99)))
    await corrections.void_receipt(batch, key="again")
    void = spans((5, 14), (88, 91))
    on_the_way = {(1, True, "GOOD"): before[1, True, "GOOD"] - void, (1, True, "VOID"): void}
    assert await places_of(database, made) == {**before, **on_the_way}
    assert await query(database, BATCH, id=batch) == [("IN_TRANSIT", True, True, None)]
    assert await query(database, LINES, id=batch) == [(100, 0, 0)]
    assert await state_of(database, made) == ("IN_PRODUCTION", [1, 2], False)
    notes = "Recalled: A mistake.\nThe receipt was voided: A mistake."
    assert await query(database, "SELECT note, resolved_at IS NULL FROM discrepancy") == [(notes, False)]
    async with nothing_changes(database_url):
        await corrections.void_receipt(batch, key="again")
        with rejects(IllegalState, "Nothing of BAT-2026-"):
            await corrections.void_receipt(batch)
    await consignments.receive(batch, accepted=100)
    assert (await places_of(database, made))[2, False, "GOOD"] == spans((0, 99)) - void
    await corrections.void_receipt(batch)
    assert await places_of(database, made) == {**before, **on_the_way}


async def test_a_receipt_is_final_once_its_coupons_have_moved_on(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database_url: str
) -> None:
    """R15: one serial is enough, wherever it went; what came back does not matter."""
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    first, second = await consignments.dispatch(made, quantity=100), await consignments.dispatch(made, quantity=100)
    await consignments.receive(first, accepted=100)
    await consignments.receive(second, accepted=100)
    onward = await consignments.dispatch(made, by="PCK-1", serials=(Span(99, 100),))
    for batch, serial in ((first, "99"), (second, "100")):
        async with nothing_changes(database_url):
            with rejects(IllegalState, f"Serial {serial} of AMB-1L has moved on since BAT-2026-"):
                await corrections.void_receipt(batch)
    async with nothing_changes(database_url):
        with rejects(IllegalState, "BAT-2026-"):
            await corrections.void_receipt(first, by="PRN-1")
    await corrections.void_dispatch(onward, by="PCK-1")
    await corrections.void_receipt(second)
    await corrections.report_damage(made, Span(7, 7), by="PCK-1")
    async with nothing_changes(database_url):
        with rejects(IllegalState, "Serial 7 of AMB-1L has moved on"):
            await corrections.void_receipt(first)


async def test_a_resolved_receipt_is_final(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> None:
    """R15: what Operations decided is not undone by a vendor."""
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    batch = await consignments.dispatch(made, quantity=100)
    await consignments.receive(batch, accepted_serials=(Span(0, 97),))
    ((discrepancy, _, _, _),) = await discrepancies_of(database, made)
    await corrections.resolve(discrepancy, lost=(Span(98, 98),))
    async with nothing_changes(database_url):
        with rejects(IllegalState, "Operations resolved a discrepancy of BAT-2026-"):
            await corrections.void_receipt(batch)


async def test_damage_on_hand_is_reported_by_serial(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> None:
    """R15, N3: at any leg, and only what is on hand there."""
    made = await consignments.created()
    await consignments.produce(made, quantity=500)
    await corrections.report_damage(made, Span(3, 3), Span(10, 12), key="again")
    batch = await consignments.dispatch(made, serials=(Span(100, 199),))
    async with nothing_changes(database_url):
        await corrections.report_damage(made, Span(3, 3), Span(10, 12), key="again")
        for span, message in (
            (Span(3, 3), "Serial 3 of AMB-1L is not on hand: it is damaged."),
            (Span(90, 109), "Serials 100 to 109 of AMB-1L are not on hand: they are on their way to "),
            (Span(500, 500), "Serial 500 of AMB-1L is not on hand: it is not produced yet."),
            (Span(999, 1000), "Serial 1000 of AMB-1L does not belong to CON-2026-000001."),
        ):
            with rejects(SerialsNotHeld, f"{message}"):
                await corrections.report_damage(made, span)
    await consignments.receive(batch, accepted=100)
    await corrections.report_damage(made, Span(150, 150), by="PCK-1")
    places = await places_of(database, made)
    assert places[1, False, "DAMAGED"] == spans((3, 3), (10, 12))
    assert places[2, False, "DAMAGED"] == spans((150, 150))
    assert [row for row in await query(database, KINDS, id=made) if row[0] == "DAMAGED"] == [
        ("DAMAGED", 4, "It got wet."),
        ("DAMAGED", 1, "It got wet."),
    ]
