"""Self-registration: a person with a token of the identity provider and no account becomes an ECP (R18)."""

import asyncio
from typing import Any

import httpx
import pytest

from domain.accounts.registration_limits import ATTEMPTS_LIMITS, WINDOW
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.requests import Unauthenticated
from graphql_api.app import build_app
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.settings import Settings
from resolvers.ecps import register_ecp
from tests.api.accounts.conftest import OidcServer
from tests.api.accounts.test_identities import TAKEN, change, identities, who
from tests.api.schemes.test_denied_roles import FIELDS, _send
from tests.support.client import Client, Clients, document, gid
from tests.support.clock import TestClock
from tests.support.mutations.ecps import events, expect_errors, messages, mutate, payload_of, registration_input
from tests.support.unchanged import nothing_changes
from tests.support.world import World

FIRST = "You have no account yet. Register first, with the mutation registerEcp."
OPEN = {"Query": {"viewer", "geographies", "tiers"}, "Mutation": {"registerEcp"}}


@pytest.fixture
def asha(server: OidcServer) -> Client:
    """A person without an account."""
    return server.person("asha", email="asha@example.org")


async def test_a_person_without_an_account_reads_the_form(asha: Client, world: World, database_url: str) -> None:
    """R18: who they are, the places, and the tiers."""
    async with nothing_changes(database_url):
        form = (await asha.send(document("mobile/RegistrationForm"))).data
    assert form["viewer"] == {"account": None, "email": "asha@example.org", "ecp": None}
    assert {place["name"] for place in form["geographies"]} == {"India", "Nepal"}
    assert len(form["tiers"]) == len(world.tiers)
    everything = "{ viewer { roles permissions vendor { id } unreadCount notifications { totalCount } } }"
    assert (await asha.send(everything)).data["viewer"] == {
        "roles": [],
        "permissions": [],
        "vendor": None,
        "unreadCount": 0,
        "notifications": {"totalCount": 0},
    }


@pytest.mark.parametrize("root", OPEN)
async def test_everything_else_says_to_register_first(asha: Client, database_url: str, root: str) -> None:
    """R18: for every other root field, and nothing changes."""
    async with nothing_changes(database_url):
        for name in FIELDS[root].keys() - OPEN[root]:
            (error,) = (await _send(asha, root, name)).errors
            assert (error["message"], error["extensions"]) == (FIRST, {"code": "FORBIDDEN"}), name


async def test_streams_and_other_endpoints_say_to_register_first(
    asha: Client, oidc_settings: Settings, environment: Environment
) -> None:
    """R18: also WebSockets, which sign in the same way as downloads do."""
    headers = {**asha.headers, "accept": "text/event-stream"}
    query = "subscription { notificationAdded { cursor } }"
    answer = await asha.http.post("/graphql", json={"query": query}, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (403, FIRST)
    operation = environment.operation(None)
    with pytest.raises(Unauthenticated, match=FIRST):
        await Authenticator(oidc_settings).viewer(operation, {"authorization": asha.headers["Authorization"]})


async def test_registration_makes_the_account(
    asha: Client, server: OidcServer, clients: Clients, world: World, database_url: str
) -> None:
    """R18: with the verified address and the role ECP, linked to the identity; the same token goes on."""
    made = await mutate(asha, "registerEcp", **registration_input(world, displayName=" Asha Rao "))
    assert (made["code"], made["status"], made["email"]) == ("ECP-2026-000001", "PENDING", "asha.rao@example.org")
    query = "{ viewer { account { displayName email roles } email ecp { code } } }"
    assert (await asha.send(query)).data["viewer"] == {
        "account": {"displayName": "Asha Rao", "email": "asha@example.org", "roles": ["ECP"]},
        "email": "asha@example.org",
        "ecp": {"code": "ECP-2026-000001"},
    }
    assert await identities(database_url) == [("Asha Rao", "asha", "REGISTRATION")]
    assert (await events(database_url))[:3] == ["ACCOUNT_SAVED", "IDENTITY_LINKED", "ECP_REGISTERED"]
    sentence = "ECP-2026-000001 registered in Pune and is waiting for verification."
    assert await messages(clients[Role.PROGRAM_MANAGER]) == [("ECP_REGISTERED", sentence)]
    (error,) = await expect_errors(asha, "registerEcp", **registration_input(world))
    assert error == ("DUPLICATE", "", "You are already registered as ECP-2026-000001.")
    assert await who(server.person("asha")) == "Asha Rao"


async def test_a_registration_that_is_rejected_makes_nothing(asha: Client, world: World, database_url: str) -> None:
    """R18: all problems are reported together, and the person may correct them."""
    wrong = {"displayName": " ", "email": "x", "geographyId": gid(NodeKind.GEOGRAPHY, world.accounts["ECP"].id)}
    async with nothing_changes(database_url):
        errors = await expect_errors(asha, "registerEcp", **registration_input(world, **wrong))
    assert [path for _code, path, _message in errors] == ["displayName", "email", "geographyId"]
    assert (await mutate(asha, "registerEcp", **registration_input(world)))["code"] == "ECP-2026-000001"


async def test_registrations_at_once_make_one_account(asha: Client, world: World, database_url: str) -> None:
    """R18: one succeeds, and the others say so."""
    sent = (payload_of(asha, "registerEcp", **registration_input(world)) for _ in range(6))
    answers = await asyncio.gather(*sent)
    assert [answer["ecp"]["code"] for answer in answers if answer["ecp"]] == ["ECP-2026-000001"]
    found = [error["message"] for answer in answers for error in answer["errors"]]
    assert found == ["You are already registered as ECP-2026-000001."] * 5
    assert await identities(database_url) == [("Asha Rao", "asha", "REGISTRATION")]


async def test_one_document_registers_once(asha: Client, world: World, database_url: str) -> None:
    """R18: aliases are attempts of their own."""
    given = registration_input(world)
    field = "registerEcp(input: $input) { ecp { code } errors { message } }"
    mutation = f"mutation ($input: RegisterEcpInput!) {{ a: {field} b: {field} }}"
    answer = (await asha.send(mutation, input=given)).data
    assert answer["a"] == {"ecp": {"code": "ECP-2026-000001"}, "errors": []}
    assert answer["b"]["errors"] == [{"message": "You are already registered as ECP-2026-000001."}]
    assert len(await identities(database_url)) == 1


async def test_an_account_that_is_added_meanwhile_is_not_doubled(
    asha: Client, world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R18: the person signs in again and gets that one."""
    original = register_ecp._add_account  # noqa: SLF001 - to be in between

    async def add_late(*given: Any) -> Any:
        columns = "id, display_name, email, email_key, created_at, sort_name, search_words"
        values = "gen_random_uuid(), 'Asha', 'asha@example.org', 'asha@example.org', now(), '', ''"
        added = f"WITH added AS (INSERT INTO account ({columns}) VALUES ({values}) RETURNING id)"
        await change(database_url, f"{added} INSERT INTO account_role SELECT id, 'ECP' FROM added")
        return await original(*given)

    monkeypatch.setattr(register_ecp, "_add_account", add_late)
    (error,) = (await payload_of(asha, "registerEcp", **registration_input(world)))["errors"]
    assert error["message"] == "An account with your e-mail address was added just now. Sign in again."
    assert await who(asha) == "Asha"
    assert await identities(database_url) == [("Asha", "asha", "EMAIL")]


async def test_too_many_attempts_have_to_wait(
    asha: Client, server: OidcServer, world: World, database_url: str, clock: TestClock
) -> None:
    """R18: per person; another one still registers, and time helps."""
    wrong = registration_input(world, email="x")
    for _ in range(ATTEMPTS_LIMITS["identity"]):
        assert (await expect_errors(asha, "registerEcp", **wrong))[0][0] == "INVALID"
    async with nothing_changes(database_url):
        (error,) = (await payload_of(asha, "registerEcp", **registration_input(world)))["errors"]
    assert (error["code"], error["message"]) == (
        "THROTTLED",
        "There were too many attempts to register. Try again in 600 seconds.",
    )
    other = registration_input(world, email="bina@example.org")
    assert await mutate(server.person("bina", email="bina@example.org"), "registerEcp", **other)
    clock.advance(seconds=WINDOW.total_seconds() + 1)
    assert await mutate(asha, "registerEcp", **registration_input(world))


async def test_self_registration_can_be_turned_off(
    oidc_settings: Settings, environment: Environment, server: OidcServer, world: World, database_url: str
) -> None:
    """R18: the answer names what such a person can ask for. Linking by address goes on."""
    settings = oidc_settings.model_copy(update={"self_registration": False})
    transport = httpx.ASGITransport(build_app(settings, environment))
    async with httpx.AsyncClient(transport=transport, base_url="https://tessera") as http:
        asha = Client(http, server.person("asha", email="asha@example.org").headers)
        async with nothing_changes(database_url):
            assert await who(asha) == (
                "This token belongs to no account. Ask an administrator to add an account with your e-mail address, or "
                "to link your identity to your account."
            )
            assert (await asha.send(document("mobile/RegisterEcp"), input=registration_input(world))).status == 401
        assert await who(Client(http, server.person("ada", email="analyst@example.com").headers)) == "Analyst"


async def test_an_account_with_the_address_is_not_doubled(server: OidcServer, world: World, database_url: str) -> None:
    """R18: a disabled person does not come back with another identity."""
    await change(database_url, "UPDATE account SET disabled_at = now() WHERE display_name = 'Analyst'")
    eve = server.person("eve", email="analyst@example.com")
    async with nothing_changes(database_url):
        answer = await eve.send(document("mobile/RegisterEcp"), input=registration_input(world))
    assert (answer.status, answer.errors[0]["message"]) == (401, TAKEN)


async def test_erasure_takes_the_identity(asha: Client, clients: Clients, world: World, database_url: str) -> None:
    """R18, N6: the subject is personal data. The person may register anew."""
    made = await mutate(asha, "registerEcp", **registration_input(world))
    await mutate(clients[Role.PROGRAM_MANAGER], "eraseEcp", ecpId=made["id"], reason="On request.")
    assert await identities(database_url) == []
    assert (await mutate(asha, "registerEcp", **registration_input(world)))["code"] == "ECP-2026-000002"
