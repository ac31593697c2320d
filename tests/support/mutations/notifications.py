"""Activity of schemes and notifications of accounts, through the portal's documents."""

from typing import Any

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, gid
from tests.support.mutations.schemes import mutate, payload_of
from tests.support.world import World


async def entries(client: Client, scheme_id: str, **page: Any) -> list[Any]:
    """The activity of a scheme that the client sees, newest first."""
    found: list[Any] = (await client.run("SchemeActivity", id=scheme_id, **page))["node"]["activity"]["nodes"]
    return found


async def sentences(client: Client, scheme_id: str) -> list[str]:
    """Return the sentences of a scheme's activity, newest first."""
    return [entry["message"] for entry in await entries(client, scheme_id, first=200)]


async def participants(client: Client, scheme_id: str) -> list[str]:
    """Return the names of the participants, in the order of joining."""
    node = (await client.run("SchemeActivity", id=scheme_id))["node"]
    return [account["displayName"] for account in node["participants"]]


async def add(client: Client, world: World, scheme_id: str, name: str | Role) -> Any:
    """Add an account of the world as a participant, and return the payload."""
    return await mutate(client, "addSchemeParticipant", **participation(world, scheme_id, name))


async def remove(client: Client, world: World, scheme_id: str, name: str | Role) -> Any:
    """Remove an account of the world from the participants, and return the payload."""
    return await mutate(client, "removeSchemeParticipant", **participation(world, scheme_id, name))


def participation(world: World, scheme_id: str, name: str | Role) -> dict[str, str]:
    """Return the input of both mutations."""
    return {"schemeId": scheme_id, "accountId": gid(NodeKind.ACCOUNT, world.accounts[str(name)].id)}


async def notifications(client: Client, **page: Any) -> list[Any]:
    """Fetch the notifications of a client, newest first."""
    found: list[Any] = (await client.run("Notifications", **page))["viewer"]["notifications"]["nodes"]
    return found


async def fetch_messages(client: Client, **page: Any) -> list[str]:
    """Fetch the messages of a client's notifications, newest first."""
    return [found["message"] for found in await notifications(client, **{"first": 200, **page})]


async def unread(client: Client) -> int:
    """Fetch the number of unread notifications."""
    count: int = (await client.run("Notifications", first=1))["viewer"]["unreadCount"]
    return count


async def mark(client: Client, **given: Any) -> Any:
    """Mark notifications as read, and return the payload."""
    return await payload_of(client, "markNotificationsRead", **given)


async def change_account(clients: Clients, name: str | Role, **changes: Any) -> None:
    """Change an account of the world as the administrator. Fields that are not given are reset to the world's."""
    account = clients.world.accounts[str(name)]
    given = {
        "id": gid(NodeKind.ACCOUNT, account.id),
        "displayName": account.display_name,
        "email": account.email,
        "roles": account.roles,
        **changes,
    }
    document = "mutation ($input: UpsertAccountInput!) { upsertAccount(input: $input) { errors { message } } }"
    assert (await clients[Role.ADMIN].send(document, input=given)).data == {"upsertAccount": {"errors": []}}


async def mark_all_read(clients: Clients) -> None:
    """Mark the notifications of every account as read."""
    for name in clients.world.accounts:
        assert (await mark(clients[name], all=True))["errors"] == []


async def unread_by_account(clients: Clients) -> dict[str, list[str]]:
    """Return unread messages by account; accounts without any are left out."""
    found = {name: await fetch_messages(clients[name], unreadOnly=True) for name in clients.world.accounts}
    return {name: messages for name, messages in found.items() if messages}
