"""A real server with an identity provider: keys that come later, and sockets before and after (R18, R25)."""

import pytest

from db.database import Database
from domain.permissions import Role
from graphql_api.context import Environment
from graphql_api.settings import Settings
from tests.fixtures import LiveServer
from tests.support.client import Client, Clients, http_client
from tests.support.mutations.ecps import mutate, registration_input
from tests.support.oidc_provider import OidcProvider
from tests.support.sockets import Closed, connected, until
from tests.support.world import build_world

FIRST = "You have no account yet. Register first, with the mutation registerEcp."
LOST = "This credential no longer opens an account: it was revoked, or the account is disabled."
FOLLOW = "subscription { notificationAdded { notification { id } } }"


async def test_a_person_registers_connects_and_is_unlinked(
    own_database: tuple[Database, str], oidc_settings: Settings, provider: OidcProvider
) -> None:
    """The server fetches keys by itself; an unlinked identity loses its connections."""
    database, _url = own_database
    world = await build_world(Environment(database=database))
    provider.requests.clear()
    live = LiveServer(database, oidc_settings)
    async with live.running(), http_client(live.address) as http:
        await until(lambda: provider.fetches)
        asha = Client(http, {"Authorization": f"Bearer {provider.token('asha', email='asha@example.org')}"})
        with pytest.raises(Closed) as closed:
            async with connected(live.address, asha):
                pass
        assert (closed.value.code, closed.value.reason) == (4403, FIRST)
        await mutate(asha, "registerEcp", **registration_input(world))
        async with connected(live.address, asha) as socket:
            await socket.subscribe(FOLLOW)
            await socket.synchronize()
            admin = Clients(http, world, oidc_settings)[Role.ADMIN]
            account = (await asha.send("{ viewer { account { id } } }")).data["viewer"]["account"]
            named = {"accountId": account["id"], "issuer": provider.issuer, "subject": "asha"}
            assert (await admin.run("UnlinkIdentity", input=named))["unlinkIdentity"]["errors"] == []
            assert await socket.ended() == (4403, LOST)
        assert provider.fetches == 1
