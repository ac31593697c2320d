"""An event is executed once for subscribers with equal answers, and separately where answers differ."""

from typing import Any

from domain.permissions import Role
from graphql_api.subscriptions.hub import Hub
from tests.fixtures import LiveServer
from tests.graphql_api.subscriptions.conftest import WaitForEvents, joined
from tests.support.client import Client, Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.followed_scheme import ACTIVITY, POLL_ACTIVITY, FollowedScheme, messages_of, polled
from tests.support.sockets import Stream, connected, following

ACTIONS = """subscription ($schemeId: ID!) {
    schemeActivity(schemeId: $schemeId) { activity { kind scheme { title viewerActions } } } }"""
TITLES = "subscription ($schemeId: ID!) { schemeActivity(schemeId: $schemeId) { activity { scheme { title } } } }"
EVENTS = ["1", "2", "3", "4", "5"]


async def test_many_followers_cost_one_execution_an_event(
    live_server: LiveServer, clients: Clients, scheme: FollowedScheme, hub: Hub, wait_for_events: WaitForEvents
) -> None:
    """Thirty subscribers of two accounts with one role, with different cursors. They also share missed events."""
    managers = [clients[Role.PROGRAM_MANAGER], clients["second manager"]]
    _, start = await polled(managers[0], POLL_ACTIVITY, schemeId=scheme.id)
    await scheme.record(*EVENTS)
    await wait_for_events()
    page = (await managers[0].send(POLL_ACTIVITY, schemeId=scheme.id, after=start)).data["page"]
    places = [start, *(edge["cursor"] for edge in page["edges"])]
    before = hub.counts()
    async with (
        connected(live_server.address, managers[0]) as first,
        connected(live_server.address, managers[1]) as other,
    ):
        streams = [
            (
                number % 6,
                await (first, other)[number % 2].subscribe(ACTIVITY, schemeId=scheme.id, after=places[number % 6]),
            )
            for number in range(30)
        ]
        for socket in (first, other):
            await socket.synchronize()
        await joined(hub, subscriptions=30, groups=1)
        replayed = [await stream.many(5 - place) for place, stream in streams]
        await scheme.record("6", "7")
        live = [await stream.many(2) for _, stream in streams]
    received = [messages_of([*missed, *new]) for missed, new in zip(replayed, live, strict=True)]
    assert received == [[*EVENTS[place:], "6", "7"] for place, _ in streams]
    after = hub.counts()
    assert after.executions - before.executions == 7
    assert after.delivered - before.delivered == sum(map(len, received))


async def test_different_subscriptions_are_executed_separately(
    live_server: LiveServer, clients: Clients, analyst: Client, scheme: FollowedScheme, hub: Hub
) -> None:
    """Another role, another document, another operation of it, other variables; over whatever transport."""
    named = ACTIVITY.replace("subscription", "subscription A") + ACTIVITY.replace("subscription", "subscription B")
    flagged = ACTIVITY.replace("$after", "$shown: Boolean! $after", 1).replace(
        "message", "message @include(if: $shown)"
    )
    async with (
        connected(live_server.address, analyst) as one,
        connected(live_server.address, clients[Role.ADMIN]) as two,
        following(analyst, ACTIVITY, schemeId=scheme.id, unknown=1) as stream,
    ):
        streams: list[Stream] = [
            await one.subscribe(ACTIVITY, schemeId=scheme.id, other=[2]),
            await two.subscribe(ACTIVITY, schemeId=scheme.id),
            await one.subscribe(f"{ACTIVITY} ", schemeId=scheme.id),
            await one.subscribe(named, operation_name="A", schemeId=scheme.id),
            await one.subscribe(named, operation_name="B", schemeId=scheme.id),
            await one.subscribe(flagged, schemeId=scheme.id, shown=True),
            await two.subscribe(flagged, schemeId=scheme.id, shown=False),
        ]
        for socket in (one, two):
            await socket.synchronize()
        await joined(hub, subscriptions=8, groups=7)
        before = hub.counts().executions
        await scheme.record("Here.")
        events = [*[await found.next() for found in streams], await stream.next()]
    activities = [event.data["schemeActivity"]["activity"] for event in events]
    assert activities == [*[{"message": "Here."}] * 6, {}, {"message": "Here."}]
    assert hub.counts().executions - before == 7


async def test_answers_that_differ_between_accounts_are_not_shared(
    live_server: LiveServer,
    approvers: tuple[Client, Client],
    factory: SchemeFactory,
    hub: Hub,
    wait_for_events: WaitForEvents,
) -> None:
    """A submitter cannot approve the scheme. Until that matters to the document, answers are shared."""
    scheme = FollowedScheme(factory, await factory.complete())
    await wait_for_events()
    first, second = approvers
    async with connected(live_server.address, first) as one, connected(live_server.address, second) as two:
        sockets = (one, one, two)
        actions = [await socket.subscribe(ACTIONS, schemeId=scheme.id) for socket in sockets]
        titles = [await socket.subscribe(TITLES, schemeId=scheme.id) for socket in sockets]
        for socket in (one, two):
            await socket.synchronize()
        await joined(hub, subscriptions=6, groups=2)
        before = hub.counts().executions
        await scheme.record("Nobody has submitted it.")
        assert [await offered(stream) for stream in actions] == [["EDIT", "SUBMIT"]] * 3
        await received(titles)
        assert hub.counts().executions - before == 2
        await factory.submitted(scheme.key, by="manager and approver")
        deciding = ["APPROVE", "REQUEST_CHANGES", "REJECT"]
        assert [await offered(stream) for stream in actions] == [["EDIT"], ["EDIT"], ["EDIT", *deciding]]
        await received(titles)
        # Once for each account, on however many connections, and once for both of them.
        assert hub.counts().executions - before == 2 + 3


async def offered(stream: Stream) -> Any:
    """Return the actions offered to a viewer."""
    return (await stream.next()).data["schemeActivity"]["activity"]["scheme"]["viewerActions"]


async def received(streams: list[Stream]) -> None:
    """Take the next event of each, which are the same."""
    events = [await stream.next() for stream in streams]
    assert [event.payload for event in events] == [events[0].payload] * len(streams)
