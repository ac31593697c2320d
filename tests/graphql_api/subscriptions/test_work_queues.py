"""Work queue subscriptions: the current state at once, then every change for the viewer."""

from msgspec import structs

from db.accounts.changes import put_account
from domain.permissions import Role
from graphql_api.context import Environment
from graphql_api.subscriptions.hub import Hub
from tests.fixtures import LiveServer
from tests.graphql_api.subscriptions.conftest import WaitForEvents
from tests.support.client import Client, Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.followed_scheme import QUEUES, FollowedScheme
from tests.support.sockets import SseStream, Stream, connected, following
from tests.support.world import World

MANAGER = [
    "DRAFTS_TO_COMPLETE",
    "CHANGES_REQUESTED",
    "REVIEW_PENDING",
    "ENROLLMENTS_TO_DECIDE",
    "ECPS_TO_VERIFY",
    "ADJUSTMENTS_TO_DECIDE",
    "PARKED_SALES",
    "SETTLEMENT_PENDING",
]
DESIGNER = ["ARTWORK_TO_UPLOAD", "ARTWORK_REVISIONS"]
Counts = dict[str, int]


async def counts(stream: Stream | SseStream) -> Counts:
    """The counts of the next state; queues without anything in them are left out."""
    queues = (await stream.next()).data["workQueuesChanged"]
    return {queue["key"]: queue["count"] for queue in queues if queue["count"]}


async def test_the_state_comes_at_once_and_then_when_it_has_changed(
    live_server: LiveServer, clients: Clients, scheme: FollowedScheme, factory: SchemeFactory
) -> None:
    """Changes without effect for the viewer are not delivered, as the next state shows."""
    manager = clients[Role.PROGRAM_MANAGER]
    async with connected(live_server.address, manager) as socket, following(manager, QUEUES) as other:
        stream = await socket.subscribe(QUEUES)
        first = await stream.next()
        assert [queue["key"] for queue in first.data["workQueuesChanged"]] == MANAGER
        assert first.payload.keys() == {"data"}
        assert await counts(other) == {"DRAFTS_TO_COMPLETE": 1}
        await scheme.record("Nothing that would count.")
        await factory.created("Another")
        assert await counts(stream) == await counts(other) == {"DRAFTS_TO_COMPLETE": 2}
        assert other.last_id is None


async def test_a_work_queue_subscription_needs_no_cursor(live_server: LiveServer, clients: Clients) -> None:
    """The current state comes first. A browser that sends a cursor is answered as well."""
    manager = clients[Role.PROGRAM_MANAGER]
    async with connected(live_server.address, manager) as socket:
        (error,) = await (await socket.subscribe(QUEUES.replace("Changed", 'Changed(after: "x")'))).errors()
        assert error["message"] == "Unknown argument 'after' on field 'Subscription.workQueuesChanged'."
    async with following(manager, QUEUES, {"Last-Event-ID": "x"}) as stream:
        assert await counts(stream) == {}


async def test_counts_of_managers_are_separate(
    live_server: LiveServer, clients: Clients, scheme: FollowedScheme, factory: SchemeFactory, hub: Hub
) -> None:
    """Each change is counted for each manager, whose own adjustments do not count."""
    both = (clients[Role.PROGRAM_MANAGER], clients["second manager"])
    async with connected(live_server.address, both[0]) as one, connected(live_server.address, both[1]) as two:
        streams = [await socket.subscribe(QUEUES) for socket in (one, two)]
        assert [await counts(stream) for stream in streams] == [{"DRAFTS_TO_COMPLETE": 1}] * 2
        assert hub.counts().groups == 1
        before = hub.counts().executions
        for number in range(2, 5):
            await factory.created(f"Scheme {number}")
            assert [await counts(stream) for stream in streams] == [{"DRAFTS_TO_COMPLETE": number}] * 2
        assert hub.counts().executions - before == 2 * 3


async def test_counts_of_approvers_are_separate(
    live_server: LiveServer,
    approvers: tuple[Client, Client],
    factory: SchemeFactory,
    hub: Hub,
    wait_for_events: WaitForEvents,
) -> None:
    """A submission waits for the other approver."""
    key = await factory.complete()
    await wait_for_events()
    async with connected(live_server.address, approvers[0]) as one, connected(live_server.address, approvers[1]) as two:
        streams = [await socket.subscribe(QUEUES) for socket in (one, two)]
        assert [await counts(stream) for stream in streams] == [{"REVIEW_PENDING": 1}] * 2
        assert hub.counts().groups == 1
        before = hub.counts().executions
        await factory.submitted(key, by="manager and approver")
        assert [await counts(stream) for stream in streams] == [{}, {"APPROVAL_PENDING": 1}]
        assert hub.counts().executions - before == 2


async def test_a_role_that_is_added_adds_its_queues(
    live_server: LiveServer, clients: Clients, scheme: FollowedScheme, world: World, environment: Environment
) -> None:
    """At once, although nothing has happened to a scheme; one that is taken away takes them along."""
    account = world.accounts["second manager"]
    async with connected(live_server.address, clients["second manager"]) as socket:
        stream = await socket.subscribe(QUEUES)
        assert await counts(stream) == {"DRAFTS_TO_COMPLETE": 1}
        for roles in ([Role.PROGRAM_MANAGER, Role.DESIGNER], [Role.DESIGNER], [Role.PROGRAM_MANAGER]):
            async with environment.database.writing() as session:
                await put_account(session, structs.replace(account, roles=[role.value for role in roles]))
            queues = (await stream.next()).data["workQueuesChanged"]
            expected = {
                *(MANAGER if Role.PROGRAM_MANAGER in roles else ()),
                *(DESIGNER if Role.DESIGNER in roles else ()),
            }
            assert {queue["key"] for queue in queues} == expected
