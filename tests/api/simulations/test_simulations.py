"""Simulations over HTTP: what a draft would have earned on real sales, and what cannot be simulated (N7)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.rules.model import FlatPoints
from graphql_api.context import Environment
from resolvers.schemes.save_scheme_bonus_rules import RuleDraft, SaveSchemeBonusRules, save_scheme_bonus_rules
from tests.support.client import Client, Clients, document, gid
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.revisions import RevisionFactory
from tests.support.factories.schemes import SchemeFactory, quantity
from tests.support.jobs import query
from tests.support.ledger_desk import Line
from tests.support.ledger_story import LedgerStory, day
from tests.support.simulations import replay_due
from tests.support.unchanged import nothing_changes
from tests.support.world import World, key

NOT_REGULAR = (
    "Not met: before this, the ECP had sold 3 units this month, and the rule asks for ECPs who have sold 10 or more "
    "units so far this month."
)
SPRING = {"from": "2026-05-01", "to": "2026-07-31"}


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


@pytest.fixture
async def story(enrollments: EnrollmentFactory, clock: TestClock, world: World) -> LedgerStory:
    """An approved scheme with sales of May, a late one and a return: 125 points."""
    begun = LedgerStory(enrollments, clock, world)
    await begun.begin()
    await begun.may()
    await begun.june()
    clock.now += timedelta(days=1)
    return begun


async def start(client: Client, scheme_id: UUID, **period: str) -> Any:
    """Start a simulation, and return the payload."""
    given = {"schemeId": gid(NodeKind.SCHEME, scheme_id), **SPRING, **period}
    return (await client.send(document("portal/SimulateScheme"), input=given)).data["simulateScheme"]


async def simulate(client: Client, environment: Environment, scheme_id: UUID, **period: str) -> Any:
    """Start a simulation, replay it, and return it as the portal shows it."""
    payload = await start(client, scheme_id, **period)
    assert payload["errors"] == []
    assert payload["simulation"]["status"] == "QUEUED"
    assert await replay_due(environment) == 1
    return await shown(client, payload["simulation"]["id"])


async def shown(client: Client, simulation_id: str) -> Any:
    """A simulation as the portal shows it."""
    return (await client.send(document("portal/Simulation"), id=simulation_id)).data["node"]


async def changed_ecps(client: Client, simulation_id: str, **page: Any) -> Any:
    """A page of those who gain and of those who lose."""
    return (await client.send(document("portal/SimulatedEcps"), id=simulation_id, **page)).data["node"]


async def generous(story: LedgerStory, revisions: RevisionFactory, gold: int = 12) -> UUID:
    """A revision in which Gold earns 12 points instead of 5, and the bonanza is gone."""
    revision_id = await revisions.opened(story.scheme_id, day(7, 1))
    schemes = story.enrollments.schemes
    found = await schemes.definition(revision_id)
    rules = [
        replace(rule, reward=FlatPoints(gold)) if rule.name == "Gold" else rule
        for rule in found.content.rules
        if rule.name != "Bonanza"
    ]
    version = max(section.version for section in found.sections.values())
    drafts = tuple(RuleDraft(rule.id, rule) for rule in rules)
    await save_scheme_bonus_rules(schemes.operation(), SaveSchemeBonusRules(revision_id, version, drafts))
    return revision_id


async def test_a_revision_is_compared_with_the_ledger(
    manager: Client, environment: Environment, story: LedgerStory, revisions: RevisionFactory
) -> None:
    revision_id = await generous(story, revisions)
    found = await simulate(manager, environment, revision_id)
    assert (found["status"], found["percent"], found["error"], found["notices"]) == ("SUCCEEDED", 100, None, [])
    assert found["isCompared"]
    # S-0, S-2, and S-3 count; S-1 came back. Each earns 7 points more.
    assert (found["points"], found["livePoints"]) == (146, 125)
    assert (found["basePoints"], found["liveBasePoints"]) == (110, 110)
    assert (found["lines"], found["ecps"], found["gaining"], found["losing"]) == (3, 1, 1, 0)
    assert (found["medianPoints"], found["topPoints"], found["budgetExhaustedOn"]) == (146, 146, None)
    assert [(one["rule"]["name"], one["points"], one["livePoints"]) for one in found["byRule"]] == [
        ("Gold", 36, 15),
        ("Regulars", 0, 0),
    ]
    assert found["byMonth"] == [{"from": "2026-05-01", "to": "2026-05-31", "points": 146, "livePoints": 125}]
    assert [(one["sku"], one["quantity"], one["points"], one["livePoints"]) for one in found["examples"]] == [
        ("AMB-1L", 4, 52, 45),
        ("AMB-4L", 2, 52, 45),
        ("AMB-1L", 3, 42, 35),
    ]
    first = found["examples"][0]
    assert first["saleLine"]["id"] == gid(NodeKind.SALE_LINE, UUID(int=story.desk.sales["S-2"].number << 16))
    assert [one["verdict"]["sentence"] for one in first["verdicts"]] == [
        "Met: 12 points.",
        NOT_REGULAR,
    ]
    assert first["liveVerdicts"][0]["verdict"]["sentence"] == "Met: 5 points."
    assert first["liveVerdicts"][0]["verdict"]["clauses"] == first["verdicts"][0]["verdict"]["clauses"]


async def test_who_gains_and_who_loses_comes_in_pages(
    manager: Client, environment: Environment, story: LedgerStory, factory: SchemeFactory, clients: Clients
) -> None:
    """Nobody has points of a new draft yet, so all three gain what they would have earned."""
    large = await story.enrollments.ecps.verified("Large Workshop")
    small = await story.enrollments.ecps.verified("Small Workshop")
    for ecp_id, units in ((large, 20), (small, 10)):
        await story.desk.sell(ecp_id, f"S-{units}", story.clock.now, Line("AMB-1L", units))
    story.clock.now += timedelta(days=1)
    draft = await factory.complete("Next year", rules=(factory.rule("Large", quantity(20), FlatPoints(100)),))
    assert draft != story.scheme_id
    found = await simulate(manager, environment, draft)
    assert (found["gaining"], found["losing"]) == (3, 0)
    page = await changed_ecps(manager, found["id"], first=2)
    assert [(one["ecp"]["displayName"], one["points"], one["change"]) for one in page["gainers"]["nodes"]] == [
        ("Large Workshop", 300, 300),
        ("Asha Rao", 110, 110),
    ]
    assert (page["gainers"]["totalCount"], page["losers"]["nodes"]) == (3, [])
    assert page["gainers"]["pageInfo"]["hasNextPage"]
    page = await changed_ecps(manager, found["id"], first=2, afterGainer=page["gainers"]["pageInfo"]["endCursor"])
    assert [(one["ecp"]["displayName"], one["livePoints"], one["change"]) for one in page["gainers"]["nodes"]] == [
        ("Small Workshop", 0, 100)
    ]
    assert not page["gainers"]["pageInfo"]["hasNextPage"]


async def test_losers_are_listed_with_their_points(
    manager: Client, environment: Environment, story: LedgerStory, revisions: RevisionFactory
) -> None:
    found = await simulate(manager, environment, await generous(story, revisions, gold=2))
    page = await changed_ecps(manager, found["id"])
    (loser,) = page["losers"]["nodes"]
    assert (loser["points"], loser["livePoints"], loser["change"]) == (116, 125, -9)
    assert (page["gaining"], page["losing"], page["gainers"]["nodes"]) == (0, 1, [])
    answer = await manager.send(document("portal/SimulatedEcps"), id=found["id"], afterLoser="nonsense")
    assert [error["extensions"]["code"] for error in answer.errors] == ["BAD_USER_INPUT"]


async def test_an_approved_scheme_is_worth_what_the_ledger_says(
    manager: Client, environment: Environment, story: LedgerStory
) -> None:
    found = await simulate(manager, environment, story.scheme_id)
    assert (found["points"], found["livePoints"], found["examples"]) == (125, 125, [])
    assert (found["gaining"], found["losing"]) == (0, 0)


async def test_a_new_draft_assumes_its_dates_and_enrollments(
    manager: Client, environment: Environment, story: LedgerStory, factory: SchemeFactory
) -> None:
    draft = await factory.complete("Next year", rules=(factory.rule(),))
    found = await simulate(manager, environment, draft)
    assert not found["isCompared"]
    # 110 base points, and 50 for Gold on each of three lines.
    assert (found["points"], found["livePoints"], found["gaining"]) == (260, 0, 1)
    assert found["assumptions"] == [
        "The scheme is assumed to run on all days of the period, whatever its own dates.",
        "Every ECP is assumed to enroll at the beginning of the period.",
        "Coupons of all schemes that were redeemed in the period count, if the scheme earns through coupons.",
    ]
    assert [one["liveVerdicts"] for one in found["examples"]] == [[], [], []]
    assert found["contentHash"] == (await factory.definition(draft)).content_hash
    assert story.scheme_id != draft


async def test_a_budget_says_when_it_is_used_up(
    manager: Client, environment: Environment, story: LedgerStory, factory: SchemeFactory
) -> None:
    """Sales are granted in the order in which they were recorded: S-1, S-2, S-3 on 20 May, then S-0, and the return."""
    draft = await factory.complete("Next year", rules=(), budget=150)
    found = await simulate(manager, environment, draft)
    # S-1 took 80, S-2 40, and S-3 the last 30 of its 40. S-0 came too late, until S-1 gave back 80.
    assert (found["points"], found["budgetExhaustedOn"]) == (110, "2026-05-15")
    assert story.scheme_id != draft


async def test_a_period_without_sales_has_a_result(
    manager: Client, environment: Environment, story: LedgerStory
) -> None:
    found = await simulate(manager, environment, story.scheme_id, **{"from": "2026-07-01", "to": "2026-07-31"})
    assert (found["status"], found["points"], found["livePoints"], found["lines"]) == ("SUCCEEDED", 0, 0, 0)
    assert (found["medianPoints"], found["topPoints"], found["byMonth"], found["examples"]) == (0, 0, [], [])
    assert [(one["points"], one["livePoints"]) for one in found["byRule"]] == [(0, 0)] * 3
    assert found["notices"] == [
        "No sale and no coupon of the scheme's products was recorded in this period, so there is nothing to earn."
    ]


async def test_a_scheme_without_rules_earns_base_points(
    manager: Client, environment: Environment, story: LedgerStory, factory: SchemeFactory
) -> None:
    draft = await factory.complete("Next year", rules=())
    found = await simulate(manager, environment, draft)
    assert (found["points"], found["basePoints"], found["byRule"]) == (110, 110, [])
    assert found["notices"] == ["The scheme has no bonus rules, so only base points are earned."]
    assert story.scheme_id != draft


@pytest.mark.parametrize(
    ("period", "message"),
    [
        ({"from": "2026-05-02", "to": "2026-05-01"}, "The last day of the period is before its first day."),
        ({"from": "2025-01-01", "to": "2026-01-02"}, "The period has 367 days; choose at most 366."),
    ],
)
async def test_a_wrong_period_is_rejected(
    manager: Client, factory: SchemeFactory, database_url: str, period: dict[str, str], message: str
) -> None:
    scheme_id = await factory.complete()
    async with nothing_changes(database_url):
        payload = await start(manager, scheme_id, **period)
    assert payload["simulation"] is None
    assert [(one["code"], one["message"], one["path"]) for one in payload["errors"]] == [
        ("INVALID", message, ["input", "to"])
    ]


async def test_a_draft_that_can_earn_nothing_is_refused(
    manager: Client, factory: SchemeFactory, database_url: str
) -> None:
    scheme_id = await factory.created()
    async with nothing_changes(database_url):
        payload = await start(manager, scheme_id)
    (error,) = payload["errors"]
    assert (error["__typename"], error["code"], error["missing"]) == (
        "NothingToSimulate",
        "ILLEGAL_STATE",
        ["product", "geography"],
    )
    assert error["message"] == (
        "This scheme has no product and no geography yet, so no sale can earn points in it. Complete the draft, and "
        "simulate it then."
    )


async def test_a_rejected_scheme_is_refused(manager: Client, factory: SchemeFactory, database_url: str) -> None:
    scheme_id = await factory.rejected()
    async with nothing_changes(database_url):
        payload = await start(manager, scheme_id)
    assert [(one["code"], one["message"]) for one in payload["errors"]] == [
        ("ILLEGAL_STATE", "This scheme was rejected, so it cannot take effect any more.")
    ]


async def test_an_unknown_scheme_is_refused(manager: Client, clients: Clients, factory: SchemeFactory) -> None:
    draft = await factory.complete()
    for client, scheme_id in ((manager, key("nothing")), (clients[Role.APPROVER], draft)):
        (error,) = (await start(client, scheme_id))["errors"]
        assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "schemeId"])


async def test_a_canceled_simulation_has_no_result(
    manager: Client, environment: Environment, factory: SchemeFactory
) -> None:
    payload = await start(manager, await factory.complete())
    job = payload["simulation"]["job"]["id"]
    answer = await manager.send("mutation ($id: ID!) { cancelJob(input: {jobId: $id}) { errors { message } } }", id=job)
    assert answer.data["cancelJob"]["errors"] == []
    assert await replay_due(environment) == 0
    found = await shown(manager, payload["simulation"]["id"])
    assert (found["status"], found["points"], found["byRule"], found["examples"]) == ("CANCELED", None, [], [])
    assert await query(environment, "SELECT count(*) FROM simulation_piece") == [0]


async def test_ecps_see_no_simulations(
    manager: Client, clients: Clients, environment: Environment, story: LedgerStory
) -> None:
    found = await simulate(manager, environment, story.scheme_id)
    ecp = clients[Role.ECP]
    given = {"id": gid(NodeKind.SCHEME, story.scheme_id)}
    assert (await ecp.send(document("portal/SchemeSimulations"), **given)).data["node"]["simulations"] == {
        "nodes": [],
        "pageInfo": {"hasNextPage": False, "endCursor": None},
        "totalCount": 0,
    }
    assert await shown(ecp, found["id"]) is None
