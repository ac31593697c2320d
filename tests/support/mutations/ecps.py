"""Mutations of ECPs over HTTP: valid inputs, and errors of rejected ones."""

from typing import Any

import asyncpg

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, document, gid
from tests.support.world import World, key

# The code, the path from `input` down, and the message of one error.
InputError = tuple[str, str, str]

UNKNOWN_ECP = gid(NodeKind.ECP, key("no such ECP"))
NO_SUCH_ECP = ("NOT_FOUND", "ecpId", "This ECP does not exist.")
REGISTRATION: dict[str, Any] = {
    "displayName": "Asha Rao",
    "practice": "Rao Garage",
    "email": "asha.rao@example.org",
    "phone": "+91 (20) 555-0101",
    "licenseNumber": "MH-4711",
}
FOLDERS = {"registerEcp": "mobile"}
NOTIFICATIONS = "{ viewer { notifications(first: 50) { nodes { kind message actor { displayName } scheme { id } } } } }"


def registration_input(world: World, place: str = "Pune", **changed: Any) -> dict[str, Any]:
    """Return a valid registration input, with changes."""
    return {**REGISTRATION, "geographyId": gid(NodeKind.GEOGRAPHY, world.geographies[place].id), **changed}


async def payload_of(client: Client, field: str, **given: Any) -> Any:
    """Send a mutation and return its payload."""
    name = f"{FOLDERS.get(field, 'portal')}/{field[0].upper()}{field[1:]}"
    return (await client.send(document(name), input=given)).data[field]


async def mutate(client: Client, field: str, **given: Any) -> Any:
    """Send a mutation that must succeed, and return the ECP."""
    payload = await payload_of(client, field, **given)
    assert payload["errors"] == []
    return payload["ecp"]


async def expect_errors(client: Client, field: str, **given: Any) -> list[InputError]:
    """Send a mutation that must be rejected, and return its errors."""
    payload = await payload_of(client, field, **given)
    assert payload["errors"]
    assert payload["ecp"] is None
    assert all(error["path"][0] == "input" for error in payload["errors"])
    return [(error["code"], ".".join(error["path"][1:]), error["message"]) for error in payload["errors"]]


async def messages(client: Client) -> list[tuple[str, str]]:
    """Return notifications without an actor, newest first, as (kind, message)."""
    nodes = (await client.send(NOTIFICATIONS)).data["viewer"]["notifications"]["nodes"]
    assert all(node["scheme"] is None for node in nodes)
    assert all(node["actor"] is None for node in nodes)
    return [(node["kind"], node["message"]) for node in nodes]


async def events(url: str) -> list[str]:
    """The kinds of all events, in the order in which they were written."""
    connection = await asyncpg.connect(url)
    try:
        return [row["kind"] for row in await connection.fetch("SELECT kind FROM event ORDER BY id")]
    finally:
        await connection.close()


MANAGERS = (Role.PROGRAM_MANAGER, "second manager", "manager and approver")
