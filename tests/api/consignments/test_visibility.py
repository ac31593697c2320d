"""What each role sees of consignments, and what a vendor sees of schemes (R14, R25)."""

from typing import Any
from uuid import UUID

import pytest

from db.database import Database
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.spans import Span
from tests.support.client import Client, Clients, gid
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.vendors import vendor_client

TRACKING = """{
    consignments { totalCount nodes { code scheme { title } waitingOn createdBy { displayName }
        legs { position waiting vendor { name } custody { held dispatched pending } }
        batches { totalCount nodes { code from { name } to { name } } }
        movements { totalCount nodes { message actor { displayName } } }
        discrepancies { message vendor { name } resolvedBy { displayName } } } }
    batches { totalCount nodes { code movements { kind } } }
    discrepancies { totalCount nodes { message batch { code } consignment { code } } } }"""
SHORT = "1 short of 300 coupons of AMB-1L in BAT-2026-000002."
STORY = [
    "Third Factory did not receive 1 coupon of AMB-1L in BAT-2026-000002.",
    "Third Factory received 299 coupons of AMB-1L in BAT-2026-000002.",
    "Second Pack dispatched 300 coupons of AMB-1L in BAT-2026-000002.",
    "Second Pack received 400 coupons of AMB-1L in BAT-2026-000001.",
    "First Print dispatched 400 coupons of AMB-1L in BAT-2026-000001.",
    "First Print produced 600 coupons of AMB-1L.",
]


@pytest.fixture
async def followed(consignments: ConsignmentFactory) -> UUID:
    """A consignment on its way: 600 produced, 400 sent on, 300 of them sent to the factory, where one is missing."""
    made = await consignments.created()
    await consignments.produce(made, quantity=600)
    await consignments.receive(await consignments.dispatch(made, quantity=400), accepted=400)
    second = await consignments.dispatch(made, by="PCK-1", quantity=300)
    await consignments.receive(second, by="FAC-1", accepted_serials=(Span(0, 298),))
    return made


def leg(position: int, name: str, custody: tuple[int, int, int] | None) -> dict[str, Any]:
    """A leg that must act, with what it holds, dispatched, and awaits; None if the viewer may not read its custody."""
    listed = [] if custody is None else [dict(zip(("held", "dispatched", "pending"), custody, strict=True))]
    return {"position": position, "waiting": True, "vendor": {"name": name}, "custody": listed}


async def seen(client: Client) -> Any:
    """The one consignment that a viewer sees."""
    found = (await client.send(TRACKING)).data
    (consignment,) = found["consignments"]["nodes"]
    assert found["consignments"]["totalCount"] == 1
    for listed in ("batches", "movements"):
        assert consignment[listed]["totalCount"] == len(consignment[listed]["nodes"])
    assert found["batches"]["totalCount"] == consignment["batches"]["totalCount"]
    assert [node["message"] for node in found["discrepancies"]["nodes"]] == [
        node["message"] for node in consignment["discrepancies"]
    ]
    return consignment


async def test_staff_see_the_whole_chain(clients: Clients, followed: UUID) -> None:
    """R15: every leg, batch, movement, and discrepancy, and who did what."""
    for role in (Role.ADMIN, Role.PROGRAM_MANAGER, Role.APPROVER, Role.OPERATIONS, Role.DESIGNER, Role.ANALYST):
        consignment = await seen(clients[role])
        assert consignment["legs"] == [
            leg(1, "First Print", (200, 400, 400)),
            leg(2, "Second Pack", (100, 300, 600)),
            leg(3, "Third Factory", (299, 0, 700)),
        ]
        assert consignment["waitingOn"] == "First Print, Second Pack, Third Factory and Operations"
        assert consignment["createdBy"] == {"displayName": "Operations"}
        assert [node["code"] for node in consignment["batches"]["nodes"]] == ["BAT-2026-000002", "BAT-2026-000001"]
        assert [node["message"] for node in consignment["movements"]["nodes"]] == STORY
        assert {node["actor"]["displayName"] for node in consignment["movements"]["nodes"]} == {"Vendor"}
        assert [found["message"] for found in consignment["discrepancies"]] == [SHORT]


async def test_a_vendor_sees_its_own_leg_and_the_names_of_its_neighbors(clients: Clients, followed: UUID) -> None:
    """R14: not what its neighbor holds or sends on, nor a vendor further down the chain."""
    consignment = await seen(clients[Role.VENDOR])
    assert consignment["legs"] == [leg(1, "First Print", (200, 400, 400)), leg(2, "Second Pack", None)]
    assert consignment["waitingOn"] == "First Print, Second Pack, another vendor and Operations"
    assert consignment["createdBy"] is None
    assert [node["code"] for node in consignment["batches"]["nodes"]] == ["BAT-2026-000001"]
    assert [node["message"] for node in consignment["movements"]["nodes"]] == STORY[3:]
    assert consignment["discrepancies"] == []


async def test_the_last_vendor_sees_the_batches_that_it_receives(
    clients: Clients, followed: UUID, database: Database
) -> None:
    """R14: with the discrepancy of its batch. People of other companies are not named."""
    consignment = await seen(await vendor_client(clients, database, "FAC-1"))
    assert consignment["legs"] == [leg(2, "Second Pack", None), leg(3, "Third Factory", (299, 0, 700))]
    assert [node["code"] for node in consignment["batches"]["nodes"]] == ["BAT-2026-000002"]
    assert [node["message"] for node in consignment["movements"]["nodes"]] == STORY[:3]
    assert [node["actor"] for node in consignment["movements"]["nodes"]] == [None] * 3
    assert consignment["discrepancies"] == [{"message": SHORT, "vendor": {"name": "Third Factory"}, "resolvedBy": None}]


async def test_a_vendor_sees_nothing_of_other_chains(
    clients: Clients, consignments: ConsignmentFactory, database: Database
) -> None:
    """R14, R25: lists, codes, and IDs answer as if the consignment did not exist."""
    made = await consignments.created(chain=("PRN-1", "FAC-1"))
    await consignments.produce(made, quantity=100)
    batch_id = await consignments.dispatch(made, quantity=50)
    await consignments.receive(batch_id, by="FAC-1", accepted_serials=(Span(0, 48),))
    document = """query ($ids: [ID!]!, $scheme: [ID!], $vendor: ID) { nodes(ids: $ids) { id }
        consignments(filter: {schemeIds: $scheme}) { totalCount nodes { id } }
        batches(filter: {fromVendorId: $vendor}) { totalCount nodes { id } }
        discrepancies(filter: {vendorId: $vendor}) { totalCount nodes { id } }
        consignment(code: "CON-2026-000001") { id } schemes { totalCount nodes { id } }
        scheme(code: "SCH-2026-000001") { id } }"""
    known = """{ consignments { nodes { id scheme { id } movements { nodes { id } } discrepancies { id } } } }"""
    (node,) = (await clients[Role.OPERATIONS].send(known)).data["consignments"]["nodes"]
    ids = [
        node["id"],
        node["scheme"]["id"],
        gid(NodeKind.BATCH, batch_id),
        *(found["id"] for found in (*node["movements"]["nodes"], *node["discrepancies"])),
    ]
    given = {
        "ids": ids,
        "scheme": [node["scheme"]["id"]],
        "vendor": gid(NodeKind.VENDOR, consignments.world.vendors["PRN-1"].id),
    }
    outsider = await vendor_client(clients, database, "PCK-1")
    empty = {"totalCount": 0, "nodes": []}
    assert (await outsider.send(document, **given)).data == {
        "nodes": [None] * len(ids),
        "consignments": empty,
        "batches": empty,
        "discrepancies": empty,
        "consignment": None,
        "schemes": empty,
        "scheme": None,
    }
    shown = (await clients[Role.VENDOR].send(document, **given)).data
    assert [found and found["id"] for found in shown["nodes"]] == ids
    assert [shown[name]["totalCount"] for name in ("consignments", "batches", "discrepancies", "schemes")] == [1] * 4
    assert (shown["consignment"], shown["scheme"]) == ({"id": ids[0]}, {"id": ids[1]})


@pytest.mark.parametrize("role", [Role.ECP, Role.INTEGRATION])
@pytest.mark.parametrize(
    "field", ["consignments { totalCount }", "batches { totalCount }", "discrepancies { totalCount }"]
)
async def test_other_roles_are_forbidden(clients: Clients, followed: UUID, role: Role, field: str) -> None:
    """R25: one forbidden field is null, beside the data of others."""
    answer = await clients[role].send(f"{{ {field} viewer {{ roles }} }}")
    assert answer.codes == ["FORBIDDEN"]
    assert answer.body["data"] == {field.split(" ", 1)[0]: None, "viewer": {"roles": [role.value]}}


SCHEME = """{ schemes { totalCount nodes { title code description startsOn endsOn earningChannels revision
    enrollmentOpensOn enrollmentClosesOn terms { markdown } materials { url } budget
    pointValue { amount } minimumPayout pointsExpireAfterDays graceDays
    variants { plannedQuantity } geographies { name } rules { id } viewerActions participants { displayName }
    review { contentHash ready problems { message } warnings { message } ruleReach { eligible } couponQuantity
        baseLiability changes { field } replaces }
    submission { contentHash } revisions { number } asOf(at: "2026-06-01T00:00:00Z") { number } openRevision { id }
    activity { totalCount nodes { message } } enrollments { totalCount nodes { id } } viewerEnrollment { id }
    stages { kind blockedBy } } } openSchemes { totalCount } }"""


async def test_a_vendor_reads_little_of_a_scheme(clients: Clients, followed: UUID) -> None:
    """R14: its name and days, and nothing of values, rules, budgets, ECPs, and people."""
    found = (await clients[Role.VENDOR].send(SCHEME)).data
    assert found["openSchemes"] == {"totalCount": 0}
    (scheme,) = found["schemes"]["nodes"]
    assert {stage["kind"]: stage["blockedBy"] for stage in scheme.pop("stages")}["PRODUCTION"] == []
    (whole,) = (await clients[Role.PROGRAM_MANAGER].send(SCHEME)).data["schemes"]["nodes"]
    same = ("title", "code", "description", "startsOn", "endsOn", "earningChannels", "revision")
    assert {name: scheme.pop(name) for name in same} == {name: whole[name] for name in same}
    assert scheme == {
        "enrollmentOpensOn": None,
        "enrollmentClosesOn": None,
        "terms": None,
        "materials": [],
        "budget": None,
        "pointValue": None,
        "minimumPayout": None,
        "pointsExpireAfterDays": None,
        "graceDays": 30,
        "variants": [],
        "geographies": [],
        "rules": [],
        "viewerActions": [],
        "participants": [],
        "review": {
            "contentHash": "",
            "ready": True,
            "problems": [],
            "warnings": [],
            "ruleReach": [],
            "couponQuantity": 0,
            "baseLiability": 0,
            "changes": [],
            "replaces": None,
        },
        "submission": None,
        "revisions": [],
        "asOf": None,
        "openRevision": None,
        "activity": {"totalCount": 0, "nodes": []},
        "enrollments": {"totalCount": 0, "nodes": []},
        "viewerEnrollment": None,
    }


async def test_the_rules_of_a_scheme_are_no_nodes_of_a_vendor(
    clients: Clients, consignments: ConsignmentFactory, followed: UUID
) -> None:
    """R14, R25."""
    document = "query ($id: ID!) { node(id: $id) { id } }"
    (whole,) = (await clients[Role.PROGRAM_MANAGER].send("{ schemes { nodes { rules { id } } } }")).data["schemes"][
        "nodes"
    ]
    rule_id = whole["rules"][0]["id"]
    assert (await clients[Role.PROGRAM_MANAGER].send(document, id=rule_id)).data == {"node": {"id": rule_id}}
    assert (await clients[Role.VENDOR].send(document, id=rule_id)).data == {"node": None}
