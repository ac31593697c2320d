"""Groups at their limits: late events, overload, and positions that are never ahead."""

import asyncio
from typing import Any

import pytest

from db.outbox.rows import EventRow, StreamRow
from domain.events import Position, SubjectKind
from domain.viewers import Viewer
from graphql_api.context import Environment
from graphql_api.subscriptions.close_reasons import TOO_SLOW
from graphql_api.subscriptions.event_group import EventGroup
from graphql_api.subscriptions.group import StreamState
from graphql_api.subscriptions.hub import Hub
from graphql_api.subscriptions.rendering import Rendered, Renderer
from graphql_api.subscriptions.requests import SubscriptionRequest
from graphql_api.subscriptions.sessions import Session
from graphql_api.subscriptions.subscription import QUEUE_LIMIT, RenderedAnswer, Subscription
from resolvers.accounts.viewers import SignedIn
from resolvers.outbox.feeds import Feed, Stream, visible_events
from resolvers.schemes.activity_feed import SCHEME_ACTIVITY
from tests.graphql_api.subscriptions.conftest import wait_for_tailer
from tests.support.followed_scheme import KIND, FollowedScheme
from tests.support.idle_subscriptions import Idle, waiting
from tests.support.sockets import until
from tests.support.world import BEGINNING, World, key

REQUEST = SubscriptionRequest("", {}, None)


class Rendering(Renderer):
    """Renders at once, and calls something right before it is done."""

    def __init__(self) -> None:
        self.before_the_end: list[Any] = []

    async def render_event(
        self, request: SubscriptionRequest, feed: Feed, event: EventRow, stream: StreamRow, viewer: Viewer
    ) -> Rendered:
        """The id of the event."""
        del request, feed, stream, viewer
        if self.before_the_end:
            asyncio.get_running_loop().call_soon(self.before_the_end.pop())
        return Rendered(RenderedAnswer(str(event.id), str(event.id)), personal=False)


class Table:
    """A group on its own stream, to which the test dispatches events."""

    def __init__(self, environment: Environment, world: World, stream: Stream = SCHEME_ACTIVITY) -> None:
        self.rendering = Rendering()
        self._state = StreamState(environment, self.rendering)
        self._signed_in = SignedIn(world.viewer("second manager"), world.accounts["second manager"])
        self.group = EventGroup(
            state=self._state, request=REQUEST, feed=Feed(stream, key("scheme")), on_empty=lambda: None
        )

    async def joined(self, position: Position) -> Subscription:
        """A live subscription that has got so far already."""
        session = Session(self._signed_in, lambda _reason: None)
        subscription = Subscription(request=REQUEST, session=session, start=position, wake=lambda _subscription: None)
        self.group.join(subscription)
        await asyncio.sleep(0)
        return subscription

    def dispatch(self, *numbers: int) -> None:
        """Let events with these ids happen."""
        for number in numbers:
            event = EventRow(
                xid=1,
                id=number,
                kind=KIND,
                object_id=key("activity"),
                subject_kinds=[SubjectKind.SCHEME],
                subject_ids=[key("scheme")],
                recorded_at=BEGINNING,
            )
            self.group.enqueue(event)
            self._state.tip = event.position


@pytest.fixture
def table(environment: Environment, world: World) -> Table:
    """A group that nobody has joined."""
    return Table(environment, world)


async def test_an_event_during_the_last_rendering_is_delivered(table: Table) -> None:
    """It is delivered, and until then the group's position is not ahead of it."""
    places = []

    def last() -> None:
        table.dispatch(2)
        places.append(table.group.position_of(subscription))

    subscription = await table.joined(Position(0, 0))
    table.rendering.before_the_end.append(last)
    table.dispatch(1)
    assert table.group.position_of(subscription) == Position(0, 0)
    await until(lambda: len(subscription.queue) == 2)
    assert [delivery.text for delivery in subscription.queue] == ["1", "2"]
    assert places == [Position(1, 1)]
    await until(lambda: table.group.position_of(subscription) == Position(1, 2))


async def test_the_last_of_many_events_stands_for_all_where_they_coalesce(
    environment: Environment, world: World
) -> None:
    """R17: events that come while one is rendered are delivered as one, and the position is behind all of them."""
    stream = Stream("a state", SCHEME_ACTIVITY.kinds, SubjectKind.SCHEME, coalesces=True)
    table = Table(environment, world, stream)
    subscription = await table.joined(Position(0, 0))
    table.rendering.before_the_end.append(lambda: table.dispatch(2, 3, 4))
    table.dispatch(1)
    await until(lambda: len(subscription.queue) == 2)
    assert [delivery.text for delivery in subscription.queue] == ["1", "4"]
    await until(lambda: table.group.position_of(subscription) == Position(1, 4))


async def test_a_subscriber_ahead_of_its_group_gets_no_event_twice(table: Table) -> None:
    """A page that was read may be newer than what the tailer has seen."""
    behind, ahead = [await table.joined(Position(1, number)) for number in (0, 2)]
    table.dispatch(1, 2, 3)
    await until(lambda: len(behind.queue) == 3)
    assert [delivery.text for delivery in behind.queue] == ["1", "2", "3"]
    assert [delivery.text for delivery in ahead.queue] == ["3"]
    assert table.group.position_of(ahead) == Position(1, 3)


async def test_no_event_is_delivered_after_a_gap(
    hub: Hub, idle: Idle, scheme: FollowedScheme, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the queue has room before the connection closes. The position is before the gap."""
    monkeypatch.setattr("graphql_api.subscriptions.subscription.QUEUE_LIMIT", 2)
    subscription = await idle.subscribe(scheme)
    await scheme.record("One.", "Two.", "Lost.")
    await until(lambda: idle.close_reasons)
    assert idle.close_reasons == [TOO_SLOW]
    assert await waiting(subscription, 2) == ["One.", "Two."]
    first, second = list(subscription.queue)
    for delivery in (first, second):
        subscription.mark_sent(delivery)
    witness = await idle.subscribe(scheme)
    await scheme.record("Behind.")
    assert (await waiting(witness, 1))[-1] == "Behind."
    assert not subscription.queue
    assert hub.cursor_of(subscription) == second.cursor


async def test_an_overload_ends_every_subscription_at_its_position(
    hub: Hub, idle: Idle, scheme: FollowedScheme, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events arrive faster than they are executed. Positions are before the dropped events."""
    monkeypatch.setattr("graphql_api.subscriptions.event_group.BACKLOG_LIMIT", 3)
    gate = asyncio.Event()

    async def held(*arguments: Any) -> Any:
        await gate.wait()
        return await visible_events(*arguments)

    first, second = [await idle.subscribe(scheme) for _ in range(2)]
    begun = [hub.cursor_of(first), hub.cursor_of(second)]
    monkeypatch.setattr("graphql_api.subscriptions.rendering.visible_events", held)
    await scheme.record("Held.", "1", "2", "3", "Too much.")
    await until(lambda: len(idle.close_reasons) == 2)
    assert idle.close_reasons == [TOO_SLOW, TOO_SLOW]
    gate.set()
    await wait_for_tailer(hub, environment)
    witness = await idle.subscribe(scheme)
    await scheme.record("Later.")
    assert (await waiting(witness, 1))[-1] == "Later."
    assert not first.queue
    assert not second.queue
    assert [hub.cursor_of(first), hub.cursor_of(second)] == begun


async def test_a_replay_waits_for_its_client_and_ends_with_it(
    hub: Hub, idle: Idle, scheme: FollowedScheme, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most half a queue ahead of the client, and not forever."""
    begun = hub.cursor_of(await idle.subscribe(scheme))
    idle.leave()
    await scheme.burst(300, "Missed.")
    await wait_for_tailer(hub, environment)
    tasks = asyncio.all_tasks()
    left = await idle.subscribe(scheme, begun)
    assert await waiting(left, QUEUE_LIMIT // 2) == ["Missed."] * (QUEUE_LIMIT // 2)
    assert asyncio.all_tasks() > tasks
    hub.unsubscribe(left)
    await until(lambda: asyncio.all_tasks() <= tasks)
    assert idle.close_reasons == []
    monkeypatch.setattr("graphql_api.subscriptions.subscription.READ_TIMEOUT_S", 0.05)
    unread = await idle.subscribe(scheme, begun)
    await until(lambda: idle.close_reasons)
    assert idle.close_reasons == [TOO_SLOW]
    assert len(unread.queue) == QUEUE_LIMIT // 2
    assert hub.cursor_of(unread) == begun
