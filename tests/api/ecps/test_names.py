"""Names and addresses of ECPs in every encoding: one address is one ECP, and lists are found and sorted alike (N1)."""

import pytest

from domain.permissions import Role
from tests.support.client import Clients
from tests.support.factories.ecps import EcpFactory
from tests.support.mutations.ecps import expect_errors, mutate, registration_input
from tests.support.unchanged import nothing_changes
from tests.support.world import World

TAKEN = ("DUPLICATE", "email", "Another ECP has this e-mail address.")
LIST = "query ($search: String) { ecps(filter: { search: $search }) { totalCount nodes { displayName } } }"


async def test_an_address_in_two_encodings_is_one(
    clients: Clients, ecps: EcpFactory, world: World, database_url: str
) -> None:
    await mutate(clients[Role.ECP], "registerEcp", **registration_input(world, email="jose\u0301@example.org"))
    other = clients.of(await ecps.account("Binod Thapa", (Role.ECP,)))
    async with nothing_changes(database_url):
        for email in ("jos\u00e9@example.org", "JOSÉ@example.org", "Jose\u0301@EXAMPLE.org"):
            assert await expect_errors(other, "registerEcp", **registration_input(world, email=email)) == [TAKEN]


@pytest.mark.parametrize(
    "search", ["José", "jose", "JOSE\u0301 mull", "muller", "jose\u0301@example.org", " JOSÉ@example.org "]
)
async def test_an_ecp_is_found_in_any_encoding(clients: Clients, world: World, search: str) -> None:
    given = registration_input(world, displayName="Jose\u0301 Mu\u0308ller", email="jos\u00e9@example.org")
    await mutate(clients[Role.ECP], "registerEcp", **given)
    found = (await clients[Role.PROGRAM_MANAGER].send(LIST, search=search)).data["ecps"]
    assert found == {"totalCount": 1, "nodes": [{"displayName": "José Müller"}]}


@pytest.mark.parametrize("search", ["%", "🎉", "'", "@", "é@"])
async def test_a_search_without_a_match_is_an_empty_page(clients: Clients, ecps: EcpFactory, search: str) -> None:
    await ecps.registered("Binod Thapa")
    found = (await clients[Role.PROGRAM_MANAGER].send(LIST, search=search)).data["ecps"]
    assert found == {"totalCount": 0, "nodes": []}


async def test_ecps_are_sorted_by_the_unicode_collation_algorithm(clients: Clients, ecps: EcpFactory) -> None:
    for name in ("Zoe", "Özil", "asha b", "Åse", "Oz", "Asha a"):
        await ecps.registered(name)
    found = (await clients[Role.PROGRAM_MANAGER].send(LIST)).data["ecps"]["nodes"]
    assert [node["displayName"] for node in found] == ["Åse", "Asha a", "asha b", "Oz", "Özil", "Zoe"]


async def test_a_hidden_character_in_a_name_is_rejected(clients: Clients, world: World, database_url: str) -> None:
    message = "The name contains an invisible character (U+200B, character 5); remove it."
    async with nothing_changes(database_url):
        found = await expect_errors(
            clients[Role.ECP], "registerEcp", **registration_input(world, displayName="Asha\u200b Rao")
        )
    assert found == [("INVALID", "displayName", message)]
