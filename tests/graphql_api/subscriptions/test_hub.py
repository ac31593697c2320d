"""The hub under clients that read nothing, access that changes, old events that are deleted, and faults."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.permissions import Role
from domain.requests import Overloaded, StatementTimeout
from graphql_api.context import Environment
from graphql_api.subscriptions.hub import Hub
from graphql_api.subscriptions.sessions import refresh
from resolvers.outbox.feeds import visible_events
from resolvers.outbox.retention import delete_expired_events
from resolvers.webhooks.positions import advance_endpoints_to
from tests.fixtures import LiveServer
from tests.graphql_api.subscriptions.conftest import Complaints, WaitForEvents, wait_for_tailer
from tests.support.client import Client, Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.followed_scheme import ACTIVITY, POLL_ACTIVITY, FollowedScheme, messages_of, polled
from tests.support.idle_subscriptions import Idle, waiting
from tests.support.sockets import connected, until
from tests.support.world import World

Change = Callable[[], Awaitable[None]]


@pytest.fixture
def promote(database_url: str, world: World) -> Change:
    """Gives the second manager one more role."""
    account_id = world.accounts["second manager"].id

    async def add() -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute("INSERT INTO account_role VALUES ($1, 'DESIGNER')", account_id)
        await connection.close()

    return add


@pytest.fixture
def forget(environment: Environment, hub: Hub) -> Change:
    """Delete all events, as retention does, after the hub has delivered them."""

    async def delete() -> None:
        await wait_for_tailer(hub, environment)
        operation = environment.operation(None, fresh=True)
        assert await delete_expired_events(operation, operation.now + timedelta(days=1), advance_endpoints_to) > 0
        await operation.close()

    return delete


async def test_a_cursor_is_never_ahead_of_sent_events(
    hub: Hub, idle: Idle, scheme: FollowedScheme, promote: Change
) -> None:
    """Even if roles change in between: queued events are not sent yet."""
    subscription = await idle.subscribe(scheme)
    begun = hub.cursor_of(subscription)
    assert begun is not None
    await scheme.record("One.")
    assert await waiting(subscription, 1) == ["One."]
    assert hub.cursor_of(subscription) == begun
    await promote()
    await scheme.record("Two.")
    assert await waiting(subscription, 2) == ["One.", "Two."]
    assert hub.cursor_of(subscription) == begun
    first, second = list(subscription.queue)
    subscription.mark_sent(first)
    assert hub.cursor_of(subscription) == first.cursor
    subscription.mark_sent(second)
    # With nothing left to send, it may move on with the stream.
    await scheme.record("Elsewhere.", by=Role.ADMIN)
    assert await waiting(subscription, 1) == ["Elsewhere."]
    assert hub.cursor_of(subscription) == second.cursor


async def test_roles_that_change_while_an_event_is_executed_apply_to_it(  # noqa: PLR0913, PLR0917 - fixtures
    hub: Hub,
    idle: Idle,
    scheme: FollowedScheme,
    promote: Change,
    wait_for_events: WaitForEvents,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is delivered afterwards, once, to subscribers that may still see it."""
    gate = asyncio.Event()

    async def held(*arguments: Any) -> Any:
        await gate.wait()
        return await visible_events(*arguments)

    subscription = await idle.subscribe(scheme)
    begun = hub.cursor_of(subscription)
    monkeypatch.setattr("graphql_api.subscriptions.rendering.visible_events", held)
    await scheme.record("Held.")
    await wait_for_events()
    await promote()
    await scheme.record("After.")
    await wait_for_events()
    assert hub.cursor_of(subscription) == begun
    gate.set()
    assert await waiting(subscription, 2) == ["Held.", "After."]


async def test_deleting_old_events_does_not_affect_live_streams(  # noqa: PLR0913, PLR0917 - fixtures
    live_server: LiveServer,
    clients: Clients,
    scheme: FollowedScheme,
    factory: SchemeFactory,
    promote: Change,
    forget: Change,
) -> None:
    """Neither to a stream in which nothing happened for long, nor to one that began with a cursor of that time."""
    quiet = FollowedScheme(factory, await factory.created("Quiet"))
    await forget()
    second = clients["second manager"]
    _, start = await polled(second, POLL_ACTIVITY, schemeId=scheme.id)
    async with connected(live_server.address, second) as socket:
        streams = [
            await socket.subscribe(ACTIVITY, schemeId=scheme.id, after=start),
            await socket.subscribe(ACTIVITY, schemeId=quiet.id),
        ]
        await scheme.record("Long ago.")
        assert messages_of([await streams[0].next()]) == ["Long ago."]
        await forget()
        await promote()
        for followed, stream in zip((scheme, quiet), streams, strict=True):
            await followed.record("Now.")
            assert messages_of([await stream.next()]) == ["Now."]


async def test_a_late_rejection_ends_no_other_subscription(
    hub: Hub, idle: Idle, scheme: FollowedScheme, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It belongs to its group until its client has received the error."""
    start = hub.cursor_of(await idle.subscribe(scheme))
    idle.leave()
    await scheme.record("Missed.")
    await wait_for_tailer(hub, environment)
    first = await idle.subscribe(scheme)

    async def gone(*_arguments: Any) -> None:
        """Retention was quicker."""

    with monkeypatch.context() as patched:
        patched.setattr("graphql_api.subscriptions.event_group.read_missed", gone)
        rejected = await idle.subscribe(scheme, start)
        await until(lambda: rejected.errors is not None)
    assert [error.extensions for error in rejected.errors or ()] == [{"code": "CURSOR_EXPIRED"}]
    hub.unsubscribe(first)
    later = await idle.subscribe(scheme)
    hub.unsubscribe(rejected)
    await scheme.record("For the one who is left.")
    assert (await waiting(later, 1))[-1] == "For the one who is left."


@pytest.mark.parametrize(
    ("error", "complaint"),
    [(Overloaded, "interrupted"), (StatementTimeout, "interrupted"), (LookupError, "failed")],
)
async def test_neither_a_busy_database_nor_a_bug_stops_a_stream(  # noqa: PLR0913, PLR0917 - fixtures
    live_server: LiveServer,
    clients: Clients,
    scheme: FollowedScheme,
    complaints: Complaints,
    promote: Change,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
    complaint: str,
) -> None:
    """If reading the accounts fails, the hub reads them again before it delivers any event."""
    real, failures = refresh, [error(), error()]

    async def busy(*arguments: Any) -> Any:
        if failures:
            raise failures.pop()
        return await real(*arguments)

    async with connected(live_server.address, clients["second manager"]) as socket:
        stream = await socket.subscribe(ACTIVITY, schemeId=scheme.id)
        await socket.synchronize()
        monkeypatch.setattr("graphql_api.subscriptions.hub.refresh", busy)
        await promote()
        await scheme.record("Told all the same.")
        assert messages_of([await stream.next()]) == ["Told all the same."]
    assert not failures
    assert [line["event"] for line in complaints.take()] == [f"event stream {complaint}"] * 2


async def test_internal_errors_are_masked(  # noqa: PLR0913, PLR0917 - fixtures
    live_server: LiveServer,
    analyst: Client,
    scheme: FollowedScheme,
    complaints: Complaints,
    wait_for_events: WaitForEvents,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A client gets a reference and no detail, wherever it goes wrong; the connection and other streams go on."""

    async def broken(*_arguments: Any, **_named: Any) -> Any:
        message = "the secret of the house"
        raise RuntimeError(message)

    async with connected(live_server.address, analyst) as socket:
        for place in ("requests.open_subscription", "rendering.visible_events"):
            with monkeypatch.context() as patched:
                patched.setattr(f"graphql_api.subscriptions.{place}", broken)
                stream = await socket.subscribe(ACTIVITY, schemeId=scheme.id)
                await socket.synchronize()
                await scheme.record("Not delivered.")
                (error,) = await stream.errors()
                await wait_for_events()
            reference = error["extensions"].pop("reference")
            assert error == {
                "message": f"Something went wrong on our side. Quote the reference {reference} when you report it.",
                "extensions": {"code": "INTERNAL_SERVER_ERROR"},
            }
            (line,) = complaints.take()
            assert (line["event"], line["reference"]) == ("operation failed", reference)
        stream = await socket.subscribe(ACTIVITY, schemeId=scheme.id)
        await socket.synchronize()
        await scheme.record("Told.")
        assert messages_of([await stream.next()])[-1:] == ["Told."]
