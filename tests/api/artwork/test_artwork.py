"""Artwork over HTTP: lists, queues, visibility, and typed errors (R10, R16, R25)."""

from typing import Any

import pytest
from sqlalchemy import update

from db.accounts.tables import AccountTable
from db.database import Database
from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Clients, gid
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.reviews import ReviewFactory
from tests.support.world import key

LIST = """query ($filter: ArtworkFilter, $first: Int, $after: String) {
  artworks(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { variant { sku } reviews { vendor { code } state } }
  }
}"""
QUEUES = """{ workQueues { key count artworks(first: 5) { totalCount nodes { variant { sku } } } } }"""
SHOWN = """query ($id: ID!) { node(id: $id) { ... on Artwork {
  currentVersion { number url thumbnailUrl contentType byteSize note uploadedBy { displayName } }
  blocks { requestedBy { code } message heldVendors { code } heldConsignments { status } heldQuantity }
  viewerActions
} } }"""
APPROVE = """mutation ($input: ReviewArtworkInput!) { approveArtwork(input: $input) {
  artwork { id } errors { __typename code message path ... on StaleArtwork { version currentVersion } }
} }"""


@pytest.fixture
def reviews(consignments: ConsignmentFactory) -> ReviewFactory:
    """Uploads and reviews artwork."""
    return ReviewFactory(consignments)


async def _work_for(database: Database, code: str) -> None:
    """Let the world's vendor account work for another vendor."""
    async with database.writing() as session:
        own = update(AccountTable).where(AccountTable.id == key("account VENDOR"))
        await session.execute(own.values(vendor_id=key(f"vendor {code}")))


async def _listed(clients: Clients, role: Role, **chosen: Any) -> list[str]:
    """The SKUs of a list, which all fit on a page."""
    found = (await clients[role].send(LIST, **chosen)).data["artworks"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["variant"]["sku"] for node in found["nodes"]]


async def test_lists_have_pages_filters_and_the_scope_of_the_viewer(
    reviews: ReviewFactory, clients: Clients, database: Database
) -> None:
    """R16, R25: staff see all artwork; a vendor what its chains carry, and by its own review."""
    consignments = reviews.consignments
    scheme_id = await consignments.generated()
    await consignments.created(scheme_id, quantities={"AMB-1L": 1000}, approved=False)
    await consignments.created(scheme_id, chain=("PRN-1",), quantities={"AMB-4L": 1000}, approved=False)
    first = await reviews.upload(scheme_id)
    await reviews.upload(scheme_id, sku="AMB-4L")
    await reviews.approve(first)
    await reviews.ask(first, by="PCK-1")
    both = ["AMB-1L", "AMB-4L"]
    assert sorted(await _listed(clients, Role.DESIGNER)) == sorted(await _listed(clients, Role.VENDOR)) == both
    of_scheme = {"schemeId": gid(NodeKind.SCHEME, scheme_id)}
    assert await _listed(clients, Role.DESIGNER, filter={**of_scheme, "states": ["REVISION_REQUESTED"]}) == ["AMB-1L"]
    assert await _listed(clients, Role.VENDOR, filter={"states": ["REVISION_REQUESTED"]}) == []
    assert await _listed(clients, Role.VENDOR, filter={"states": ["PENDING"]}) == ["AMB-4L"]
    assert await _listed(clients, Role.DESIGNER, filter={"states": []}) == []
    page = (await clients[Role.DESIGNER].send(LIST, first=1)).data["artworks"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    rest = (await clients[Role.DESIGNER].send(LIST, first=1, after=page["pageInfo"]["endCursor"])).data["artworks"]
    assert sorted(node["variant"]["sku"] for found in (page, rest) for node in found["nodes"]) == both
    await _work_for(database, "PCK-1")
    assert await _listed(clients, Role.VENDOR) == ["AMB-1L"]


async def test_queues_hold_what_a_designer_or_a_vendor_must_do(
    reviews: ReviewFactory, clients: Clients, database: Database
) -> None:
    """R10, R16."""

    async def queue(role: Role, name: str) -> tuple[int, list[str]]:
        found = (await clients[role].send(QUEUES)).data["workQueues"]
        (wanted,) = (each for each in found if each["key"] == name)
        assert wanted["count"] == wanted["artworks"]["totalCount"] or name == "ARTWORK_TO_UPLOAD"
        return wanted["count"], [node["variant"]["sku"] for node in wanted["artworks"]["nodes"]]

    consignments = reviews.consignments
    scheme_id = await consignments.generated()
    await consignments.created(scheme_id, quantities={"AMB-1L": 1000}, approved=False)
    assert await queue(Role.DESIGNER, "ARTWORK_TO_UPLOAD") == (1, [])
    assert await queue(Role.VENDOR, "ARTWORK_TO_REVIEW") == (0, [])
    artwork_id = await reviews.upload(scheme_id)
    await reviews.upload(scheme_id, sku="AMB-4L")
    assert await queue(Role.DESIGNER, "ARTWORK_TO_UPLOAD") == (0, [])
    assert await queue(Role.VENDOR, "ARTWORK_TO_REVIEW") == (1, ["AMB-1L"])
    assert await queue(Role.VENDOR, "PRODUCTION_TO_START") == (0, [])
    await reviews.approve(artwork_id)
    assert await queue(Role.VENDOR, "ARTWORK_TO_REVIEW") == (0, [])
    found = (await clients[Role.VENDOR].send(QUEUES)).data["workQueues"]
    assert [each["count"] for each in found if each["key"] == "PRODUCTION_TO_START"] == [1]
    await reviews.ask(artwork_id, by="FAC-1")
    assert await queue(Role.DESIGNER, "ARTWORK_REVISIONS") == (1, ["AMB-1L"])
    await _work_for(database, "FAC-1")
    assert await queue(Role.VENDOR, "ARTWORK_TO_REVIEW") == (0, [])


async def test_artwork_is_shown_to_its_chains_and_reviewed_in_its_current_version(
    reviews: ReviewFactory, clients: Clients, database: Database
) -> None:
    """R16, R25: an artwork of other chains does not exist for a vendor."""
    consignments = reviews.consignments
    scheme_id = await consignments.generated()
    await consignments.created(scheme_id, chain=("PRN-1", "PCK-1"), approved=False)
    await reviews.upload(scheme_id)
    artwork_id = await reviews.upload(scheme_id, note="With the new logo.")
    await reviews.ask(artwork_id, version=2, by="PCK-1", comment="Too dark.")
    shown = (await clients[Role.VENDOR].send(SHOWN, id=gid(NodeKind.ARTWORK, artwork_id))).data["node"]
    assert shown["currentVersion"].pop("url").startswith("/files/")
    assert shown["currentVersion"] == {
        "number": 2,
        "thumbnailUrl": None,
        "contentType": "application/pdf",
        "byteSize": 1000,
        "note": "With the new logo.",
        "uploadedBy": None,
    }
    (block,) = shown["blocks"]
    assert (block["requestedBy"], block["heldQuantity"]) == ({"code": "PCK-1"}, 1000)
    assert block["heldConsignments"] == [{"status": "ARTWORK_BLOCKED"}]
    assert shown["viewerActions"] == ["APPROVE", "REQUEST_REVISION"]
    stale = {"artworkId": gid(NodeKind.ARTWORK, artwork_id), "version": 1}
    answer = (await clients[Role.VENDOR].send(APPROVE, input=stale)).data["approveArtwork"]
    assert answer == {
        "artwork": None,
        "errors": [
            {
                "__typename": "StaleArtwork",
                "code": "VERSION_CONFLICT",
                "message": "Version 2 of the artwork of AMB-1L has replaced version 1. Review version 2.",
                "path": ["input", "version"],
                "version": 1,
                "currentVersion": 2,
            }
        ],
    }
    await _work_for(database, "FAC-1")
    assert (await clients[Role.VENDOR].send(SHOWN, id=gid(NodeKind.ARTWORK, artwork_id))).data["node"] is None
    answer = (await clients[Role.VENDOR].send(APPROVE, input={**stale, "version": 2})).data["approveArtwork"]
    assert [error["message"] for error in answer["errors"]] == ["This artwork does not exist."]
