"""The query whyNot, and the verdicts of the lines of sales: from stored facts, over HTTP (R22, N6)."""

from typing import Any
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.rules.model import BonusRule, FlatPoints, QuantityClause
from tests.support.client import Client, Clients, document, gid
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.ledger_desk import Line
from tests.support.ledger_story import BONANZA, GOLD, REGULARS, LedgerStory, day
from tests.support.unchanged import nothing_changes
from tests.support.world import World, key

CODE = "ECP-2026-000001"
OTHER = key("rule of another scheme")


@pytest.fixture
async def story(enrollments: EnrollmentFactory, clock: TestClock, world: World) -> LedgerStory:
    """The scheme and the ECP, with the sales of May."""
    made = LedgerStory(enrollments, clock, world)
    await made.begin()
    await made.may()
    return made


@pytest.fixture
def ecp(clients: Clients) -> Client:
    """The world's ECP."""
    return clients[Role.ECP]


def line_id(story: LedgerStory, sale: str, position: int = 0) -> str:
    """The ID of a line of a sale."""
    return gid(NodeKind.SALE_LINE, UUID(int=story.desk.sales[sale].number << 16 | position))


async def ask(client: Client, story: LedgerStory, rule_id: UUID, **about: Any) -> Any:
    """Ask why a rule did not pay; the verdict, or the message of the only error."""
    given = {"ecpId": gid(NodeKind.ECP, story.ecp_id), "ruleId": gid(NodeKind.BONUS_RULE, rule_id), **about}
    answer = await client.send(document("mobile/WhyNot"), **given)
    if "errors" in answer.body:
        (error,) = answer.errors
        return error["message"]
    return answer.data["whyNot"]


async def test_the_failing_clause_is_named(ecp: Client, story: LedgerStory) -> None:
    """R22: with its fact; and a rule that paid says so."""
    third = line_id(story, "S-3")
    assert await ask(ecp, story, BONANZA, saleLineId=third) == {
        "met": False,
        "sentence": "Not met: 2 units were sold on this line, and the rule asks for ECPs who sell 100 or more units on "
        "one sale.",
        "clauses": [
            {
                "clause": "sell 100 or more units on one sale",
                "met": False,
                "fact": "2 units were sold on this line; 100 are needed.",
            }
        ],
    }
    assert (await ask(ecp, story, GOLD, saleLineId=third))["sentence"] == "Met: 5 points."
    assert (await ask(ecp, story, REGULARS, saleLineId=third))["sentence"] == "Met: 2 points."
    before = await ask(ecp, story, REGULARS, saleLineId=line_id(story, "S-2"))
    assert before["clauses"][0]["fact"] == "Before this, the ECP had sold 8 units this month; 10 are needed."
    await story.june()
    after = await ask(ecp, story, REGULARS, saleLineId=line_id(story, "S-1"))
    assert after["sentence"] == "Everything on the line was returned or corrected away, so the rule pays nothing."


async def test_what_kept_the_whole_line_from_earning_is_said(
    clients: Clients, story: LedgerStory, enrollments: EnrollmentFactory, clock: TestClock
) -> None:
    """R22: not enrolled, before the scheme, or a rule that came later; managers may ask about every ECP."""
    manager = clients[Role.PROGRAM_MANAGER]
    schemes = enrollments.schemes
    dates = (day(3, 1).date(), day(6, 30).date(), day(5, 1).date(), day(7, 31).date())
    rule = BonusRule(id=OTHER, name="Other", condition=QuantityClause(1), reward=FlatPoints(1))
    clock.now = day(4, 1)
    other = await schemes.approved(await schemes.complete("Other", rules=[rule], dates=dates))
    first = line_id(story, "S-1")
    clock.now = day(5, 21)
    assert (await ask(manager, story, OTHER, saleLineId=first))["sentence"] == (
        f"{CODE} is not enrolled in the scheme."
    )
    await enrollments.enrolled(other, story.ecp_id)
    assert (await ask(manager, story, OTHER, saleLineId=first))["sentence"] == (
        f"{CODE} enrolled on 21 May 2026; sales before that earn nothing."
    )
    await story.desk.sell(story.ecp_id, "S-9", day(4, 29), Line("AMB-1L", 1))
    early = await ask(manager, story, GOLD, saleLineId=line_id(story, "S-9"))
    assert early == {"met": False, "sentence": "The sale was made before the scheme started.", "clauses": []}


async def test_what_is_of_others_is_unknown(clients: Clients, story: LedgerStory, database_url: str) -> None:
    """Strangers get the answer for an id that does not exist, and nothing changes."""
    ecp, first = clients[Role.ECP], line_id(story, "S-1")
    binod = await story.enrollments.ecps.verified("Binod Thapa")
    (account_id,) = [account for account, found in story.world.ecps.items() if found == binod]
    stranger = clients.of(account_id)
    nobody = gid(NodeKind.ECP, key("no such ECP"))
    async with nothing_changes(database_url):
        assert await ask(stranger, story, GOLD, saleLineId=first) == "This ECP does not exist."
        assert await ask(stranger, story, GOLD, saleLineId=first, ecpId=nobody) == "This ECP does not exist."
        own = {"ecpId": gid(NodeKind.ECP, binod)}
        missing = gid(NodeKind.SALE_LINE, UUID(int=1 << 40))
        for line in (first, missing):
            assert await ask(stranger, story, GOLD, saleLineId=line, **own) == "This ECP has no such line of a sale."
        assert await ask(ecp, story, key("no rule"), saleLineId=first) == "This bonus rule does not exist."
        assert await ask(ecp, story, GOLD) == "Ask about either a line of a sale or a coupon."
        assert await ask(ecp, story, GOLD, saleLineId=first, couponCode="X") == (
            "Ask about either a line of a sale or a coupon."
        )
        for role in (Role.VENDOR, Role.INTEGRATION, Role.APPROVER):
            denied = await clients[role].send(
                document("mobile/WhyNot"),
                ecpId=nobody,
                ruleId=gid(NodeKind.BONUS_RULE, GOLD),
                saleLineId=first,
            )
            assert denied.codes == ["FORBIDDEN"]


async def test_the_app_finds_the_ids_that_it_asks_about(clients: Clients, story: LedgerStory) -> None:
    """R22: MySales and EcpSales list the lines and the rules that WhyNot takes."""
    own = (await clients[Role.ECP].send(document("mobile/MySales"), first=10)).data["viewer"]["ecp"]
    found = (await clients[Role.ANALYST].send(document("portal/EcpSales"), code=CODE)).data["ecp"]
    assert [one["points"] for one in own["sales"]["nodes"]] == [one["points"] for one in found["sales"]["nodes"]]
    for client, reader, listed in (("mobile", Role.ECP, own), ("portal", Role.ANALYST, found)):
        (third,) = [one for one in listed["sales"]["nodes"] if one["externalId"] == "S-3"]
        (line,) = third["lines"]
        named = {verdict["rule"]["name"]: verdict for verdict in line["verdicts"]}
        asked = {"ecpId": listed["id"], "ruleId": named["Bonanza"]["rule"]["id"], "saleLineId": line["id"]}
        answer = (await clients[reader].send(document(f"{client}/WhyNot"), **asked)).data["whyNot"]
        assert answer["sentence"] == named["Bonanza"]["verdict"]["sentence"]
        assert (answer["met"], named["Bonanza"]["points"], named["Gold"]["points"]) == (False, 0, 5)


SALE = """query ($id: ID!) {
  node(id: $id) {
    ... on Sale {
      points
      entries(first: 50) { totalCount nodes { number points source { ... on SaleLine { id netQuantity } } } }
      lines { id verdicts { rule { name } points verdict { met sentence } } }
    }
  }
}"""


async def test_a_sale_shows_its_points_its_entries_and_its_verdicts(clients: Clients, story: LedgerStory) -> None:
    """R22: as they are now, with what other sales changed."""
    second = gid(NodeKind.SALE, UUID(int=story.desk.sales["S-2"].number))
    await story.june()
    found = (await clients[Role.ECP].send(SALE, id=second)).data["node"]
    assert found["points"] == 45
    line = {"id": line_id(story, "S-2"), "netQuantity": 4}
    assert found["entries"] == {
        "totalCount": 4,
        "nodes": [
            {"number": 13, "points": -4, "source": line},
            {"number": 10, "points": 4, "source": line},
            {"number": 4, "points": 5, "source": line},
            {"number": 3, "points": 40, "source": line},
        ],
    }
    assert [(one["rule"]["name"], one["points"], one["verdict"]["met"]) for one in found["lines"][0]["verdicts"]] == [
        ("Gold", 5, True),
        ("Regulars", 0, False),
        ("Bonanza", 0, False),
    ]
    returned = gid(NodeKind.SALE, UUID(int=story.desk.sales["S-1"].number))
    assert (await clients[Role.ANALYST].send(SALE, id=returned)).data["node"]["points"] == 0
