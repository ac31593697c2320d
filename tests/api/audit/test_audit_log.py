"""Administrators, and nobody else, read the audit log (R11, R25)."""

from typing import Any

import pytest

from db.database import Database
from domain.audit.stored_facts import AUDIT_KINDS
from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Answer, Clients, gid
from tests.support.clock import TestClock
from tests.support.downloads import link_to
from tests.support.factories.consignments import ConsignmentFactory

DOCUMENT = """query ($filter: AuditFilter, $first: Int, $after: String) {
    auditLog(filter: $filter, first: $first, after: $after) {
        totalCount nodes { id at kind sentence } pageInfo { hasNextPage endCursor } } }"""


async def read(clients: Clients, **given: Any) -> Any:
    """The list as an administrator reads it."""
    return (await clients[Role.ADMIN].send(DOCUMENT, **given)).data["auditLog"]


@pytest.fixture
async def entries(clients: Clients, consignments: ConsignmentFactory, clock: TestClock) -> list[str]:
    """The sentences of five links for two consignments, an hour apart, oldest first."""
    scheme_id = await consignments.generated()
    made = [await consignments.created(scheme_id, quantities={"AMB-1L": count}) for count in (1, 2)]
    for consignment_id, role in zip((*made, *made, made[0]), (*[Role.OPERATIONS] * 3, *[Role.VENDOR] * 2), strict=True):
        await link_to(clients[role], consignment_id)
        clock.advance(hours=1)
    await change_nothing(clients)
    return [
        f"{who} received a link to {count} of all variants in CON-2026-00000{number}, valid until 10 March 2026 at "
        f"{hour}:15 UTC."
        for who, count, number, hour in (
            ("Operations", "1 code", 1, "09"),
            ("Operations", "2 codes", 2, "10"),
            ("Operations", "1 code", 1, "11"),
            ("Vendor", "2 codes", 2, "12"),
            ("Vendor", "1 code", 1, "13"),
        )
    ]


async def change_nothing(clients: Clients) -> None:
    """Reading the log adds no entry."""
    before = await read(clients)
    assert await read(clients) == before


async def test_the_log_has_pages_from_the_newest_on(clients: Clients, entries: list[str]) -> None:
    newest_first = entries[::-1]
    page = await read(clients, first=2)
    assert [node["sentence"] for node in page["nodes"]] == newest_first[:2]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (5, True)
    page = await read(clients, first=3, after=page["pageInfo"]["endCursor"])
    assert [node["sentence"] for node in page["nodes"]] == newest_first[2:]
    assert page["pageInfo"]["hasNextPage"] is False


@pytest.mark.usefixtures("entries")
async def test_the_log_can_be_filtered(clients: Clients, consignments: ConsignmentFactory, database: Database) -> None:
    """Each condition alone, all together, and none that matches."""
    async with database.engine.connect() as connection:
        ids = list((await connection.exec_driver_sql("SELECT id FROM consignment ORDER BY code")).scalars())
    first = gid(NodeKind.CONSIGNMENT, ids[0])
    vendor = gid(NodeKind.ACCOUNT, consignments.world.accounts["VENDOR"].id)
    admin = gid(NodeKind.ACCOUNT, consignments.world.accounts["ADMIN"].id)
    kind = "CODES_LINK_ISSUED"
    for chosen, count in (
        ({}, 5),
        ({"subjectId": first}, 3),
        ({"actorId": vendor}, 2),
        ({"actorId": admin}, 0),
        ({"subjectId": vendor}, 0),
        ({"kinds": [kind]}, 5),
        ({"kinds": [kind, "CODES_DOWNLOAD_BEGUN"]}, 5),
        ({"kinds": ["CODES_DOWNLOAD_BEGUN"]}, 0),
        ({"kinds": []}, 0),
        ({"from": "2026-03-10T11:00:00Z"}, 3),
        ({"to": "2026-03-10T11:00:00Z"}, 2),
        ({"from": "2026-03-10T15:30:00+05:30", "to": "2026-03-10T12:00:00Z"}, 2),
        ({"subjectId": first, "actorId": vendor, "kinds": [kind], "from": "2026-03-10T13:00:00Z"}, 1),
    ):
        found = await read(clients, filter=chosen)
        assert (len(found["nodes"]), found["totalCount"]) == (count, count), chosen


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (
            {"kinds": ["SECRETS_READ"]},
            f"There is no kind of audit entry named “SECRETS_READ”. The kinds are {', '.join(AUDIT_KINDS)}.",
        ),
        ({"subjectId": "x"}, "This is not a global ID."),
        ({"actorId": "x"}, "This account does not exist."),
    ],
)
async def test_wrong_filters_are_rejected(clients: Clients, chosen: dict[str, Any], message: str) -> None:
    answer = await clients[Role.ADMIN].send(DOCUMENT, filter=chosen)
    assert [(error["extensions"]["code"], error["message"]) for error in answer.errors] == [("BAD_USER_INPUT", message)]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
async def test_nobody_else_reads_the_log(clients: Clients, entries: list[str], role: Role) -> None:
    """R25: not as a list, beside fields that they may read, and not by the ID of an entry."""
    assert entries
    answer = await clients[role].send("{ viewer { roles } auditLog { totalCount } }")
    assert answer.codes == ["FORBIDDEN"]
    assert answer.body["data"] == {"viewer": {"roles": [role]}, "auditLog": None}
    entry = (await read(clients))["nodes"][0]["id"]
    document = "query ($id: ID!) { node(id: $id) { __typename id } }"
    assert (await clients[role].send(document, id=entry)).data == {"node": None}
    found: Answer = await clients[Role.ADMIN].send(document, id=entry)
    assert found.data == {"node": {"__typename": "AuditEntry", "id": entry}}
