"""Counts of similar ECPs by the database equal counting them one by one (R4)."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from db.ecps.activity_changes import add_activities
from db.ecps.activity_reads import StoredActivityRow
from db.ecps.tables import EcpTable
from domain.calendar import UTC_CALENDAR
from domain.channels import EarningChannel
from domain.ecps.facts import EcpStatus
from domain.permissions import Role
from domain.rules.model import ActivityClause, AnyOf, BonusRule, FlatPoints
from domain.schemes.content import Basics, SchemeContent
from graphql_api.context import Environment
from resolvers.rules.populations import load_assessment_context
from tests.support.factories.schemes import SchemeFactory
from tests.support.world import World, key

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
YEAR = 365
CLAUSES = [
    ActivityClause("TRAINING", 1),
    ActivityClause("TRAINING", 3),
    ActivityClause("TRAINING", 2, 10),
    ActivityClause("TRAINING", 3, 400),
    ActivityClause("REFERRAL", 1, 30),
    ActivityClause("NEVER", 1),
]
Done = list[tuple[str, datetime]]


def has_met(clause: ActivityClause, done: Done) -> bool:
    """Whether an ECP ever had this many activities within so many days, in the window of reach."""
    back = timedelta(days=max(clause.within_days or 0, YEAR))
    moments = [at for kind, at in done if kind == clause.activity and (clause.within_days is None or at > NOW - back)]
    for end in moments:
        within = clause.within_days
        recent = [at for at in moments if at <= end and (within is None or end - at <= timedelta(days=within))]
        if len(recent) >= clause.times:
            return True
    return False


@pytest.mark.parametrize("seed", range(4))
async def test_cells_equal_single_counts(
    seed: int, factory: SchemeFactory, environment: Environment, world: World
) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same in every run
    sorts = [("Pune", "Gold"), ("Pune", "Silver"), ("Mumbai", "Gold"), ("Mysuru", "Gold")]
    ecps: dict[UUID, tuple[str, str]] = {}
    for place, tier in sorts:
        ecps.update(dict.fromkeys(await factory.ecps.crowd(12, place=place, tier=tier), (place, tier)))
    done = {ecp: _history(dice) for ecp in ecps}
    suspended = set(dice.sample(sorted(ecps), 8))
    rows = [
        StoredActivityRow(external_id=f"{number}", ecp_id=ecp, kind=kind, occurred_at=at)
        for number, (ecp, kind, at) in enumerate((ecp, kind, at) for ecp, some in done.items() for kind, at in some)
    ]
    async with environment.database.writing() as session:
        await add_activities(session, "academy", rows, world.accounts[Role.INTEGRATION].id, NOW)
        chosen = update(EcpTable).where(EcpTable.id.in_(suspended))
        await session.execute(chosen.values(status=EcpStatus.SUSPENDED.value, suspended_reason="Under review."))
    rule = BonusRule(id=key("rule"), name="Any", condition=AnyOf(tuple(CLAUSES)), reward=FlatPoints(5))
    places = (world.geographies["Maharashtra"].id,)
    content = SchemeContent(
        basics=Basics("One", (EarningChannel.SALE,)),
        variant_ids=(),
        geography_ids=places,
        coupon_values=(),
        rules=(rule,),
    )

    operation = factory.operation()
    (population,) = (await load_assessment_context(operation, [content], NOW, UTC_CALENDAR)).populations
    await operation.close()

    expected: Counter[tuple[UUID, UUID, frozenset[ActivityClause]]] = Counter()
    for ecp, (place, tier) in ecps.items():
        if place != "Mysuru" and ecp not in suspended:
            met = frozenset(clause for clause in CLAUSES if has_met(clause, done[ecp]))
            expected[world.geographies[place].id, world.tiers[tier].id, met] += 1
    found = Counter({(cell.geography_id, cell.tier_id, cell.did): cell.count for cell in population.cells})
    assert found == expected
    for cell in population.cells:
        did = (clause for clause in cell.did if isinstance(clause, ActivityClause))
        assert cell.stays == {clause for clause in did if not clause.within_days}


def _history(dice: random.Random) -> Done:
    """Generate random activities, some of them long ago."""
    kinds = ["TRAINING", "TRAINING", "REFERRAL", "OTHER"]
    done = [
        (dice.choice(kinds), NOW - timedelta(days=dice.choice([0, 3, 9, 13, 40, 41, 200, 300, 364, 366, 399, 500])))
        for _ in range(dice.randrange(6))
    ]
    return sorted(set(done))
