"""Visibility of ECPs and their contact data is the same in lists, by code, by ID, and in searches (R25)."""

from typing import Any

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, gid
from tests.support.factories.ecps import EcpFactory
from tests.support.mutations.ecps import UNKNOWN_ECP
from tests.support.world import World

NODE = """query ($id: ID!) { node(id: $id) { ... on Ecp { code displayName email phone licenseNumber
    account { displayName email } } } }"""
LIST = "query ($filter: EcpFilter) { ecps(filter: $filter) { totalCount nodes { code email phone licenseNumber } } }"
ECP = "query ($code: String!) { ecp(code: $code) { code email } }"
READERS = {Role.ADMIN, Role.PROGRAM_MANAGER, Role.ANALYST}
CONTACT = {"email": "asha.rao@example.org", "phone": "+91 (20) 555-0101", "licenseNumber": "MH-4711"}
HIDDEN: dict[str, Any] = {"email": None, "phone": None, "licenseNumber": None}
FORBIDDEN = {"code": "FORBIDDEN", "permission": "ecp:read"}


async def node(client: Client, ecp_id: str) -> Any:
    """Fetch an object as a viewer sees it."""
    return (await client.send(NODE, id=ecp_id)).data["node"]


@pytest.mark.parametrize("role", Role)
async def test_a_role_sees_all_ecps_or_only_its_own(clients: Clients, ecps: EcpFactory, role: Role) -> None:
    """R25: a foreign ECP always answers like an unknown one."""
    own, other = await ecps.verified(), await ecps.verified("Binod Thapa")
    client = clients[role]
    seen = [(await node(client, gid(NodeKind.ECP, key))) for key in (own, other)]
    listed, by_code = await client.send(LIST), await client.send(ECP, code=" ecp-2026-000002 ")
    if role in READERS:
        assert [found["displayName"] for found in seen] == ["Asha Rao", "Binod Thapa"]
        assert [found["code"] for found in listed.data["ecps"]["nodes"]] == ["ECP-2026-000001", "ECP-2026-000002"]
        assert by_code.data["ecp"]["code"] == "ECP-2026-000002"
        assert (await client.send(ECP, code="ECP-2026-000003")).data == {"ecp": None}
    else:
        expected = ["Asha Rao", None] if role is Role.ECP else [None, None]
        assert [found and found["displayName"] for found in seen] == expected
        for answer in (listed, by_code, await client.send(ECP, code="nothing")):
            assert [error["extensions"] for error in answer.errors] == [FORBIDDEN]
    assert await node(client, UNKNOWN_ECP) is None


@pytest.mark.parametrize("role", sorted(READERS))
async def test_only_ecp_managers_see_contact_data(clients: Clients, ecps: EcpFactory, role: Role) -> None:
    """R25: in lists, by code and by id; an account shows an address, so it is for them and for administrators."""
    ecp_id = gid(NodeKind.ECP, await ecps.verified())
    manages = role is Role.PROGRAM_MANAGER
    expected = CONTACT if manages else HIDDEN
    (listed,) = (await clients[role].send(LIST)).data["ecps"]["nodes"]
    assert listed == {"code": "ECP-2026-000001", **expected}
    found = await node(clients[role], ecp_id)
    account = found.pop("account")
    assert found == {"code": "ECP-2026-000001", "displayName": "Asha Rao", **expected}
    hidden = role is Role.ANALYST
    assert account == (None if hidden else {"displayName": "Ecp", "email": "ecp@example.com"})


async def test_an_ecp_sees_its_own_contact_data(clients: Clients, ecps: EcpFactory) -> None:
    """R25: and the account that it signs in with."""
    assert await node(clients[Role.ECP], gid(NodeKind.ECP, await ecps.verified())) == {
        "code": "ECP-2026-000001",
        "displayName": "Asha Rao",
        **CONTACT,
        "account": {"displayName": "Ecp", "email": "ecp@example.com"},
    }


async def test_an_analyst_who_is_an_ecp_sees_the_contact_data_of_nobody_else(
    clients: Clients, ecps: EcpFactory, world: World
) -> None:
    """R25: each role widens what is seen, and only by what it is for."""
    await ecps.registered("Binod Thapa")
    await ecps.registered()
    document = "mutation ($input: UpsertAccountInput!) { upsertAccount(input: $input) { errors { code } } }"
    account = {"id": gid(NodeKind.ACCOUNT, world.accounts[Role.ECP].id), "displayName": "Ecp", "email": None}
    await clients[Role.ADMIN].send(document, input={**account, "roles": ["ECP", "ANALYST"]})
    listed = (await clients[Role.ECP].send(LIST)).data["ecps"]["nodes"]
    assert listed == [{"code": "ECP-2026-000002", **CONTACT}, {"code": "ECP-2026-000001", **HIDDEN}]


async def test_an_account_that_lost_the_ecp_role_does_not_see_its_ecp(
    clients: Clients, ecps: EcpFactory, world: World
) -> None:
    """R25: a removed role grants nothing, even to the account that the ECP belongs to."""
    ecp_id = gid(NodeKind.ECP, await ecps.verified())
    document = "mutation ($input: UpsertAccountInput!) { upsertAccount(input: $input) { errors { code } } }"
    account = {"id": gid(NodeKind.ACCOUNT, world.accounts[Role.ECP].id), "displayName": "Ecp", "email": None}
    await clients[Role.ADMIN].send(document, input={**account, "roles": ["DESIGNER"]})
    assert await node(clients[Role.ECP], ecp_id) is None
    assert (await clients[Role.ECP].send("{ viewer { ecp { code } } }")).data["viewer"] == {"ecp": None}


@pytest.mark.parametrize("role", sorted(READERS))
async def test_searches_do_not_reveal_addresses(clients: Clients, ecps: EcpFactory, role: Role) -> None:
    """R25: only viewers who may see addresses find ECPs by them, by the whole address in any case."""
    await ecps.verified(display_name="Zubin", email="hidden.address@example.org")
    await ecps.verified("Hidden Address", email="another@example.org")
    for search, found in (
        ("HIDDEN.Address@example.ORG ", {"ECP-2026-000001"}),
        ("hidden.address@example", set()),
        ("hidden", {"ECP-2026-000002"}),
    ):
        page = (await clients[role].send(LIST, filter={"search": search})).data["ecps"]
        codes = {entry["code"] for entry in page["nodes"]}
        assert page["totalCount"] == len(codes)
        expected = found if role is Role.PROGRAM_MANAGER or "@" not in search else set()
        assert codes == expected, search
