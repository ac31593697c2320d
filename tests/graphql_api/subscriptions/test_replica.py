"""A lagging replica loses no event and grants no revoked access."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import pytest
from sqlalchemy import make_url

from db.database import Database
from db.metadata import METADATA
from graphql_api.settings import Settings
from tests.fixtures import LiveServer
from tests.graphql_api.subscriptions.conftest import Complaints
from tests.support.application import application_url
from tests.support.client import Client, Clients, http_client
from tests.support.clock import TestClock
from tests.support.followed_scheme import ACTIVITY, NOTIFICATIONS, QUEUES, FollowedScheme, messages_of
from tests.support.sockets import connected, following, refusal
from tests.support.world import World


@pytest.fixture
async def stale_url(database_url: str, scheme: FollowedScheme) -> AsyncIterator[str]:
    """The address of a replica that is frozen at this moment."""
    copies = "".join(
        f'CREATE TABLE stale."{table.name}" AS TABLE public."{table.name}";' for table in METADATA.sorted_tables
    )
    connection = await asyncpg.connect(database_url)
    usable = "GRANT USAGE ON SCHEMA stale TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA stale TO PUBLIC;"
    await connection.execute(f"CREATE SCHEMA stale; {copies} {usable}")
    replica = make_url(application_url(database_url)).update_query_dict({"search_path": "stale,public"})
    yield replica.render_as_string(hide_password=False)
    await connection.execute("DROP SCHEMA stale CASCADE")
    await connection.close()


@pytest.fixture
async def behind(
    database_url: str, stale_url: str, settings: Settings, clock: TestClock, complaints: Complaints
) -> AsyncIterator[LiveServer]:
    """A server that reads from there."""
    live = LiveServer(await Database.connect(application_url(database_url), read_url=stale_url, pool_size=4), settings)
    live.clock = clock
    complaints.attach()
    async with live.running():
        yield live


async def test_events_are_read_from_the_primary(behind: LiveServer, clients: Clients, scheme: FollowedScheme) -> None:
    """The replica has neither their objects nor the changed queue counts yet."""
    second = clients["second manager"]
    async with connected(behind.address, second) as socket:
        activity = await socket.subscribe(ACTIVITY, schemeId=scheme.id)
        notifications = await socket.subscribe(NOTIFICATIONS)
        await socket.synchronize()
        await scheme.record("New.")
        assert messages_of([await activity.next(), await notifications.next()]) == ["New.", "New."]


async def test_roles_are_those_of_the_primary(
    behind: LiveServer, clients: Clients, scheme: FollowedScheme, world: World, database_url: str
) -> None:
    """The replica still has the removed manager role; sign-in does not grant it."""
    account_id = world.accounts["second manager"].id
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM account_role WHERE account_id = $1", account_id)
    await connection.close()
    second = clients["second manager"]
    async with AsyncExitStack() as stack:
        socket = await stack.enter_async_context(connected(behind.address, second))
        (error,) = await (await socket.subscribe(ACTIVITY, schemeId=scheme.id)).errors()
        assert error["extensions"]["code"] == "FORBIDDEN"
        http = await stack.enter_async_context(http_client(behind.address))
        stream = await stack.enter_async_context(following(Client(http, second.headers), QUEUES))
        assert [found["extensions"]["code"] for found in await refusal(stream.response)] == ["FORBIDDEN"]
