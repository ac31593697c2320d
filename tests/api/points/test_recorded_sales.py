"""The ledger of sales that a system reports over HTTP: returns, corrections, and sales that move (R20, R22)."""

from typing import Any
from uuid import UUID

import pytest

from domain.permissions import Role
from tests.support.client import Client, Clients, document
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.ledger_story import LedgerStory, day
from tests.support.sales import Till, line, sale
from tests.support.world import World

SALE = """query ($source: String!, $id: String!) { sale(source: $source, externalId: $id) {
  points entries { totalCount nodes { id } } lines { quantity netQuantity verdicts { rule { name } } }
} }"""


@pytest.fixture
async def story(enrollments: EnrollmentFactory, clock: TestClock, world: World) -> LedgerStory:
    """The scheme and the ECP, on 20 May."""
    made = LedgerStory(enrollments, clock, world)
    await made.begin()
    clock.now = day(5, 20)
    return made


async def entries(client: Client) -> list[tuple[int, str]]:
    """The points and the sentence of each entry of the viewer, in order."""
    found = (await client.send(document("mobile/Ledger"), first=100)).data["viewer"]["ecp"]["ledger"]["nodes"]
    return [(entry["points"], entry["sentence"]) for entry in found[::-1]]


async def test_returns_and_corrections_are_told_apart(clients: Clients, story: LedgerStory) -> None:
    """R22: and a system sees the points of its sales, without entries and verdicts."""
    till = Till(clients[Role.INTEGRATION])
    sold = {"soldAt": "2026-05-10T12:00:00Z"}
    await till.results(sale("s-1", line(quantity=3), **sold))
    await till.results(sale("r-1", line(quantity=-1), returnsExternalId="s-1", **sold))
    await till.results(sale("s-1", line(quantity=2), revision=2, **sold))
    assert await entries(clients[Role.ECP]) == [
        (30, "30 base points (3 units of 10 points each) for AMB-1L in sale s-1 (source till) of 10 May 2026."),
        (5, "5 points of the rule “Gold” for AMB-1L in sale s-1 (source till) of 10 May 2026."),
        (
            -10,
            "Sale s-1 (source till) of 10 May 2026 was returned with r-1: 10 base points for AMB-1L were taken back.",
        ),
        (-10, "Sale s-1 (source till) of 10 May 2026 was corrected: 10 base points for AMB-1L were taken back."),
    ]
    shown: dict[Role, Any] = {}
    for role in (Role.INTEGRATION, Role.ECP, Role.ANALYST):
        shown[role] = (await clients[role].send(SALE, source="till", id="s-1")).data["sale"]
    system, own = shown[Role.INTEGRATION], shown[Role.ECP]
    assert own == shown[Role.ANALYST]
    assert (own["points"], own["entries"]["totalCount"]) == (15, 4)
    assert [found["rule"]["name"] for found in own["lines"][0]["verdicts"]] == ["Gold", "Regulars", "Bonanza"]
    assert (system["points"], system["entries"]) == (15, {"totalCount": 0, "nodes": []})
    assert system["lines"][0]["verdicts"] == []


async def test_a_sale_that_moves_leaves_a_reversal(clients: Clients, story: LedgerStory, clock: TestClock) -> None:
    """R22: in the ledger of the first ECP at the first time, and the other ECP does not see it."""
    clock.now = day(4, 20)
    binod = await story.enrollments.ecps.verified("Binod Thapa")
    await story.enrollments.enrolled(story.scheme_id, binod)
    clock.now = day(5, 20)
    other = clients.of(_account_of(story, binod))
    till = Till(clients[Role.INTEGRATION])
    await till.results(sale("s-1", line(quantity=1), soldAt="2026-05-10T12:00:00Z"))
    moved = {"revision": 2, "ecpCode": "ECP-2026-000002", "soldAt": "2026-05-12T12:00:00Z"}
    await till.results(sale("s-1", line(quantity=1), **moved))
    left = "A correction moved sale s-1 (source till) of 10 May 2026 to another ECP"
    assert await entries(clients[Role.ECP]) == [
        (10, "10 base points (1 unit of 10 points each) for AMB-1L in sale s-1 (source till) of 10 May 2026."),
        (5, "5 points of the rule “Gold” for AMB-1L in sale s-1 (source till) of 10 May 2026."),
        (-10, f"{left}: 10 base points for AMB-1L were taken back."),
        (-5, f"{left}: 5 points of the rule “Gold” for AMB-1L were taken back."),
    ]
    arrived = (
        "for AMB-1L in sale s-1 (source till) of 12 May 2026, because a correction moved the sale from another ECP"
    )
    assert await entries(other) == [
        (10, f"10 base points (1 unit of 10 points each) {arrived}."),
        (5, f"5 points of the rule “Gold” {arrived}."),
    ]
    assert (await clients[Role.ECP].send(SALE, source="till", id="s-1")).data["sale"] is None
    assert (await other.send(SALE, source="till", id="s-1")).data["sale"]["points"] == 15


async def test_a_sale_that_leaves_a_month_is_named_as_the_cause(
    clients: Clients, story: LedgerStory, clock: TestClock
) -> None:
    """R22: later sales of the old month lose points because the sale moved, and say from where to where."""
    del story
    clock.now = day(6, 20)
    till = Till(clients[Role.INTEGRATION])
    await till.results(sale("s-1", line(quantity=9), soldAt="2026-06-05T12:00:00Z"))
    await till.results(sale("s-2", line(quantity=1), soldAt="2026-06-07T12:00:00Z"))
    await till.results(sale("s-3", line(quantity=1), soldAt="2026-06-09T12:00:00Z"))
    await till.results(sale("s-1", line(quantity=9), revision=2, soldAt="2026-05-05T12:00:00Z"))
    found = [sentence for _, sentence in (await entries(clients[Role.ECP]))[-5:]]
    arrived = "in sale s-1 (source till) of 5 May 2026, because a correction moved the sale from 5 June 2026"
    left = "A correction moved sale s-1 (source till) from 5 June 2026 to 5 May 2026"
    assert sorted(found) == [
        (
            "1 point of the rule “Regulars” for AMB-1L in sale s-3 (source till) of 9 June 2026 was taken back, "
            "because a correction moved sale s-1 from 5 June 2026 to 5 May 2026."
        ),
        f"5 points of the rule “Gold” for AMB-1L {arrived}.",
        f"90 base points (9 units of 10 points each) for AMB-1L {arrived}.",
        f"{left}: 5 points of the rule “Gold” for AMB-1L were taken back.",
        f"{left}: 90 base points for AMB-1L were taken back.",
    ]


def _account_of(story: LedgerStory, ecp_id: UUID) -> UUID:
    (account_id,) = [account for account, found in story.world.ecps.items() if found == ecp_id]
    return account_id
