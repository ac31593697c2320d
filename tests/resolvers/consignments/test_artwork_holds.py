"""Artwork holds coupons: no product carries two artworks, and all wait while a vendor asks for a revision (R16)."""

import asyncio
import json
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from db.catalog.changes import put_rows
from db.database import Database
from domain.artwork.failures import ArtworkBlocked, ArtworkNotApproved, StaleArtwork
from domain.consignments.failures import QuantityExceeded, SerialsHeld, SerialsNotHeld
from domain.consignments.guards import ConsignmentAction
from domain.failures import Failure, InvalidInput
from domain.permissions import Role
from domain.spans import Span, Spans
from resolvers.consignments.action_loaders import actions_by_consignment
from resolvers.consignments.batch_loaders import discrepancies_by_id
from tests.support.artwork_desk import Review, Upload, review, upload
from tests.support.custody import discrepancies_of, findings_of, places_of, query, state_of
from tests.support.factories.consignments import CHAIN, ConsignmentFactory
from tests.support.factories.corrections import CorrectionFactory
from tests.support.queries import execute
from tests.support.rejections import rejects
from tests.support.unchanged import nothing_changes
from tests.support.world import key

SCHEME = "SELECT scheme_id FROM consignment WHERE id = :id"
VERSIONS = "SELECT kind, quantity, artwork_version FROM movement WHERE consignment_id = :id ORDER BY id"
EVENTS = "SELECT kind, object_id FROM event WHERE kind IN ('COUPONS_HELD', 'COUPONS_RELEASED') ORDER BY xid, id"
FACTS = "SELECT fact FROM notification WHERE kind = 'COUPONS_HELD' ORDER BY id"
PRODUCE, DISPATCH, COMMISSION = (
    ConsignmentAction.RECORD_PRODUCTION,
    ConsignmentAction.DISPATCH,
    ConsignmentAction.COMMISSION,
)
HELD_BACK = (
    "89 coupons of AMB-1L are on hand, and 69 of them are held: they carry superseded artwork. "
    "Ask Operations to decide, or take at most 20."
)
ALL_HELD = (
    "10 coupons of AMB-1L are on hand, and all of them are held: they carry superseded artwork. "
    "Ask Operations to decide."
)
HELD = "Serials 50 to 59 of AMB-1L are held: they carry artwork that version 2 superseded. Leave them out until"


def spans(*pairs: tuple[int, int]) -> Spans:
    return Spans(tuple(Span(pair[0], pair[1]) for pair in pairs))


class Desk:
    """The artwork of AMB-1L of one scheme, and those who decide about it."""

    def __init__(self, consignments: ConsignmentFactory, scheme_id: UUID) -> None:
        self._consignments = consignments
        self.scheme_id = scheme_id

    async def upload(self, *approved_by: str) -> int:
        """Upload the next version."""
        vendors = tuple(key(f"vendor {code}") for code in approved_by)
        command = Upload(self.scheme_id, self._consignments.variant(), vendors)
        operation = self._consignments.schemes.operation(Role.DESIGNER)
        try:
            return await upload(operation, command)
        finally:
            await operation.close()

    async def decide(self, code: str, *, requests: bool) -> None:
        """Let a vendor ask for a revision, or approve."""
        vendor_id = key(f"vendor {code}")
        command = Review(self.scheme_id, self._consignments.variant(), vendor_id, requests=requests)
        await review(self._consignments.vendor(code), command)


@pytest.fixture
async def other_printer(consignments: ConsignmentFactory, database: Database) -> None:
    """PRN-2, a printer of another chain."""
    vendor = replace(consignments.world.vendors["PRN-1"], id=key("vendor PRN-2"), code="PRN-2", name="Other Print")
    async with database.writing() as session:
        await put_rows(session, [vendor], consignments.operations().now)
    consignments.world.vendors["PRN-2"] = vendor


@pytest.fixture
async def desk(consignments: ConsignmentFactory) -> Desk:
    return Desk(consignments, await consignments.generated())


async def message_of(failing: Awaitable[object], kind: type[Failure]) -> str:
    with pytest.raises(kind) as failure:
        await failing
    return str(failure.value.message)


async def test_a_printer_produces_the_current_version_that_it_approved(
    consignments: ConsignmentFactory, desk: Desk, database: Database, database_url: str
) -> None:
    made = await consignments.created(desk.scheme_id, approved=False)
    async with nothing_changes(database_url):
        with rejects(ArtworkNotApproved, "No artwork of AMB-1L is uploaded yet."):
            await consignments.produce(made, quantity=1)
    await consignments.produce(made, spoiled_serials=(Span(999, 999),))
    await desk.upload("PCK-1", "FAC-1")
    async with nothing_changes(database_url):
        with rejects(ArtworkNotApproved, "You have not approved version 1 of the artwork of AMB-1L. Review it first."):
            await consignments.produce(made, quantity=1)
    await desk.decide("PRN-1", requests=False)
    await consignments.produce(made, quantity=10)
    await consignments.produce(made, quantity=10, artwork_version=1)
    await desk.upload("PRN-1")
    async with nothing_changes(database_url):
        with rejects(StaleArtwork, "Version 2 of the artwork of AMB-1L has replaced version 1. Print version 2."):
            await consignments.produce(made, quantity=1, artwork_version=1)
        with rejects(
            StaleArtwork, "The artwork of AMB-1L has no version 3. Print version 2, which is the current one."
        ):
            await consignments.produce(made, quantity=1, artwork_version=3)
        for version, given in ((0, {"quantity": 1}), (2**31, {"quantity": 1}), (2, {"spoiled_serials": (Span(5, 5),)})):
            with rejects(InvalidInput, "Name the version of the artwork that you printed, or leave it out."):
                await consignments.produce(made, artwork_version=version, **given)
    await consignments.produce(made, quantity=5, artwork_version=2)
    assert await query(database, VERSIONS, id=made) == [
        ("SPOILED", 1, None),
        ("PRODUCED", 10, 1),
        ("PRODUCED", 10, 1),
        ("PRODUCED", 5, 2),
    ]


async def test_the_error_of_a_stale_version_names_the_current_one(consignments: ConsignmentFactory, desk: Desk) -> None:
    made = await consignments.created(desk.scheme_id)
    with pytest.raises(StaleArtwork) as failure:
        await consignments.produce(made, quantity=1, artwork_version=7)
    assert failure.value.path == ("input", "lines", "0", "artworkVersion")
    assert (failure.value.version, failure.value.current_version) == (7, 1)


@pytest.mark.usefixtures("other_printer")
async def test_a_request_holds_production_and_dispatch_of_every_vendor(
    consignments: ConsignmentFactory,
    corrections: CorrectionFactory,
    desk: Desk,
    database: Database,
    database_url: str,
) -> None:
    """Receipts, corrections, damage, commissioning, and spoilage stay possible; another chain reads no name."""
    made = await consignments.created(desk.scheme_id, quantities={"AMB-1L": 500, "AMB-4L": 500})
    other = await consignments.created(desk.scheme_id, chain=("PRN-2", "FAC-1"), quantities={"AMB-1L": 100})
    await consignments.produce(made, quantity=400)
    await consignments.produce(made, quantity=400, sku="AMB-4L")
    await consignments.produce(other, quantity=50, by="PRN-2")
    first = await consignments.dispatch(made, quantity=100)
    second = await consignments.dispatch(made, quantity=100)
    await consignments.receive(first, accepted=100)
    onward = await consignments.dispatch(made, quantity=50, by="PCK-1")
    await desk.decide("PCK-1", requests=True)
    asker = consignments.world.vendors["PCK-1"].name
    async with nothing_changes(database_url):
        for failing in (consignments.produce(made, quantity=1), consignments.dispatch(made, quantity=1)):
            message = await message_of(failing, ArtworkBlocked)
            assert message.startswith(f"{asker} asked for a revision of version 1 of the artwork of AMB-1L on ")
            assert ": The logo is cut off. Nobody can produce or dispatch AMB-1L until" in message
        for failing in (
            consignments.produce(other, quantity=1, by="PRN-2"),
            consignments.dispatch(other, serials=(Span(500, 500),), by="PRN-2"),
        ):
            message = await message_of(failing, ArtworkBlocked)
            assert message.startswith("Another vendor asked for a revision of version 1 of the artwork of AMB-1L on ")
            assert "logo" not in message
    await consignments.produce(made, spoiled_serials=(Span(499, 499),))
    await consignments.receive(second, accepted=100)
    await corrections.void_receipt(second)
    await corrections.void_dispatch(second)
    await consignments.receive(onward, accepted=50, by="FAC-1")
    await consignments.commission(made, batch_id=onward)
    await corrections.report_damage(made, Span(399, 399))
    await consignments.dispatch(made, quantity=10, sku="AMB-4L")
    await desk.decide("PCK-1", requests=False)
    await consignments.dispatch(other, quantity=1, by="PRN-2")
    async with database.snapshot() as snapshot:
        assert await findings_of(snapshot, consignments.operations().now) == []


async def test_actions_agree_with_what_artwork_holds(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, desk: Desk, database: Database
) -> None:
    """A vendor is offered what at least one variant allows."""

    async def offered(code: str) -> set[ConsignmentAction]:
        operation = consignments.vendor(code)
        (found,) = await actions_by_consignment(operation, [made])
        await operation.close()
        return set(found) & {PRODUCE, DISPATCH, COMMISSION}

    made = await consignments.created(desk.scheme_id, approved=False)
    assert await offered("PRN-1") == set()
    await desk.upload("PRN-1", "PCK-1", "FAC-1")
    assert await offered("PRN-1") == {PRODUCE}
    await consignments.produce(made, quantity=100)
    await consignments.receive(await consignments.dispatch(made, quantity=50), accepted=50)
    onward = await consignments.dispatch(made, quantity=20, by="PCK-1")
    await consignments.receive(onward, accepted=20, by="FAC-1")
    moving: dict[str, set[ConsignmentAction]] = {
        "PRN-1": {PRODUCE, DISPATCH},
        "PCK-1": {DISPATCH},
        "FAC-1": {COMMISSION},
    }
    assert {code: await offered(code) for code in CHAIN} == moving
    await desk.decide("FAC-1", requests=True)
    assert {code: await offered(code) for code in CHAIN} == {"PRN-1": set(), "PCK-1": set(), "FAC-1": {COMMISSION}}
    await desk.upload("PRN-1")
    assert {code: await offered(code) for code in CHAIN} == {
        "PRN-1": {PRODUCE},
        "PCK-1": set(),
        "FAC-1": set(),
    }
    ((held, *_),) = await discrepancies_of(database, made)
    await corrections.resolve(held, accepted=(Span(0, 0), Span(49, 50)))
    assert {code: await offered(code) for code in CHAIN} == moving


async def test_a_request_of_a_vendor_that_left_the_chain_holds_nothing(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, desk: Desk
) -> None:
    made = await consignments.created(desk.scheme_id)
    await consignments.produce(made, quantity=10)
    await desk.decide("PCK-1", requests=True)
    with pytest.raises(ArtworkBlocked):
        await consignments.dispatch(made, quantity=1)
    chain = tuple(key(f"vendor {code}") for code in ("PRN-1", "FAC-1"))
    await corrections.update(made, vendor_ids=chain, acknowledge_warnings=True)
    await consignments.dispatch(made, quantity=1)


async def _everywhere(consignments: ConsignmentFactory, corrections: CorrectionFactory, desk: Desk) -> UUID:
    """Coupons with version 1 are everywhere.

    0 to 49 are commissioned, 50 to 59 at the factory, 60 to 99 on their way to it, 100 to 109 missing, 110 to 119
    damaged, 120 to 129 at the packager, 130 to 198 at the printer, and 199 is recalled.
    """
    made = await consignments.created(desk.scheme_id)
    await consignments.produce(made, quantity=200)
    batch = await consignments.dispatch(made, quantity=130)
    good = (Span(0, 99), Span(120, 129))
    await consignments.receive(batch, accepted_serials=good, damaged_serials=(Span(110, 119),))
    onward = await consignments.dispatch(made, by="PCK-1", quantity=60)
    await consignments.receive(onward, by="FAC-1", accepted=60)
    await consignments.dispatch(made, by="PCK-1", quantity=40)
    await consignments.commission(made, Span(0, 49))
    await corrections.recall(desk.scheme_id, Span(199, 199))
    return made


async def test_a_new_version_holds_what_carries_an_older_one(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, desk: Desk, database: Database, database_url: str
) -> None:
    """Good and unresolved coupons anywhere, once; commissioned ones are reported, and others need nothing."""
    made = await _everywhere(consignments, corrections, desk)
    assert await desk.upload(*CHAIN) == 2
    shortage, (held, kind, open_spans, resolved) = await discrepancies_of(database, made)
    assert (kind, open_spans, resolved) == ("ARTWORK_SUPERSEDED", spans((50, 109), (120, 198)), False)
    assert shortage[1:] == ("SHORT", spans((100, 109)), False)
    assert await query(database, EVENTS) == [("COUPONS_HELD", held)]
    ((fact,), *_) = await query(database, FACTS)
    code = "CON-2026-000001"
    sentence = {"sku": "AMB-1L", "version": 2, "codes": [code], "held": 139, "commissioned": 50}
    assert json.loads(fact) == {"kind": "couponsSuperseded", **sentence}
    # Only once: what is held already stays with its discrepancy.
    await consignments.produce(made, quantity=10)
    assert await desk.upload(*CHAIN) == 3
    assert [row[1:3] for row in await discrepancies_of(database, made)][2:] == [
        ("ARTWORK_SUPERSEDED", spans((200, 209)))
    ]
    async with database.snapshot() as snapshot:
        assert await findings_of(snapshot, consignments.operations().now) == []


async def test_held_serials_are_received_but_neither_dispatched_nor_commissioned(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, desk: Desk, database: Database, database_url: str
) -> None:
    made = await _everywhere(consignments, corrections, desk)
    await desk.upload(*CHAIN)
    _, (held, *_) = await discrepancies_of(database, made)
    batches = [row[0] for row in await query(database, "SELECT id FROM batch ORDER BY id")]
    await consignments.receive(batches[2], by="FAC-1", accepted=40)
    await consignments.produce(made, quantity=20)
    async with nothing_changes(database_url):
        with rejects(SerialsHeld, HELD):
            await consignments.commission(made, Span(50, 59))
        with pytest.raises(SerialsHeld) as failure:
            await consignments.commission(made, batch_id=batches[1])
        assert failure.value.message.startswith(HELD)
        assert (failure.value.discrepancy_id, failure.value.version) == (held, 2)
        assert (failure.value.serials, failure.value.path) == (spans((50, 59)), ("input", "batchId"))
        with pytest.raises(SerialsHeld) as failure:
            await consignments.dispatch(made, serials=(Span(198, 201),))
        assert (failure.value.serials, failure.value.path) == (spans((198, 198)), ("input", "lines", "0", "serials"))
        with rejects(QuantityExceeded, HELD_BACK):
            await consignments.dispatch(made, quantity=21)
        with rejects(QuantityExceeded, ALL_HELD):
            await consignments.dispatch(made, quantity=1, by="PCK-1")
    await consignments.dispatch(made, quantity=15)
    assert (await places_of(database, made))[1, True, "GOOD"] == spans((200, 214))
    await corrections.resolve(held, accepted=(Span(50, 60),))
    await consignments.commission(made, Span(50, 60))


async def test_operations_accepts_and_scraps_by_ranges(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, desk: Desk, database: Database, database_url: str
) -> None:
    """Scrapped ones are void wherever they are, and more must be generated; the rest stays open."""
    made = await _everywhere(consignments, corrections, desk)
    await desk.upload(*CHAIN)
    (short, *_), (held, *_) = await discrepancies_of(database, made)
    async with nothing_changes(database_url):
        with rejects(InvalidInput, "AMB-1L carries superseded artwork. Name the serials as accepted or scrapped."):
            await corrections.resolve(held, found=(Span(50, 50),))
        with rejects(InvalidInput, "AMB-1L was sent and did not arrive. Name the serials as found, damaged, or lost."):
            await corrections.resolve(short, scrapped=(Span(100, 100),))
        with rejects(InvalidInput, "The ranges 50 to 60 and 60 to 61 overlap."):
            await corrections.resolve(held, accepted=(Span(50, 60),), scrapped=(Span(60, 61),))
        with rejects(SerialsNotHeld, "Serial 49 of AMB-1L is not open in this discrepancy."):
            await corrections.resolve(held, scrapped=(Span(49, 50),))
    scrapped = (Span(55, 64), Span(105, 109), Span(190, 198))
    await corrections.resolve(held, accepted=(Span(50, 54),), scrapped=scrapped, key="once")
    await corrections.resolve(held, accepted=(Span(50, 54),), scrapped=scrapped, key="once")
    assert [row[2:] for row in await discrepancies_of(database, made)] == [
        (spans((100, 104)), False),
        (spans((65, 104), (120, 189)), False),
    ]
    # The note of a resolution is stored once.
    ((note,),) = await query(database, "SELECT note FROM discrepancy WHERE kind = 'ARTWORK_SUPERSEDED'")
    assert "\n" not in note
    places = await places_of(database, made)
    assert {where: found for where, found in places.items() if where[2] == "VOID"} == {
        (3, False, "VOID"): spans((55, 59)),
        (2, True, "VOID"): spans((60, 64)),
        (1, True, "VOID"): spans((105, 109)),
        (1, False, "VOID"): spans((190, 199)),
    }
    assert [row[0] for row in await query(database, EVENTS)] == ["COUPONS_HELD", "COUPONS_RELEASED"]
    await consignments.commission(made, Span(50, 54))
    await corrections.resolve(held, scrapped=(Span(65, 104), Span(120, 189)))
    assert [row[2:] for row in await discrepancies_of(database, made)] == [(Spans(), True), (Spans(), True)]
    assert await state_of(database, made) == ("IN_PRODUCTION", [1], False)
    async with database.snapshot() as snapshot:
        assert await findings_of(snapshot, consignments.operations().now) == []


async def test_held_serials_that_are_settled_leave_the_discrepancy(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, desk: Desk, database: Database
) -> None:
    """Damage, loss, and recalls; damage that is taken back is held again."""
    made = await consignments.created(desk.scheme_id)
    await consignments.produce(made, quantity=100)
    batch = await consignments.dispatch(made, quantity=50)
    await desk.upload(*CHAIN)
    ((held, *_),) = await discrepancies_of(database, made)
    await consignments.receive(batch, accepted_serials=(Span(0, 39),), damaged_serials=(Span(40, 44),))
    await corrections.report_damage(made, Span(90, 99))
    await corrections.recall(desk.scheme_id, Span(80, 89))
    short = next(row[0] for row in await discrepancies_of(database, made) if row[1] == "SHORT")
    await corrections.resolve(short, lost=(Span(45, 46),), damaged=(Span(47, 47),), found=(Span(48, 49),))
    left = next(row for row in await discrepancies_of(database, made) if row[0] == held)
    assert left[2] == spans((0, 39), (48, 79))
    await corrections.report_damage(made, Span(50, 79))
    await corrections.resolve(held, accepted=(Span(0, 39), Span(48, 49)))
    assert await state_of(database, made) == ("IN_PRODUCTION", [1, 2], False)


async def test_damage_that_is_taken_back_is_held_again(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, desk: Desk, database: Database
) -> None:
    made = await consignments.created(desk.scheme_id)
    await consignments.produce(made, quantity=100)
    batch = await consignments.dispatch(made, quantity=50)
    await consignments.receive(batch, accepted_serials=(Span(0, 39),), damaged_serials=(Span(40, 49),))
    await desk.upload(*CHAIN)
    await corrections.void_receipt(batch)
    assert [row[1:3] for row in await discrepancies_of(database, made)] == [
        ("ARTWORK_SUPERSEDED", spans((0, 39), (50, 99))),
        ("ARTWORK_SUPERSEDED", spans((40, 49))),
    ]
    async with database.snapshot() as snapshot:
        assert await findings_of(snapshot, consignments.operations().now) == []


async def test_coupons_that_were_printed_before_artwork_was_tracked_are_not_held(
    consignments: ConsignmentFactory, desk: Desk, database: Database, database_url: str
) -> None:
    made = await consignments.created(desk.scheme_id)
    await consignments.produce(made, quantity=10)
    await asyncio.to_thread(
        execute,
        database_url,
        "ALTER TABLE movement DISABLE TRIGGER USER; UPDATE movement SET artwork_version = NULL; "
        "ALTER TABLE movement ENABLE TRIGGER USER",
    )
    await desk.upload(*CHAIN)
    assert await discrepancies_of(database, made) == []
    await consignments.dispatch(made, quantity=10)


@pytest.mark.usefixtures("other_printer")
async def test_a_vendor_sees_what_it_printed_or_holds(
    consignments: ConsignmentFactory,
    corrections: CorrectionFactory,
    desk: Desk,
    database: Database,
) -> None:
    """The factory sees the discrepancy when a batch brings it some, and never the name of the printer."""
    made = await consignments.created(desk.scheme_id)
    await consignments.produce(made, quantity=100)
    batch = await consignments.dispatch(made, quantity=50)
    await desk.upload(*CHAIN)
    ((held, *_),) = await discrepancies_of(database, made)

    async def seen(code: str) -> Any:
        (row,) = await discrepancies_by_id(consignments.vendor(code), [held])
        return row and (row.vendor and row.vendor.code, (row.printed, row.artwork_version, row.batch_id))

    facts = ([1], 2, None)
    assert [await seen(code) for code in (*CHAIN, "PRN-2")] == [("PRN-1", facts), ("PRN-1", facts), None, None]
    await consignments.receive(batch, accepted=50)
    await corrections.resolve(held, accepted=(Span(0, 9),))
    await consignments.dispatch(made, quantity=10, by="PCK-1")
    assert await seen("FAC-1") == (None, facts)
