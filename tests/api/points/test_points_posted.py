"""The subscription pointsPosted: each ECP gets its own postings, and resumes without missing one (R22)."""

from domain.permissions import Role
from tests.fixtures import LiveServer
from tests.support.adjustments import adjusted
from tests.support.client import Clients, document
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.ledger_desk import Line
from tests.support.ledger_story import LedgerStory, day
from tests.support.sockets import connected, following
from tests.support.world import World


async def test_an_ecp_gets_its_own_postings_and_resumes(
    clients: Clients, live_server: LiveServer, enrollments: EnrollmentFactory, clock: TestClock, world: World
) -> None:
    """R22: an event has everything that one change recorded for the ECP, over both transports."""
    story = LedgerStory(enrollments, clock, world)
    await story.begin()
    binod = await enrollments.ecps.verified("Binod Thapa")
    await enrollments.enrolled(story.scheme_id, binod)
    (other,) = [account for account, found in world.ecps.items() if found == binod]
    text = document("mobile/PointsPosted")
    async with following(clients[Role.ECP], text) as own, following(clients.of(other), text) as others:
        await story.may()
        events = [(await own.next()).data["pointsPosted"] for _ in range(3)]
        assert [event["points"] for event in events] == [85, 45, 47]
        assert [[entry["points"] for entry in event["entries"]["nodes"]] for event in events] == [
            [5, 80],
            [5, 40],
            [2, 5, 40],
        ]
        assert events[2]["entries"]["totalCount"] == 3
        await story.desk.sell(binod, "B-1", day(5, 16), Line("AMB-1L", 1))
        foreign = (await others.next()).data["pointsPosted"]
        assert (foreign["points"], foreign["balance"]["total"]) == (15, 15)
        assert foreign["entries"]["nodes"][0]["balanceAfter"] == 15
    await story.june()
    async with connected(live_server.address, clients[Role.ECP]) as socket:
        stream = await socket.subscribe(text, after=events[1]["cursor"])
        missed = [(await stream.next()).data["pointsPosted"] for _ in range(3)]
        assert [event["points"] for event in missed] == [47, 39, -91]
        assert [entry["points"] for entry in missed[2]["entries"]["nodes"]] == [-2, -4, -5, -80]
        assert missed[2]["balance"]["total"] == 125


async def test_others_cannot_subscribe(clients: Clients, live_server: LiveServer) -> None:
    """Neither a vendor nor staff who are no ECPs."""
    found = {}
    for role in (Role.PROGRAM_MANAGER, Role.VENDOR):
        async with connected(live_server.address, clients[role]) as socket:
            stream = await socket.subscribe(document("mobile/PointsPosted"))
            (found[role],) = await stream.errors()
    manager, vendor = found[Role.PROGRAM_MANAGER], found[Role.VENDOR]
    message = "Your account is not an ECP, so no points are posted to it. Read the points of an ECP with `Ecp.ledger`."
    assert (manager["message"], manager["extensions"]) == (message, {"code": "FORBIDDEN"})
    assert vendor["message"].startswith("Your roles do not allow this.")


async def test_an_adjustment_arrives(
    clients: Clients, live_server: LiveServer, enrollments: EnrollmentFactory, clock: TestClock, world: World
) -> None:
    story = LedgerStory(enrollments, clock, world)
    await story.begin()
    async with following(clients[Role.ECP], document("mobile/PointsPosted")) as events:
        await adjusted(enrollments.schemes, story.ecp_id, story.scheme_id, 50)
        event = (await events.next()).data["pointsPosted"]
    assert (event["points"], [entry["kindLabel"] for entry in event["entries"]["nodes"]]) == (50, ["Adjustment"])
