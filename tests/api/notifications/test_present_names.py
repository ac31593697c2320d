"""Sentences are written when they are read: with present names, for the person who reads them (N1, R6)."""

from typing import Any

import asyncpg

from domain.permissions import Role
from tests.support.client import Client, Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.notifications import add, entries, fetch_messages, remove
from tests.support.mutations.schemes import scheme
from tests.support.world import World

STAGES = "query ($id: ID!) { node(id: $id) { ... on Scheme { stages { kind blockedBy } } } }"


async def rename(url: str, role: str, name: str, world: World) -> None:
    """Change the display name of an account."""
    await _execute(url, "UPDATE account SET display_name = $2 WHERE id = $1", world.accounts[role].id, name)


async def test_a_new_name_shows_in_what_is_stored_already(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    """Of the actor and of the account that the entry names."""
    manager, second = clients[Role.PROGRAM_MANAGER], clients["second manager"]
    scheme_id = scheme(await factory.complete())
    await add(manager, world, scheme_id, "second manager")
    await rename(database_url, "second manager", "Meera Iyer", world)
    await rename(database_url, Role.PROGRAM_MANAGER, "Asha Patil", world)
    newest = (await entries(manager, scheme_id))[0]["message"]
    assert newest == "Asha Patil added Meera Iyer to the participants of “Monsoon Care”."
    assert await fetch_messages(second) == ["Asha Patil asked you to take part in “Monsoon Care”."]


async def test_the_activity_is_the_same_for_everybody(clients: Clients, factory: SchemeFactory, world: World) -> None:
    """Only the notification addresses the person concerned."""
    manager, second = clients[Role.PROGRAM_MANAGER], clients["second manager"]
    scheme_id = scheme(await factory.complete())
    await add(manager, world, scheme_id, "second manager")
    await remove(manager, world, scheme_id, "second manager")
    removed = "Program Manager removed Second Manager from the participants of “Monsoon Care”."
    for reader in (manager, second, clients[Role.ANALYST]):
        assert (await entries(reader, scheme_id))[0]["message"] == removed
    assert (await fetch_messages(second))[0] == "Program Manager removed you from the participants of “Monsoon Care”."


async def test_a_blocked_stage_names_the_approver_as_now(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    scheme_id = scheme(await factory.rejected())
    (before,) = await _blocks(clients[Role.PROGRAM_MANAGER], scheme_id)
    assert before.startswith("Rejected by Approver: ")
    await rename(database_url, Role.APPROVER, "Ravi Kumar", world)
    (after,) = await _blocks(clients[Role.PROGRAM_MANAGER], scheme_id)
    assert after == before.replace("Approver", "Ravi Kumar", 1)


async def test_a_title_stays_what_it_was(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    manager, scheme_id = clients[Role.PROGRAM_MANAGER], scheme(await factory.created())
    await _execute(database_url, "UPDATE scheme SET title = 'Winter Care'")
    assert (await entries(manager, scheme_id))[0]["message"] == "Program Manager created “Monsoon Care”."


async def test_participants_share_the_stored_fact_of_the_activity(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    """A save is stored once, however many are notified of it; a task has a fact of its own."""
    scheme_id = await factory.complete()
    await add(clients[Role.PROGRAM_MANAGER], world, scheme(scheme_id), "second manager")
    await factory.submitted(scheme_id)
    query = "SELECT fact IS NULL, fact ->> 'kind', activity_id IS NULL FROM notification ORDER BY created_at, 2"
    stored = {tuple(row) for row in await _execute(database_url, query)}
    assert stored == {(True, None, False), (False, "approvalRequested", False)}


async def _blocks(client: Client, scheme_id: str) -> list[str]:
    stages = (await client.send(STAGES, id=scheme_id)).data["node"]["stages"]
    return [sentence for stage in stages for sentence in stage["blockedBy"]]


async def _execute(url: str, statement: str, *arguments: Any) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        rows: list[Any] = await connection.fetch(statement, *arguments)
        return rows
    finally:
        await connection.close()
