"""Uploads and reviews of artwork, and everything that follows from them (R8, R9, R16)."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from db.catalog.changes import put_rows
from db.catalog.rows import VendorRow
from db.database import Database
from domain.artwork.facts import ArtworkAction, ArtworkReviewState
from domain.artwork.failures import StaleArtwork
from domain.calendar import UTC_CALENDAR
from domain.catalog.facts import VendorKind
from domain.failures import IllegalState, InvalidInput, NotFound
from domain.files.failures import UploadUsed
from domain.notifications.sentences import notification_sentence
from domain.notifications.stored_facts import NOTIFICATION_DECODER
from domain.permissions import Role
from domain.schemes.stages import StageKind
from domain.stored_facts import AccountNames, Reader
from resolvers.artwork.block_loaders import BlockView, blocks_by_artwork, blocks_by_consignment
from resolvers.artwork.loaders import actions_by_artwork, reviews_by_artwork
from resolvers.artwork.review_artwork import ReviewArtwork, approve_artworks
from resolvers.artwork.upload_artwork import UploadArtwork, upload_artwork
from resolvers.consignments.action_loaders import actions_by_consignment
from resolvers.consignments.chain_loaders import chains_by_consignment
from resolvers.context import Operation
from resolvers.retrying import retry_conflicts
from tests.support.custody import HeldCommit, findings_of, overlap
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.corrections import CorrectionFactory
from tests.support.factories.reviews import ReviewFactory
from tests.support.stages import stages_agree
from tests.support.vendor_accounts import hire, vendor_account
from tests.support.world import BEGINNING, key

BOTH = {"AMB-1L": 1000, "AMB-4L": 1000}
STATUS = "SELECT status, custody_status, waiting_legs FROM consignment_state WHERE consignment_id = :id"
EVENTS = "SELECT kind, count(*) FROM event WHERE kind LIKE '%ARTWORK%' GROUP BY kind"
PRINTER, PACKAGER, OTHER = (key(f"vendor {code}") for code in ("PRN-1", "PCK-1", "PRN-2"))


@pytest.fixture
def reviews(consignments: ConsignmentFactory) -> ReviewFactory:
    """Uploads and reviews artwork."""
    return ReviewFactory(consignments)


async def status_of(database: Database, consignment_id: UUID) -> tuple[str, str, list[int]]:
    """The stored status of a consignment, that of its custody, and the legs that must act."""
    async with database.engine.connect() as connection:
        ((status, custody, legs),) = await connection.execute(text(STATUS), {"id": consignment_id})
    return status, custody, legs


async def state_of(reviews: ReviewFactory, scheme_id: UUID) -> tuple[str, str | None, str | None, int]:
    """The stage ARTWORK as managers read it; whatever is stored must follow from the facts."""
    factory = reviews.consignments.schemes
    row = (await stages_agree(factory, scheme_id))[StageKind.ARTWORK]
    operation = factory.operation()
    assert await findings_of(operation, operation.now) == []
    await operation.close()
    return row.state, row.status, row.waiting_on, row.done


async def blocks(operation: Operation, artwork_id: UUID) -> list[BlockView]:
    """The blocks of an artwork as a viewer reads them."""
    (found,) = await blocks_by_artwork(operation, [artwork_id])
    await operation.close()
    return found


async def states(operation: Operation, artwork_id: UUID) -> dict[str, tuple[ArtworkReviewState, str | None]]:
    """The reviews of an artwork by vendor, as a viewer reads them."""
    (found,) = await reviews_by_artwork(operation, [artwork_id])
    await operation.close()
    return {review.vendor.code: (review.state, review.comment) for review in found}


async def test_the_way_of_artwork(reviews: ReviewFactory, database: Database) -> None:
    """R16: from the upload over a request for a revision to the approval of all vendors, with everything derived."""
    consignments = reviews.consignments
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, quantities=BOTH, approved=False)
    assert await status_of(database, made) == ("AWAITING_ARTWORK", "READY", [])
    (chain,) = await chains_by_consignment(consignments.operations(), [made])
    assert chain.waiting_on == "Designer"
    assert await state_of(reviews, scheme_id) == (
        "PENDING",
        "ARTWORK_NOT_UPLOADED",
        "Designer",
        0,
    )
    first, second = await reviews.upload(scheme_id), await reviews.upload(scheme_id, sku="AMB-4L")
    assert await status_of(database, made) == ("AWAITING_ARTWORK", "READY", [1])
    label = "First Print, Second Pack and Third Factory"
    assert await state_of(reviews, scheme_id) == ("PENDING", "ARTWORK_APPROVAL_PENDING", label, 0)
    await reviews.approve(first)
    assert await status_of(database, made) == ("READY", "READY", [1])
    await reviews.ask(first, by="FAC-1")
    assert await status_of(database, made) == ("ARTWORK_BLOCKED", "READY", [1])
    (chain,) = await chains_by_consignment(consignments.operations(), [made])
    assert chain.waiting_on == "First Print and Designer"
    requested = ("PENDING", "ARTWORK_REVISION_REQUESTED", "Designer: AMB-1L", 0)
    assert await state_of(reviews, scheme_id) == requested
    assert await reviews.upload(scheme_id, note="The logo is whole.") == first
    assert await states(consignments.operations(), first) == dict.fromkeys(
        ("PRN-1", "PCK-1", "FAC-1"), (ArtworkReviewState.PENDING, None)
    )
    assert await status_of(database, made) == ("AWAITING_ARTWORK", "READY", [1])
    for code in ("PRN-1", "PCK-1", "FAC-1"):
        await reviews.approve(first, version=2, by=code)
    waiting = ("PENDING", "ARTWORK_APPROVAL_PENDING", label, 1)
    assert await state_of(reviews, scheme_id) == waiting
    for code in ("PRN-1", "PCK-1", "FAC-1"):
        await reviews.approve(second, by=code)
    assert await state_of(reviews, scheme_id) == ("DONE", "ARTWORK_APPROVED", None, 2)
    assert await status_of(database, made) == ("READY", "READY", [1])
    async with database.engine.connect() as connection:
        appended = {row[0]: row[1] for row in await connection.execute(text(EVENTS))}
    assert appended == {
        "ARTWORK_UPLOADED": 3,
        "ARTWORK_APPROVED": 7,
        "ARTWORK_REVISION_REQUESTED": 1,
        # Awaiting the vendor twice, ready, blocked, awaiting again, and ready again.
        "CONSIGNMENT_ARTWORK_CHANGED": 5,
    }


async def test_several_approvals_at_once_store_what_follows_from_all_of_them(
    reviews: ReviewFactory, database: Database
) -> None:
    consignments = reviews.consignments
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, quantities=BOTH, approved=False)
    first, second = await reviews.upload(scheme_id), await reviews.upload(scheme_id, sku="AMB-4L")
    stale = [ReviewArtwork(first, 1), ReviewArtwork(second, 2)]
    with pytest.raises(StaleArtwork):
        await approve_artworks(consignments.vendor("PRN-1"), stale)
    assert await reviewed(database) == 0

    commands = [ReviewArtwork(first, 1), ReviewArtwork(second, 1)]
    for code in ("PRN-1", "PCK-1", "FAC-1"):
        await approve_artworks(consignments.vendor(code), commands)
    assert await state_of(reviews, scheme_id) == ("DONE", "ARTWORK_APPROVED", None, 2)
    assert await status_of(database, made) == ("READY", "READY", [1])
    async with database.engine.connect() as connection:
        appended = {row[0]: row[1] for row in await connection.execute(text(EVENTS))}
    assert appended["ARTWORK_APPROVED"] == 6


async def add_printer(consignments: ConsignmentFactory, database: Database) -> None:
    """Add a printer, so that two chains share no vendor."""
    row = VendorRow(id=OTHER, code="PRN-2", name="Other Print", kind=VendorKind.PRINTER.value, city="Pune")
    consignments.world.vendors["PRN-2"] = row
    async with database.writing() as session:
        await put_rows(session, [row], BEGINNING)


async def test_what_a_block_shows_to_whom(reviews: ReviewFactory, database: Database) -> None:
    """R16: staff read all of it; a vendor what its own chains tell it."""
    consignments = reviews.consignments
    await add_printer(consignments, database)
    scheme_id = await consignments.generated()
    near = await consignments.created(scheme_id, chain=("PRN-1", "PCK-1"), quantities={"AMB-1L": 300}, approved=False)
    far = await consignments.created(scheme_id, chain=("PRN-2",), quantities={"AMB-1L": 200}, approved=False)
    artwork_id = await reviews.upload(scheme_id)
    await reviews.ask(artwork_id, by="PCK-1", comment="Too dark.")
    since = consignments.schemes.environment.clock()
    sentence = "asked for a revision of version 1 of the artwork of AMB-1L on 10 March 2026 at 09:00 UTC"
    for operation in (consignments.operations(), reviews.designer(), consignments.schemes.operation()):
        (block,) = await blocks(operation, artwork_id)
        assert replace(block, since=since) == BlockView(
            variant_id=consignments.variant(),
            requested_by=PACKAGER,
            comment="Too dark.",
            message=f"Second Pack {sentence}: Too dark.",
            since=since,
            held_vendor_ids=(PRINTER, PACKAGER, OTHER),
            held_consignment_ids=(near, far),
            held_quantity=500,
        )
    (shared,) = await blocks(consignments.vendor("PRN-1"), artwork_id)
    assert (shared.requested_by, shared.message) == (PACKAGER, f"Second Pack {sentence}: Too dark.")
    assert (shared.held_vendor_ids, shared.held_consignment_ids, shared.held_quantity) == (
        (PRINTER, PACKAGER),
        (near,),
        300,
    )
    (other,) = await blocks(consignments.vendor("PRN-2"), artwork_id)
    assert (other.requested_by, other.comment, other.message) == (None, None, f"Another vendor {sentence}.")
    assert (other.held_vendor_ids, other.held_consignment_ids, other.held_quantity) == ((OTHER,), (far,), 200)
    assert await states(consignments.vendor("PRN-2"), artwork_id) == {"PRN-2": (ArtworkReviewState.PENDING, None)}
    assert await states(consignments.vendor("PRN-1"), artwork_id) == {
        "PRN-1": (ArtworkReviewState.PENDING, None),
        "PCK-1": (ArtworkReviewState.REVISION_REQUESTED, "Too dark."),
    }
    operation = consignments.vendor("PRN-2")
    ((of_consignment,),) = await blocks_by_consignment(operation, [far])
    assert of_consignment == other
    assert await status_of(database, far) == ("ARTWORK_BLOCKED", "READY", [])


async def test_a_vendor_that_leaves_asks_no_more(reviews: ReviewFactory, database: Database) -> None:
    """R16: a canceled consignment, or a changed chain, ends what only it carried. Who joins holds nobody."""
    consignments = reviews.consignments
    await add_printer(consignments, database)
    scheme_id = await consignments.generated()
    kept = await consignments.created(scheme_id, chain=("PRN-1",), quantities={"AMB-1L": 300}, approved=False)
    other = await consignments.created(scheme_id, chain=("PRN-2",), quantities={"AMB-1L": 200}, approved=False)
    artwork_id = await reviews.upload(scheme_id)
    await reviews.approve(artwork_id)
    await reviews.ask(artwork_id, by="PRN-2")
    assert (await status_of(database, kept))[0] == "ARTWORK_BLOCKED"
    await cancel(consignments, other)
    assert await status_of(database, kept) == ("READY", "READY", [1])
    await state_of(reviews, scheme_id)
    # The request counts again with the next consignment of the vendor that asked.
    again = await consignments.created(scheme_id, chain=("PRN-2",), quantities={"AMB-1L": 200}, approved=False)
    assert (await status_of(database, kept))[0] == (await status_of(database, again))[0] == "ARTWORK_BLOCKED"
    await state_of(reviews, scheme_id)
    await reviews.approve(artwork_id, by="PRN-2")
    joined = await consignments.created(scheme_id, chain=("PRN-1", "PCK-1"), quantities={"AMB-1L": 100}, approved=False)
    assert (
        (await status_of(database, joined))[0]
        == (await status_of(database, kept))[0]
        == (await status_of(database, again))[0]
        == "READY"
    )
    await state_of(reviews, scheme_id)


async def cancel(consignments: ConsignmentFactory, consignment_id: UUID) -> None:
    """Cancel a consignment."""
    await CorrectionFactory(consignments).cancel(consignment_id)


async def test_two_vendors_that_ask_and_approve_at_the_same_moment_leave_one_state(
    reviews: ReviewFactory, database: Database
) -> None:
    """R16: whichever commits first, both get the same answer, and it is true."""
    consignments = reviews.consignments
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 1000}, approved=False)
    artwork_id = await reviews.upload(scheme_id)
    for _ in range(3):
        asked = retry_conflicts(lambda: reviews.ask(artwork_id, by="PCK-1"))
        approved = retry_conflicts(lambda: reviews.approve(artwork_id, by="PRN-1"))
        assert list(await asyncio.gather(asked, approved)) == [artwork_id, artwork_id]
        expected = {
            "PRN-1": (ArtworkReviewState.APPROVED, None),
            "PCK-1": (ArtworkReviewState.REVISION_REQUESTED, "The logo is cut off."),
            "FAC-1": (ArtworkReviewState.PENDING, None),
        }
        for code in ("PRN-1", "PCK-1"):
            assert await states(consignments.vendor(code), artwork_id) == expected
            (block,) = await blocks(consignments.vendor(code), artwork_id)
            assert block.requested_by == PACKAGER
        assert (await status_of(database, made))[0] == "ARTWORK_BLOCKED"
        await state_of(reviews, scheme_id)
        swapped = asyncio.gather(
            retry_conflicts(lambda: reviews.approve(artwork_id, by="PCK-1")),
            retry_conflicts(lambda: reviews.ask(artwork_id, by="PRN-1")),
        )
        await swapped
        (block,) = await blocks(consignments.vendor("FAC-1"), artwork_id)
        assert block.requested_by == PRINTER
        await state_of(reviews, scheme_id)


async def test_a_review_waits_for_the_upload_that_replaces_its_version(
    reviews: ReviewFactory, database: Database
) -> None:
    """R16: the review is about a version that is not current any more, and changes nothing."""
    consignments = reviews.consignments
    scheme_id = await consignments.generated()
    await consignments.created(scheme_id, quantities={"AMB-1L": 1000}, approved=False)
    artwork_id = await reviews.upload(scheme_id)
    held = HeldCommit(reviews.designer())
    command = UploadArtwork(scheme_id, consignments.variant(), await reviews.finished_upload())
    with pytest.raises(StaleArtwork) as raised:
        await overlap(held, upload_artwork(held.operation, command), reviews.approve(artwork_id))
    assert raised.value.message == "Version 2 of the artwork of AMB-1L has replaced version 1. Review version 2."
    assert (raised.value.version, raised.value.current_version) == (1, 2)
    assert await reviewed(database) == 0


async def reviewed(database: Database) -> int:
    """How many decisions are stored."""
    async with database.engine.connect() as connection:
        count = await connection.scalar(text("SELECT count(*) FROM artwork_review"))
    return int(count or 0)


async def test_rejected_input_changes_nothing(reviews: ReviewFactory, database: Database) -> None:
    """R16: a stale version, a vendor outside the chain, an upload used twice, and a comment that is missing."""
    consignments = reviews.consignments
    scheme_id = await consignments.generated()
    await consignments.created(scheme_id, chain=("PRN-1",), quantities={"AMB-1L": 1000}, approved=False)
    artwork_id = await reviews.upload(scheme_id)
    with pytest.raises(StaleArtwork, match=r"^The artwork of AMB-1L has no version 2\. Review version 1, which is"):
        await reviews.approve(artwork_id, version=2)
    with pytest.raises(NotFound, match=r"^This artwork does not exist\.$"):
        await reviews.approve(artwork_id, by="PCK-1")
    with pytest.raises(InvalidInput, match=r"^The comment is missing\.$"):
        await reviews.ask(artwork_id, comment="  ")
    with pytest.raises(InvalidInput, match=r"^The comment has 1,001 characters"):
        await reviews.ask(artwork_id, comment="x" * 1001)
    with pytest.raises(NotFound):
        await reviews.approve(uuid4())
    assert await reviewed(database) == 0
    await reviews.approve(artwork_id)
    with pytest.raises(IllegalState, match=r"^Your vendor has approved version 1 of the artwork of AMB-1L already\.$"):
        await reviews.approve(artwork_id)
    upload_id = await reviews.finished_upload()
    command = UploadArtwork(scheme_id, consignments.variant("AMB-4L"), upload_id)
    await upload_artwork(reviews.designer(), command)
    with pytest.raises(UploadUsed):
        await upload_artwork(reviews.designer(), UploadArtwork(scheme_id, consignments.variant(), upload_id))
    with pytest.raises(InvalidInput, match=r"^The scheme has no such variant\.$"):
        await upload_artwork(reviews.designer(), UploadArtwork(scheme_id, consignments.variant("LENS-1"), upload_id))
    async with database.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM artwork_version")) == 2


async def test_a_better_comment_keeps_the_beginning_of_a_request(reviews: ReviewFactory) -> None:
    """R16: and the same comment again changes nothing."""
    consignments = reviews.consignments
    scheme_id = await consignments.generated()
    await consignments.created(scheme_id, chain=("PRN-1",), quantities={"AMB-1L": 1000}, approved=False)
    artwork_id = await reviews.upload(scheme_id)
    await reviews.ask(artwork_id)
    (before,) = await blocks(consignments.operations(), artwork_id)
    await reviews.ask(artwork_id)
    await reviews.ask(artwork_id, comment="The logo is cut off on the left.")
    (after,) = await blocks(consignments.operations(), artwork_id)
    assert (after.since, after.comment) == (before.since, "The logo is cut off on the left.")


async def actions(operation: Operation, artwork_id: UUID) -> list[ArtworkAction]:
    """The actions that a viewer may take."""
    (found,) = await actions_by_artwork(operation, [artwork_id])
    await operation.close()
    return found


async def test_offered_actions_are_those_that_succeed(reviews: ReviewFactory) -> None:
    """R16, R25: by role, by chain, and by what the vendor decided."""
    consignments = reviews.consignments
    scheme_id = await consignments.generated()
    await consignments.created(scheme_id, chain=("PRN-1",), quantities={"AMB-1L": 1000}, approved=False)
    artwork_id = await reviews.upload(scheme_id)
    both = [ArtworkAction.APPROVE, ArtworkAction.REQUEST_REVISION]
    assert await actions(reviews.designer(), artwork_id) == [ArtworkAction.UPLOAD]
    assert await actions(consignments.operations(), artwork_id) == []
    assert await actions(consignments.vendor("PRN-1"), artwork_id) == both
    await reviews.approve(artwork_id)
    assert await actions(consignments.vendor("PRN-1"), artwork_id) == [ArtworkAction.REQUEST_REVISION]
    await reviews.ask(artwork_id)
    assert await actions(consignments.vendor("PRN-1"), artwork_id) == both


async def test_statements_do_not_grow_with_the_number_of_artworks(reviews: ReviewFactory) -> None:
    """N2: one artwork or two, with reviews and blocks."""
    consignments = reviews.consignments
    scheme_id = await consignments.generated()
    await consignments.created(scheme_id, quantities=BOTH, approved=False)
    ids = [await reviews.upload(scheme_id, sku=sku) for sku in BOTH]
    for artwork_id in ids:
        await reviews.ask(artwork_id, by="PCK-1")
    counted: dict[int, Any] = {}
    for size in (1, 2):
        operation = consignments.vendor("PRN-1")
        await reviews_by_artwork(operation, ids[:size])
        await blocks_by_artwork(operation, ids[:size])
        await actions_by_artwork(operation, ids[:size])
        counted[size] = operation.statements
        await operation.close()
    assert counted[1] == counted[2] <= 12
    assert Role.VENDOR in consignments.vendor("PRN-1").viewer.roles


async def test_production_and_dispatch_are_offered_when_artwork_allows_them(
    reviews: ReviewFactory, database: Database
) -> None:
    """R16, R25: of a variant that no request holds, and whose version the printer approved."""
    consignments = reviews.consignments
    made = await consignments.created(quantities=BOTH, approved=False)

    async def offered(by: str) -> list[str]:
        operation = consignments.vendor(by)
        (found,) = await actions_by_consignment(operation, [made])
        await operation.close()
        return [action.value for action in found]

    async with database.engine.connect() as connection:
        (scheme_id,) = (await connection.execute(text("SELECT scheme_id FROM consignment"))).scalars()
    assert await offered("PRN-1") == ["DOWNLOAD_CODES"]
    first = await reviews.upload(scheme_id)
    assert await offered("PRN-1") == ["DOWNLOAD_CODES"]
    await reviews.approve(first)
    assert await offered("PRN-1") == ["DOWNLOAD_CODES", "RECORD_PRODUCTION"]
    await consignments.produce(made, quantity=500)
    assert await offered("PRN-1") == [
        "DOWNLOAD_CODES",
        "RECORD_PRODUCTION",
        "DECLARE_PACKS",
        "DISPATCH",
        "REPORT_DAMAGE",
    ]
    await reviews.ask(first, by="FAC-1")
    assert await offered("PRN-1") == ["DOWNLOAD_CODES", "DECLARE_PACKS", "REPORT_DAMAGE"]
    second = await reviews.upload(scheme_id, sku="AMB-4L")
    await reviews.approve(second)
    assert await offered("PRN-1") == ["DOWNLOAD_CODES", "RECORD_PRODUCTION", "DECLARE_PACKS", "REPORT_DAMAGE"]


NOTIFIED = """
SELECT account.display_name, notification.kind, CAST(fact AS text)
FROM notification JOIN account ON account.id = account_id
WHERE fact IS NOT NULL AND notification.kind LIKE 'ARTWORK_%'
"""


async def notified(database: Database) -> set[tuple[str, str, str]]:
    """Who was notified of what about artwork, and forget it."""
    reader, names = Reader(calendar=UTC_CALENDAR), AccountNames(actor="Somebody")
    async with database.engine.begin() as connection:
        rows = list(await connection.execute(text(NOTIFIED)))
        await connection.execute(text("DELETE FROM notification"))
    return {(row[0], row[1], notification_sentence(NOTIFICATION_DECODER.decode(row[2]), reader, names)) for row in rows}


async def test_people_are_notified_of_their_work_and_of_holds(reviews: ReviewFactory, database: Database) -> None:
    """R16: reviewers of a version, designers of a request, and vendors of what begins and ends to be held."""
    consignments = reviews.consignments
    await add_printer(consignments, database)
    await hire(database, *(vendor_account(code) for code in ("PCK-1", "FAC-1", "PRN-2")))
    scheme_id = await consignments.generated()
    await consignments.created(scheme_id, chain=("PRN-1", "PCK-1"), quantities={"AMB-1L": 300}, approved=False)
    await consignments.created(scheme_id, chain=("PRN-2",), quantities={"AMB-1L": 300}, approved=False)
    await notified(database)
    artwork_id = await reviews.upload(scheme_id)
    ready = "Version 1 of the artwork of AMB-1L is waiting for your review."
    vendors = {"Vendor", "PCK-1", "PRN-2"}
    assert await notified(database) == {(name, "ARTWORK_UPLOADED", ready) for name in vendors}
    await reviews.ask(artwork_id, by="PCK-1", comment="Too dark.")
    asked, tail = (
        "asked for a revision of version 1 of the artwork of AMB-1L",
        "Do not produce or dispatch AMB-1L until",
    )
    kind, scheme = "ARTWORK_REVISION_REQUESTED", "of “Monsoon Care” for Second Pack"
    assert await notified(database) == {
        ("Designer", kind, f"Somebody {asked} {scheme}: Too dark."),
        # The account that acts for every vendor in these tests works for the printer, and is not notified of itself.
        ("PRN-2", kind, f"Another vendor {asked}. {tail} it is revised."),
    }
    await reviews.approve(artwork_id, by="PCK-1")
    free = "No vendor asks for a revision of version 1 of the artwork of AMB-1L any more. You can go on with AMB-1L."
    assert await notified(database) == {("PRN-2", "ARTWORK_APPROVED", free)}
    await reviews.ask(artwork_id, by="PRN-2")
    await notified(database)
    await reviews.upload(scheme_id)
    again = "Version 2 of the artwork of AMB-1L is waiting for your review. It answers the request for a revision."
    assert await notified(database) == {(name, "ARTWORK_UPLOADED", again) for name in vendors}
