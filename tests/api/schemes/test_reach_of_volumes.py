"""The reach of a rule about a volume, over HTTP: open without sales, compared with them, and kept once submitted."""

from datetime import timedelta
from typing import Any

from domain.permissions import Role
from domain.points.lines import SalePlace
from domain.rules.model import BonusRule, FlatPoints, VolumeClause, VolumeMeasure, VolumePeriod
from graphql_api.context import Environment
from tests.support.client import Clients
from tests.support.clock import TestClock
from tests.support.factories.schemes import SchemeFactory
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.mutations.schemes import mutate, scheme
from tests.support.world import World, key

REACH = """fragment Reach on RuleReach { verdict sentence eligible funnel { clause remaining } }"""
REVIEW = f"""query ($id: ID!) {{ node(id: $id) {{ ... on Scheme {{ review {{ contentHash ruleReach {{ ...Reach }}
  warnings {{ code message }} }} submission {{ ruleReach {{ ...Reach }} }} }} }} }} {REACH}"""
CLAUSE = "ECPs who have sold 10 or more units so far this month"
OPEN = "nothing that was sold or redeemed in the last 12 months compares, so all ECPs count"
COMPARED = "an indication from the last 12 months: the best month"
INDICATION = "This is an indication from the last 12 months."


async def test_a_volume_counts_the_ecps_who_sold_as_much(
    clients: Clients, factory: SchemeFactory, environment: Environment, world: World, clock: TestClock
) -> None:
    """The numbers of a submission stay, whatever is sold afterwards."""
    manager = clients[Role.PROGRAM_MANAGER]
    ecps = await factory.ecps.crowd(3, place="Pune", tier="Gold")
    rule = BonusRule(
        id=key("rule"),
        name="Regulars",
        condition=VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 10),
        reward=FlatPoints(5),
    )
    scheme_id = scheme(await factory.complete(rules=[rule]))

    async def review() -> Any:
        return (await manager.send(REVIEW, id=scheme_id)).data["node"]

    open_reach = {
        "verdict": "FEW",
        "sentence": "Only 3 of 3 ECPs could qualify.",
        "eligible": 3,
        "funnel": [{"clause": f"{CLAUSE} ({OPEN})", "remaining": 3}],
    }
    assert (await review())["review"]["ruleReach"] == [open_reach]
    desk = LedgerDesk(environment, world)
    async with desk.posting() as (_, session):
        for number, ecp_id in enumerate(ecps[:2]):
            place = SalePlace(clock.now - timedelta(days=40), "till", f"S-{number}")
            await desk.record(session, ecp_id, place, [Line("AMB-1L", 9 + number)])
    found = (await review())["review"]
    compared = {
        "verdict": "FEW",
        "sentence": f"Only 1 of 3 ECPs could qualify. {INDICATION}",
        "eligible": 1,
        "funnel": [{"clause": f"{CLAUSE} ({COMPARED})", "remaining": 1}],
    }
    assert found["ruleReach"] == [compared]
    message = f"Rule “Regulars” reaches few: Only 1 of 3 ECPs could qualify. {INDICATION}"
    assert {"code": "REACHES_FEW", "message": message} in found["warnings"]
    given = {"contentHash": found["contentHash"], "acknowledgeWarnings": True}
    await mutate(manager, "submitScheme", schemeId=scheme_id, **given)
    async with desk.posting() as (_, session):
        place = SalePlace(clock.now - timedelta(days=30), "till", "S-9")
        await desk.record(session, ecps[2], place, [Line("AMB-1L", 10)])
    after = await review()
    assert after["submission"]["ruleReach"] == [compared]
    assert after["review"]["ruleReach"][0]["eligible"] == 2
