"""Limits over all ECPs hold whatever the clocks of postings say, and whenever revisions take effect (R22)."""

import asyncio
import os
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from db.database import Database
from domain.points.lines import SalePlace
from domain.points.pools import BUDGET
from graphql_api.context import Environment
from resolvers.points.posting.post import post_points
from tests.resolvers.points.conftest import MakeScheme
from tests.support.clock import TestClock
from tests.support.databases import Cleaner
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.ledger_desk import LedgerDesk, Line, change_of
from tests.support.ledger_rows import LedgerRows
from tests.support.ledger_verification import find_faults
from tests.support.limited_scheme import ID, Limited, Limits
from tests.support.world import World

MAY: Final = datetime(2026, 5, 10, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
_WAITING: Final = """
SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
"""
DATES: Final = (date(2026, 3, 1), date(2026, 4, 30), date(2026, 5, 1), date(2026, 7, 31))


@pytest.fixture
async def limited(
    environment: Environment, world: World, enrollments: EnrollmentFactory, clock: TestClock, cleaner: Cleaner
) -> Limited:
    """Two Gold ECPs, enrolled in a scheme."""
    schemes = enrollments.schemes
    scheme_id = await schemes.approved(await schemes.complete(rules=(), dates=DATES))
    ecp_ids = [await enrollments.ecps.verified(name) for name in ("Asha Rao", "Binod Thapa")]
    for ecp_id in ecp_ids:
        await enrollments.enrolled(scheme_id, ecp_id)
    clock.now = MAY
    return Limited(LedgerDesk(environment, world), cleaner.connection, scheme_id=scheme_id, ecp_ids=ecp_ids)


async def test_a_posting_whose_clock_is_behind_leaves_the_budget(  # noqa: PLR0913, PLR0917 - fixtures
    desk: LedgerDesk, make_scheme: MakeScheme, ecp_id: UUID, rows: LedgerRows, clock: TestClock, database: Database
) -> None:
    """R22: a clock before the approval of the scheme finds its pool, and what was granted stays granted."""
    early = clock.now
    await make_scheme(ecp_ids=(ecp_id,), budget=100)
    clock.now = MAY
    await desk.sell(ecp_id, "live", MAY, Line("AMB-1L", 2))
    clock.now = early
    await desk.sell(ecp_id, "early", early, Line("AMB-1L", 1))
    await desk.give_back("live", "AMB-1L", 1, "back")
    assert await rows.pools() == {BUDGET: (100, 90, 0)}
    clock.now = MAY + HOUR
    await desk.sell(ecp_id, "later", MAY + HOUR, Line("AMB-1L", 3))
    assert await rows.pools() == {BUDGET: (100, 60, 0)}
    assert await find_faults(database) == []


async def test_the_first_posting_may_have_a_clock_before_the_approval(  # noqa: PLR0913, PLR0917 - fixtures
    desk: LedgerDesk, make_scheme: MakeScheme, ecp_id: UUID, rows: LedgerRows, clock: TestClock, database: Database
) -> None:
    """R22: the limits of the first revision hold before it takes effect."""
    early = clock.now
    await make_scheme(ecp_ids=(ecp_id,), budget=30)
    clock.now = early
    for name in ("a", "b"):
        await desk.sell(ecp_id, name, MAY, Line("AMB-1L", 2))
    assert await rows.pools() == {BUDGET: (30, 0, 0)}
    assert await find_faults(database) == []


async def test_a_revision_with_a_lower_number_may_take_effect_later(
    limited: Limited, rows: LedgerRows, clock: TestClock, database: Database
) -> None:
    """R22: pools follow the time of taking effect, whichever revision was opened first."""
    await limited.begin()
    await limited.approve(2, Limits(20, None), MAY + 2 * DAY)
    await limited.approve(3, Limits(14, None), MAY + DAY)
    for day, pool in ((1, (14, 7, 0)), (2, (20, 6, 0))):
        clock.now = MAY + day * DAY + HOUR
        await limited.sell(f"day {day}", 0, clock.now)
        assert await rows.pools() == {ID: pool}
    assert await find_faults(database) == []


async def test_pools_of_which_nothing_is_known_are_counted(
    limited: Limited, rows: LedgerRows, clock: TestClock, database: Database, cleaner: Cleaner
) -> None:
    """R22: a database whose pools were made before it noted what they follow; one of them is lost."""
    await limited.begin()
    await limited.approve(1, Limits(20, 100), MAY)
    clock.now = MAY + DAY
    await limited.sell("a", 0, MAY)
    await cleaner.connection.execute("UPDATE points_scheme SET revision = 0, effective_at = '0001-01-01Z'")
    await cleaner.connection.execute("DELETE FROM points_pool_limit WHERE rule_id = $1", BUDGET)
    await cleaner.connection.execute("DELETE FROM points_pool WHERE rule_id = $1", BUDGET)
    clock.now = MAY - DAY
    await limited.sell("b", 1, MAY)
    assert await rows.pools() == {ID: (20, 6, 0), BUDGET: (100, 46, 0)}
    assert await find_faults(database) == []


limits = st.builds(
    Limits,
    st.sampled_from((None, None, 6, 10, 14, 20, 30)),
    st.sampled_from((None, None, 25, 40, 60, 100)),
    others=st.integers(0, 2),
    has_rule=st.sampled_from((True, True, False)),
)
# The number of the next revision that is approved, or a posting: the day of its clock, that of its sale, and its ECP.
steps = st.one_of(
    st.just(None),
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 1), st.integers(1, 3)),
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 1), st.integers(1, 3)),
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 1), st.integers(1, 3)),
)


@pytest.mark.long
@settings(
    max_examples=400 if "TESSERA_FUZZ" in os.environ else 15,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
@given(
    revisions=st.lists(limits, min_size=2, max_size=4),
    days=st.permutations((1, 2, 3)),
    arriving=st.lists(steps, min_size=4, max_size=14),
    changed=st.sampled_from(("nothing", "returned", "corrected")),
)
async def test_limits_hold_in_any_order_of_clocks(  # noqa: PLR0913, PLR0917 - what is drawn
    limited: Limited,
    rows: LedgerRows,
    clock: TestClock,
    database: Database,
    revisions: list[Limits],
    days: tuple[int, ...],
    arriving: list[tuple[int, int, int, int] | None],
    changed: str,
) -> None:
    """R22: pools follow the latest revision that a posting saw in force; none grants more, and the ledger agrees.

    Rules change their places, come, and go. Sales lie ahead of the clock, so a revision may be approved for their time.
    """
    await limited.begin()
    await limited.approve(1, revisions[0], MAY)
    effects = {MAY: revisions[0]}
    waiting = list(zip(days, revisions[1:], strict=False))
    followed = None
    for index, step in enumerate(arriving):
        if step is None:
            if waiting:
                day, added = waiting.pop(0)
                await limited.approve(len(effects) + 1, added, MAY + day * DAY)
                effects[MAY + day * DAY] = added
            continue
        day, sold, ecp, units = step
        clock.now = MAY + day * DAY - HOUR
        before = await limited.granted()
        await limited.sell(f"sale {index}", ecp, MAY + sold * DAY - HOUR + index * timedelta(minutes=1), units)
        if changed == "returned" and index % 3 == 2:
            await _give_one_back(limited, index)
        if changed == "corrected" and index % 3 == 2:
            picked = sorted(limited.desk.sales)[units - 1 if len(limited.desk.sales) >= units else 0]
            await limited.desk.correct(picked, Line("AMB-1L", units), Line("AMB-1L", 1))
        seen = max((at for at in effects if at <= clock.now), default=MAY)
        followed = seen if followed is None else max(seen, followed)
        expected, after = effects[followed].pools, await limited.granted()
        pools = await rows.pools()
        assert {rule_id: capacity for rule_id, (capacity, _, _) in pools.items()} == expected
        for rule_id, (capacity, rest, owed) in pools.items():
            assert rest - owed == capacity - after[rule_id]
            assert after[rule_id] <= max(capacity, before[rule_id])
    assert await find_faults(database) == []


async def test_a_scheme_may_have_more_volumes_than_an_integer_has_bits(
    limited: Limited, rows: LedgerRows, clock: TestClock, database: Database, cleaner: Cleaner
) -> None:
    """R21: over all of its revisions. A line counts in each of them; lines of before stay as they are."""
    await limited.begin()
    await limited.approve(1, Limits(None, None, volumes=35), MAY)
    await limited.sell("before", 0, MAY + HOUR)
    await limited.approve(2, Limits(None, None, others=1, volumes=70), MAY + DAY)
    clock.now = MAY + 2 * DAY
    for index, name in enumerate("abc"):
        await limited.sell(name, 0, clock.now + index * HOUR)
    # The late sale is before three others, which are valued again.
    await limited.sell("late", 0, clock.now - HOUR, 80)
    await limited.desk.give_back("a", "AMB-1L", 1, "back of a")
    await limited.desk.correct("b", Line("AMB-4L", 2))
    newest = await cleaner.fetch(
        "SELECT DISTINCT ON (sold_at) base, bonus FROM valuation ORDER BY sold_at, version DESC"
    )
    assert [tuple(row) for row in newest] == [(20, 7), (800, 3 + 7), (10, 3 + 5), (40, 3 + 7 + 5), (20, 3 + 7 + 5)]
    await rows.check()
    assert await find_faults(database) == []


async def _give_one_back(limited: Limited, index: int) -> None:
    """Return a unit of the first sale of which something is left."""
    name = next((name for name, sale in sorted(limited.desk.sales.items()) if sale.net[0].quantity), None)
    if name is not None:
        await limited.desk.give_back(name, "AMB-1L", 1, f"back {index}")


@pytest.mark.parametrize("after", [Limits(10, 60, has_rule=False), Limits(10, 60, others=1), Limits(10, 60, others=2)])
@pytest.mark.parametrize("corrects", [False, True])
async def test_a_sale_keeps_the_revision_that_valued_it(  # noqa: PLR0913, PLR0917 - fixtures
    limited: Limited,
    rows: LedgerRows,
    clock: TestClock,
    database: Database,
    cleaner: Cleaner,
    after: Limits,
    corrects: bool,  # noqa: FBT001 - a parameter
) -> None:
    """R21, R22: its clock is ahead, and a revision is approved that takes effect before it; rules move or go."""
    await limited.begin()
    await limited.approve(1, Limits(10, 60, others=1), MAY)
    clock.now = MAY + HOUR
    ahead = MAY + HOUR + timedelta(minutes=4)
    await limited.sell("ahead", 0, ahead, 3)
    await limited.approve(2, after, MAY + HOUR + timedelta(minutes=2))
    clock.now = MAY + 2 * HOUR
    if corrects:
        await limited.desk.correct("ahead", Line("AMB-1L", 2), Line("AMB-1L", 1))
    else:
        await limited.desk.give_back("ahead", "AMB-1L", 1, "back")
    worth = (20 + 3 + 7, 10 + 3) if corrects else (20 + 3 + 7,)
    valued = await cleaner.fetch(
        "SELECT DISTINCT ON (position) revision, base + bonus FROM valuation ORDER BY position, version DESC"
    )
    assert [tuple(row) for row in valued] == [(1, points) for points in worth]
    expected = {
        rule_id: (limit, limit - (await limited.granted())[rule_id], 0) for rule_id, limit in after.pools.items()
    }
    assert await rows.pools() == expected
    await rows.check()
    assert await find_faults(database) == []
    # What is sold now follows the revision in force.
    await limited.sell("next", 1, clock.now, 2)
    (latest,) = await cleaner.fetch("SELECT revision FROM valuation ORDER BY recorded_at DESC LIMIT 1")
    assert latest[0] == 2
    assert await find_faults(database) == []


async def test_a_revision_that_adds_a_limit_waits_for_postings_that_run(
    limited: Limited, rows: LedgerRows, clock: TestClock, database: Database, cleaner: Cleaner
) -> None:
    """R22: what a posting records that began before a revision took effect counts in the limit that is added."""
    await limited.begin()
    await limited.approve(1, Limits(None, None), MAY)
    await limited.approve(2, Limits(20, 80), MAY + DAY)
    clock.now = MAY + HOUR
    await limited.sell("first", 0, MAY)
    desk = limited.desk
    async with desk.posting() as (operation, session):
        place = SalePlace(MAY + HOUR, "till", "running")
        sale = await desk.record(session, limited.ecp_ids[0], place, [Line("AMB-1L", 2)])
        await post_points(operation, session, [change_of(sale)])
        clock.now = MAY + DAY + HOUR
        other = asyncio.create_task(limited.sell("after", 1, MAY + DAY))
        async with asyncio.timeout(5):
            while not other.done() and not await cleaner.fetch(_WAITING):  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.005)
        assert not other.done()
    await other
    assert await limited.granted() == {ID: 7 + 7 + 6, BUDGET: 27 + 27 + 26}
    assert await rows.pools() == {ID: (20, 0, 0), BUDGET: (80, 0, 0)}
    assert await find_faults(database) == []


@pytest.mark.long
async def test_postings_beside_revisions_that_change_limits(
    limited: Limited, rows: LedgerRows, clock: TestClock, database: Database, enrollments: EnrollmentFactory
) -> None:
    """R22: whatever runs while revisions take effect is counted, with clocks before and after; nothing locks up."""
    clock.now = MAY - 30 * DAY
    for number in range(6):
        ecp_id = await enrollments.ecps.verified(f"Person {number}")
        await enrollments.enrolled(limited.scheme_id, ecp_id)
        limited.ecp_ids.append(ecp_id)
    room = asyncio.Semaphore(8)
    revisions = [Limits(None, None), Limits(70, None), Limits(None, 600), Limits(140, 900), Limits(100, None)]
    for number, added in enumerate(revisions, 1):
        await limited.approve(number, added, MAY + number * DAY)

    async def sell(number: int) -> None:
        async with room:
            # Postings before and after each revision mix, and some clocks are behind.
            clock.now = MAY + (1 + number // 20 - number % 3) * DAY + HOUR
            await limited.sell(f"sale {number}", number % 8, MAY + DAY + number * timedelta(minutes=1))

    await asyncio.gather(*[sell(number) for number in range(100)])
    assert await find_faults(database) == []
    ((capacity, rest, owed),) = (await rows.pools()).values()
    assert capacity == 100
    assert rest - owed == 100 - (await limited.granted())[ID]
