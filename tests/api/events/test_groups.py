"""Groups at their limits: what comes at the last moment, what is too much, and places that are never ahead."""

import asyncio
from typing import Any

import pytest

from db.event_rows import EventRow, StreamRow
from domain.events import Position
from domain.permissions import Viewer
from graphql_api.context import Environment
from graphql_api.events import Hub
from graphql_api.events.endings import TOO_SLOW
from graphql_api.events.groups import EventGroup, Stage
from graphql_api.events.rendering import Rendered, Renderer
from graphql_api.events.sessions import Session
from graphql_api.events.subscription import Asked, Delivery, Subscription
from resolvers.accounts.read import SignedIn
from resolvers.events.feeds import Feed, shown_events
from resolvers.schemes.activity import SCHEME_ACTIVITY
from tests.api.events.acts import KIND, FollowedScheme
from tests.api.events.conftest import caught_up
from tests.api.events.idle import Idle, waiting
from tests.api.events.sockets import until
from tests.factories.clock import TestClock
from tests.factories.world import World, key


class Rendering(Renderer):
    """Renders at once, and calls something right before it is done."""

    def __init__(self) -> None:
        self.before_the_end: list[Any] = []

    async def event(self, asked: Asked, feed: Feed, event: EventRow, stream: StreamRow, viewer: Viewer) -> Rendered:
        """The id of the event."""
        del asked, feed, stream, viewer
        if self.before_the_end:
            asyncio.get_running_loop().call_soon(self.before_the_end.pop())
        return Rendered(Delivery(str(event.id), str(event.id)), personal=False)


async def test_an_event_that_comes_just_when_there_is_nothing_left_to_do(
    environment: Environment, world: World, clock: TestClock
) -> None:
    """It is told all the same, and until then the group is not ahead of it."""
    rendering, places = Rendering(), []
    stage = Stage(environment, rendering)
    signed_in = SignedIn(world.viewer("second manager"), world.accounts["second manager"])
    session = Session(signed_in, lambda _ending: None)
    asked = Asked("", {}, None)
    group = EventGroup(stage, asked, Feed(SCHEME_ACTIVITY, key("scheme")), lambda: None)
    subscription = Subscription(asked, session, Position(0, 0), lambda _subscription: None)
    group.join(subscription)
    events = [EventRow(1, number, KIND, key("activity"), key("scheme"), None, clock()) for number in (1, 2)]

    def dispatch(event: EventRow) -> None:
        group.enqueue(event)
        stage.tip = event.position
        places.append(group.reached(subscription))

    await asyncio.sleep(0)
    rendering.before_the_end.append(lambda: dispatch(events[1]))
    dispatch(events[0])
    await until(lambda: len(subscription.queue) == 2)
    assert [delivery.text for delivery in subscription.queue] == ["1", "2"]
    assert places == [Position(0, 0), events[0].position]
    await until(lambda: group.reached(subscription) == events[1].position)
    group.leave(subscription)


async def test_nothing_comes_behind_a_gap(
    hub: Hub, idle: Idle, scheme: FollowedScheme, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even when there is room again before the connection is really closed; its place is in front of the gap."""
    monkeypatch.setattr("graphql_api.events.subscription.QUEUE", 2)
    subscription = await idle.subscribe(scheme)
    await scheme.act("One.", "Two.", "Lost.")
    await until(lambda: idle.endings)
    assert idle.endings == [TOO_SLOW]
    assert await waiting(subscription, 2) == ["One.", "Two."]
    first, second = list(subscription.queue)
    for delivery in (first, second):
        subscription.sent(delivery)
    witness = await idle.subscribe(scheme)
    await scheme.act("Behind.")
    assert (await waiting(witness, 1))[-1] == "Behind."
    assert not subscription.queue
    assert hub.cursor_of(subscription) == second.cursor


async def test_too_much_at_once_ends_everybody_where_they_stand(
    hub: Hub, idle: Idle, scheme: FollowedScheme, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events that come faster than they are executed; their places are in front of what was thrown away."""
    monkeypatch.setattr("graphql_api.events.groups.BACKLOG", 3)
    gate = asyncio.Event()

    async def held(*arguments: Any) -> Any:
        await gate.wait()
        return await shown_events(*arguments)

    first, second = [await idle.subscribe(scheme) for _ in range(2)]
    begun = [hub.cursor_of(first), hub.cursor_of(second)]
    monkeypatch.setattr("graphql_api.events.rendering.shown_events", held)
    await scheme.act("Held.", "1", "2", "3", "Too much.")
    await until(lambda: len(idle.endings) == 2)
    assert idle.endings == [TOO_SLOW, TOO_SLOW]
    gate.set()
    await caught_up(hub, environment)
    witness = await idle.subscribe(scheme)
    await scheme.act("Later.")
    assert (await waiting(witness, 1))[-1] == "Later."
    assert [hub.cursor_of(first), hub.cursor_of(second)] == begun
