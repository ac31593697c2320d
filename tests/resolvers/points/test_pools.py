"""Limits over all ECPs and budgets: granted in order of arrival, exactly, also when revisions change them (R22)."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.points.lines import SalePlace
from domain.rules.model import BonusRule, FlatPoints, QuantityClause, RuleLimits
from graphql_api.context import Environment
from resolvers.points.posting.post import post_points
from resolvers.schemes.save_scheme_bonus_rules import RuleDraft, SaveSchemeBonusRules, save_scheme_bonus_rules
from tests.resolvers.points.conftest import MakeScheme
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.revisions import RevisionFactory
from tests.support.ledger_desk import LedgerDesk, Line, change_of
from tests.support.ledger_rows import LedgerRows
from tests.support.world import key

MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BUDGET = UUID(int=0)
ID = key("rule 1")


def bulk(in_total: int | None = None, points: int = 7) -> BonusRule:
    """A rule that pays for two units or more, with a limit over all ECPs."""
    limits = RuleLimits(points_in_total=in_total)
    return BonusRule(id=ID, name="Bulk", condition=QuantityClause(2), reward=FlatPoints(points), limits=limits)


@pytest.fixture
def sold(desk: LedgerDesk, ecp_id: UUID, clock: TestClock) -> "Sold":
    """Sells in May."""
    return Sold(desk, ecp_id, clock)


class Sold:
    """Sales of AMB-1L in May, one hour after another."""

    def __init__(self, desk: LedgerDesk, ecp_id: UUID, clock: TestClock) -> None:
        self._desk = desk
        self._ecp_id = ecp_id
        self._clock = clock

    async def sell(self, hour: int, units: int = 2) -> tuple[int, int]:
        """Base and bonus points of a new sale, which arrives now or in June."""
        self._clock.now = max(self._clock.now, MAY + timedelta(days=15))
        posting = await self._desk.sell(self._ecp_id, f"sale {hour}", MAY + hour * HOUR, Line("AMB-1L", units))
        ((line,),) = [sale.lines for sale in posting.sales.values()]
        return line.base, line.bonus


async def test_a_pool_is_granted_in_order_of_arrival(
    sold: Sold, make_scheme: MakeScheme, ecp_id: UUID, rows: LedgerRows, desk: LedgerDesk
) -> None:
    """A late sale takes nothing away; what a return frees is granted to who arrives next, not to those before."""
    await make_scheme(bulk(16), ecp_ids=(ecp_id,))
    assert [await sold.sell(hour) for hour in (5, 4, 3, 2)] == [(20, 7), (20, 7), (20, 2), (20, 0)]
    assert (await rows.pools())[await _rule_id(rows)] == (16, 0, 0)
    await desk.give_back("sale 5", "AMB-1L", 1, "back")
    assert (await rows.pools())[await _rule_id(rows)] == (16, 7, 0)
    # Sale 1 comes before all others; each of them is valued again, and only now asks for what it lacks.
    assert await sold.sell(1) == (20, 7)
    assert (await rows.pools())[await _rule_id(rows)] == (16, 0, 0)
    await rows.check()


async def test_the_budget_pays_base_points_first_and_then_rules(
    sold: Sold, make_scheme: MakeScheme, ecp_id: UUID, rows: LedgerRows
) -> None:
    await make_scheme(bulk(), ecp_ids=(ecp_id,), budget=78)
    assert [await sold.sell(hour) for hour in (1, 2, 3, 4)] == [(20, 7), (20, 7), (20, 4), (0, 0)]
    assert await rows.pools() == {BUDGET: (78, 0, 0)}
    assert await rows.balances() == [78]
    await rows.check()


@pytest.mark.parametrize(
    ("limit", "pool", "later"),
    [
        (30, (30, 9, 0), [(20, 7), (20, 7), (20, 2)]),
        (9, (9, 0, 5), [(20, 0), (20, 0), (20, 0)]),
        (None, None, [(20, 7), (20, 7), (20, 7)]),
    ],
    ids=["raised", "lowered", "removed"],
)
async def test_a_pool_follows_the_revision_in_force(  # noqa: PLR0913, PLR0917 - fixtures
    sold: Sold,
    make_scheme: MakeScheme,
    ecp_id: UUID,
    rows: LedgerRows,
    revisions: RevisionFactory,
    clock: TestClock,
    desk: LedgerDesk,
    limit: int | None,
    pool: tuple[int, int, int] | None,
    later: list[tuple[int, int]],
) -> None:
    """What was granted stays granted; what comes back pays off first what a lower limit does not cover."""
    scheme_id = await make_scheme(bulk(20), ecp_ids=(ecp_id,))
    assert [await sold.sell(hour) for hour in (1, 2)] == [(20, 7), (20, 7)]
    rule_id = await _rule_id(rows)
    clock.now = MAY + timedelta(days=16)
    await _revise_rule(revisions, scheme_id, clock.now + HOUR, bulk(limit))
    clock.now += 2 * HOUR
    assert await sold.sell(3) == later[0]
    assert (await rows.pools()).get(rule_id) == pool
    if pool is not None and pool[2]:
        await desk.give_back("sale 1", "AMB-1L", 1, "back")
        # 7 came back: 5 of them were owed, and sale 3, which is valued again, gets the rest.
        assert (await rows.pools())[rule_id] == (9, 0, 0)
        assert (await rows.valuations())[-1][2:] == (2, 20, 2)
        assert [await sold.sell(hour) for hour in (4, 5)] == [(20, 0), (20, 0)]
    else:
        assert [await sold.sell(hour) for hour in (4, 5)] == later[1:]
    await rows.check()


async def test_a_limit_that_is_added_counts_what_was_paid_before(  # noqa: PLR0913, PLR0917 - fixtures
    sold: Sold, make_scheme: MakeScheme, ecp_id: UUID, rows: LedgerRows, revisions: RevisionFactory, clock: TestClock
) -> None:
    scheme_id = await make_scheme(bulk(), ecp_ids=(ecp_id,))
    assert [await sold.sell(hour) for hour in (1, 2)] == [(20, 7), (20, 7)]
    clock.now = MAY + timedelta(days=16)
    await _revise_rule(revisions, scheme_id, clock.now + HOUR, bulk(24))
    clock.now += 2 * HOUR
    assert [await sold.sell(hour) for hour in (3, 4)] == [(20, 7), (20, 3)]
    assert (await rows.pools()) == {await _rule_id(rows): (24, 0, 0)}
    await rows.check()


@pytest.mark.long
async def test_parallel_sales_use_up_a_cap_exactly(
    environment: Environment,
    make_scheme: MakeScheme,
    enrollments: EnrollmentFactory,
    rows: LedgerRows,
    clock: TestClock,
) -> None:
    """100 sales of ten ECPs at once against the last 100 points of a cap, and against a budget; nothing locks up."""
    ecp_ids = tuple([await enrollments.ecps.verified(f"Person {number}") for number in range(10)])
    await make_scheme(bulk(100), ecp_ids=ecp_ids, budget=1500)
    clock.now = MAY + timedelta(days=15)

    # As many as there are connections.
    room = asyncio.Semaphore(8)

    async def sell(number: int) -> None:
        desk = LedgerDesk(environment, enrollments.schemes.world)
        place = SalePlace(MAY + (number * 37 % 100) * HOUR, "till", f"sale {number}")

        async def post() -> None:
            async with desk.posting() as (operation, session):
                sales = [
                    await desk.record(session, ecp_ids[(number + more) % 10], _beside(place, more), [Line("AMB-1L", 2)])
                    for more in (0, 3)
                ]
                await post_points(operation, session, [change_of(sale) for sale in sales])

        async with room:
            await post()

    await asyncio.gather(*[sell(number) for number in range(50)])
    pools = await rows.pools()
    assert pools[await _rule_id(rows)] == (100, 0, 0)
    assert pools[BUDGET] == (1500, 0, 0)
    assert sum(await rows.balances()) == 1500
    await rows.check()


@pytest.mark.long
async def test_parallel_changes_of_one_sale_leave_one_result(
    make_scheme: MakeScheme, ecp_id: UUID, rows: LedgerRows, desk: LedgerDesk, clock: TestClock
) -> None:
    """50 corrections of a sale, all at once: the balance is that of the last one, and nothing is taken back twice."""
    await make_scheme(bulk(100), ecp_ids=(ecp_id,))
    clock.now = MAY + timedelta(days=15)
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 2))
    room = asyncio.Semaphore(8)

    async def correct(units: int) -> int:
        async with room:
            posting = await desk.correct("a", Line("AMB-1L", units))
            return posting.sales[desk.sales["a"].number].points

    changes = await asyncio.gather(*[correct(number + 3) for number in range(50)])
    ((_, _, version, base, bonus),) = (await rows.valuations())[-1:]
    assert (version, bonus) == (51, 7)
    assert await rows.balances() == [20 + 7 + sum(changes)] == [base + bonus]
    assert base == 10 * sum(line.quantity for line in desk.sales["a"].lines)
    await rows.check()


def _beside(place: SalePlace, more: int) -> SalePlace:
    return SalePlace(place.sold_at, place.source, f"{place.external_id} {more}")


async def _rule_id(rows: LedgerRows) -> UUID:
    (found,) = [rule_id for rule_id in await rows.pools() if rule_id != BUDGET]
    return found


async def _revise_rule(revisions: RevisionFactory, scheme_id: UUID, at: datetime, rule: BonusRule) -> None:
    """Approve a revision that changes the rule of a scheme."""
    revision_id = await revisions.opened(scheme_id, at)
    definition = await revisions.schemes.definition(revision_id)
    (known,) = definition.content.rules
    version = list(definition.sections.values())[-1].version
    command = SaveSchemeBonusRules(revision_id, version, (RuleDraft(known.id, rule),))
    await save_scheme_bonus_rules(revisions.schemes.operation(), command)
    await revisions.schemes.approved(revision_id)
