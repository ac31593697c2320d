"""Superseded artwork over HTTP: vendors read what holds their coupons, and Operations decides (R16)."""

from typing import Any
from uuid import UUID

import pytest

from db.database import Database
from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.artwork_desk import Upload, upload
from tests.support.client import Client, Clients, document, gid
from tests.support.factories.consignments import CHAIN, ConsignmentFactory
from tests.support.mutations.consignments import consignment_gid, expect_errors, expect_failures, line, mutate, ranges
from tests.support.unchanged import nothing_changes
from tests.support.vendors import vendor_client
from tests.support.world import key

SENTENCE = "100 coupons of AMB-1L carry version 1 of the artwork, which version 2 superseded."
HELD = (
    "Serials 90 to 99 of AMB-1L are held: they carry artwork that version 2 superseded. Leave them out until "
    "Operations has accepted or scrapped them."
)
LISTED = """{ discrepancies { totalCount nodes { id message artworkVersion batch { code } vendor { name } } }
    consignments { nodes { movements { nodes { kind artworkVersion } } } } }"""


@pytest.fixture
async def made(consignments: ConsignmentFactory) -> UUID:
    """A consignment with 100 coupons of version 1 and 10 of version 2, all of them at the printer."""
    scheme_id = await consignments.generated()
    created = await consignments.created(scheme_id)
    await consignments.produce(created, quantity=100)
    designer = consignments.schemes.operation(Role.DESIGNER)
    approving = tuple(key(f"vendor {code}") for code in CHAIN)
    await upload(designer, Upload(scheme_id, consignments.variant(), approving))
    await designer.close()
    await consignments.produce(created, quantity=10)
    return created


async def discrepancies(client: Client) -> Any:
    return (await client.send(LISTED)).data["discrepancies"]["nodes"]


async def test_operations_decides_about_held_coupons(
    clients: Clients, made: UUID, database: Database, database_url: str
) -> None:
    operations, printer = clients[Role.OPERATIONS], clients[Role.VENDOR]
    (found,) = await discrepancies(operations)
    listed = {"message": SENTENCE, "artworkVersion": 2, "batch": None, "vendor": {"name": "First Print"}}
    assert found == {"id": found["id"], **listed}
    assert await discrepancies(printer) == [found]
    assert await discrepancies(await vendor_client(clients, database, "PCK-1")) == []
    (page,) = (await operations.send(LISTED)).data["consignments"]["nodes"]
    assert [(node["kind"], node["artworkVersion"]) for node in page["movements"]["nodes"]] == [
        ("PRODUCED", 2),
        ("PRODUCED", 1),
    ]
    sent = {"consignmentId": consignment_gid(made), "lines": [line(serials=ranges((90, 109)))]}
    async with nothing_changes(database_url):
        (error,) = await expect_failures(printer, "dispatchBatch", **sent)
        problems = await expect_errors(
            operations,
            "resolveDiscrepancy",
            discrepancyId=found["id"],
            note="No.",
            found=ranges((0, 0)),
            lost=ranges((1, 1)),
        )
    assert error == {
        "__typename": "SerialsHeld",
        "code": "CONFLICT",
        "message": HELD,
        "path": ["input", "lines", "0", "serials"],
        "variant": {"sku": "AMB-1L"},
        "serials": ranges((90, 99)),
        "version": 2,
        "discrepancy": {"id": found["id"], "message": SENTENCE},
    }
    refused = "AMB-1L carries superseded artwork. Name the serials as accepted or scrapped."
    assert problems == [("CONFLICT", "found", refused), ("CONFLICT", "lost", refused)]
    outcome = {"accepted": ranges((90, 99)), "scrapped": ranges((0, 89)), "note": "The shade differs."}
    payload = await mutate(operations, "resolveDiscrepancy", discrepancyId=found["id"], **outcome)
    resolved = payload["discrepancy"]
    assert (resolved["openQuantity"], resolved["consignment"]["hasDiscrepancy"]) == (0, False)
    await mutate(printer, "dispatchBatch", **sent)


async def test_a_version_that_is_not_a_number_is_rejected(clients: Clients, made: UUID, database_url: str) -> None:
    printer, wrong = clients[Role.VENDOR], "Name the version of the artwork that you printed, or leave it out."
    async with nothing_changes(database_url):
        lines = [line(quantity=1, artworkVersion=-1)]
        errors = await expect_errors(printer, "recordProduction", consignmentId=consignment_gid(made), lines=lines)
        lines = [line(quantity=1, artworkVersion=1)]
        stale = await expect_errors(printer, "recordProduction", consignmentId=consignment_gid(made), lines=lines)
    assert errors == [("INVALID", "lines.0.artworkVersion", wrong)]
    message = "Version 2 of the artwork of AMB-1L has replaced version 1. Print version 2."
    assert stale == [("VERSION_CONFLICT", "lines.0.artworkVersion", message)]


async def test_the_discrepancies_of_the_printer_are_listed_with_its_filter(clients: Clients, made: UUID) -> None:
    filters = {"vendorId": gid(NodeKind.VENDOR, key("vendor PRN-1")), "kinds": ["ARTWORK_SUPERSEDED"]}
    answer = await clients[Role.OPERATIONS].send(document("portal/Discrepancies"), filter=filters)
    (node,) = answer.data["discrepancies"]["nodes"]
    assert (node["message"], node["consignment"]["id"]) == (SENTENCE, consignment_gid(made))
    filters["vendorId"] = gid(NodeKind.VENDOR, key("vendor FAC-1"))
    answer = await clients[Role.OPERATIONS].send(document("portal/Discrepancies"), filter=filters)
    assert answer.data["discrepancies"]["nodes"] == []
