"""Disclosure of schemes to ECPs: the terms and the points, not the definition or the budget (R18, R25)."""

from typing import Any
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Permission, Role, roles_with
from domain.requests import Forbidden
from tests.support.client import Clients, gid
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.unchanged import nothing_changes
from tests.support.world import World

DOCUMENT = """query ($id: ID!) { node(id: $id) { ... on Scheme { title budget
    terms { version markdown } rules { name } variants { basePoints } geographies { name }
    participants { displayName } activity { totalCount nodes { message } pageInfo { hasNextPage endCursor } }
    submission { submittedBy { displayName } reason } } } }"""
STREAM = "query ($id: ID!) { schemeActivity(schemeId: $id) { totalCount nodes { message } } }"
STAFF = (Role.ADMIN, Role.PROGRAM_MANAGER, Role.APPROVER, Role.OPERATIONS, Role.DESIGNER, Role.ANALYST)


@pytest.fixture
async def scheme_id(enrollments: EnrollmentFactory) -> UUID:
    """An approved scheme with a budget and participants."""
    return await enrollments.open_scheme(budget=50_000)


async def shown(clients: Clients, role: Role, scheme_id: UUID) -> Any:
    """A scheme as a role sees it."""
    return (await clients[role].send(DOCUMENT, id=gid(NodeKind.SCHEME, scheme_id))).data["node"]


@pytest.mark.parametrize("role", STAFF)
async def test_staff_see_the_whole_scheme(clients: Clients, scheme_id: UUID, role: Role) -> None:
    """R6, R25: `scheme:follow` shows all fields."""
    assert roles_with(Permission.SCHEME_FOLLOW) == STAFF
    found = await shown(clients, role, scheme_id)
    assert found["budget"] == 50_000
    assert found["participants"] == [{"displayName": "Program Manager"}]
    assert found["activity"]["totalCount"] == len(found["activity"]["nodes"]) == 8
    assert found["submission"] == {"submittedBy": {"displayName": "Program Manager"}, "reason": None}
    # How much of the stream there is by now is a matter of what else runs on the server.
    stream = (await clients[role].send(STREAM, id=gid(NodeKind.SCHEME, scheme_id))).data["schemeActivity"]
    assert stream["totalCount"] in range(9)


async def test_an_ecp_sees_the_terms_and_points_of_its_schemes(clients: Clients, scheme_id: UUID, world: World) -> None:
    """R18, R25: all other fields answer as if they were empty."""
    found = await shown(clients, Role.ECP, scheme_id)
    assert found == {
        "title": "Monsoon Care",
        "terms": {"version": 1, "markdown": "Be fair."},
        "rules": [],
        "variants": [{"basePoints": 10}, {"basePoints": 20}],
        "geographies": [{"name": "Maharashtra"}],
        "budget": None,
        "participants": [],
        "activity": {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}},
        "submission": None,
    }
    assert Permission.SCHEME_FOLLOW not in world.viewer(Role.ECP).permissions


async def test_an_ecp_follows_no_scheme(clients: Clients, scheme_id: UUID, database_url: str) -> None:
    """R25: neither through the stream, nor through IDs of entries, nor as a participant."""
    manager, ecp = clients[Role.PROGRAM_MANAGER], clients[Role.ECP]
    key = gid(NodeKind.SCHEME, scheme_id)
    answer = await ecp.send(STREAM, id=key)
    (error,) = answer.errors
    assert error["message"] == str(Forbidden(Permission.SCHEME_FOLLOW))
    entries = (
        await manager.send("query ($id: ID!) { node(id: $id) { ... on Scheme { activity { nodes { id } } } } }", id=key)
    ).data
    ids = [entry["id"] for entry in entries["node"]["activity"]["nodes"]]
    nodes = (await ecp.send("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)).data["nodes"]
    assert nodes == [None] * 8
    document = """mutation ($input: SchemeParticipantInput!) { addSchemeParticipant(input: $input) {
        errors { code path message } } }"""
    given = {"schemeId": key, "accountId": gid(NodeKind.ACCOUNT, clients.world.accounts["ECP"].id)}
    async with nothing_changes(database_url):
        payload = (await manager.send(document, input=given)).data["addSchemeParticipant"]
    assert payload["errors"] == [
        {
            "code": "OUT_OF_SCOPE",
            "path": ["input", "accountId"],
            "message": "The roles of Ecp do not show this scheme as it is now.",
        }
    ]


async def test_an_ecp_sees_no_addresses_of_staff(clients: Clients, scheme_id: UUID) -> None:
    """R25: only its own. Staff see the addresses of colleagues."""
    document = """query ($id: ID!) { viewer { account { email } }
        node(id: $id) { ... on Scheme { createdBy { displayName email } } } }"""
    for role, shown_to in ((Role.ECP, None), (Role.DESIGNER, "program_manager@example.com")):
        found = (await clients[role].send(document, id=gid(NodeKind.SCHEME, scheme_id))).data
        assert found["viewer"]["account"]["email"] == f"{role.lower()}@example.com"
        assert found["node"]["createdBy"] == {"displayName": "Program Manager", "email": shown_to}


async def test_invalid_page_arguments_are_rejected_for_every_role(clients: Clients, scheme_id: UUID) -> None:
    """The arguments are checked even if the list is empty for the viewer."""
    document = "query ($id: ID!) { node(id: $id) { ... on Scheme { activity(first: 0) { totalCount } } } }"
    for role in (Role.ECP, Role.PROGRAM_MANAGER):
        answer = await clients[role].send(document, id=gid(NodeKind.SCHEME, scheme_id))
        assert answer.codes == ["BAD_USER_INPUT"]
