"""Posting sales: base and bonus points, differences with their causes, balances, and one event (R21, R22)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.events import EventKind, SubjectKind
from domain.points.obstacles import EarningObstacle
from domain.program.facts import PROGRAM_ID
from domain.rules.model import (
    BonusRule,
    FlatPoints,
    PointsPerUnit,
    QuantityClause,
    RuleLimits,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from resolvers.points.posting.adjust import post_adjustment
from resolvers.points.posting.posted import PostedLine, PostedSale
from tests.resolvers.points.conftest import MakeScheme
from tests.support.clock import TestClock
from tests.support.databases import Cleaner
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.ledger_rows import LedgerRows
from tests.support.world import key

MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BULK = BonusRule(id=key("rule 1"), name="Bulk", condition=QuantityClause(2), reward=FlatPoints(7))
REGULARS = BonusRule(
    id=key("rule 2"),
    name="Regulars",
    condition=VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 3),
    reward=PointsPerUnit(1),
    limits=RuleLimits(points_per_ecp=5),
)


@pytest.fixture
async def scheme_id(make_scheme: MakeScheme, ecp_id: UUID, clock: TestClock) -> UUID:
    """A scheme with both rules, approved and joined before the sales."""
    found = await make_scheme(BULK, REGULARS, ecp_ids=(ecp_id,))
    clock.now = MAY + timedelta(days=30)
    return found


async def test_a_sale_earns_base_and_bonus_points(
    desk: LedgerDesk, rows: LedgerRows, scheme_id: UUID, ecp_id: UUID, cleaner: Cleaner
) -> None:
    """R21, R22: each line earns by those before it, also of the same sale; limits for each ECP hold."""
    posting = await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 3), Line("AMB-4L", 2))
    number = desk.sales["a"].number
    lines = (PostedLine(0, scheme_id, base=30, bonus=7), PostedLine(1, scheme_id, base=40, bonus=9))
    assert posting.sales == {number: PostedSale(points=86, lines=lines)}
    posting = await desk.sell(ecp_id, "b", MAY + HOUR, Line("AMB-1L", 4))
    line = PostedLine(0, scheme_id, base=40, bonus=10)
    assert posting.sales == {desk.sales["b"].number: PostedSale(points=50, lines=(line,))}
    expected = [("BASE", 30, 0), ("BONUS", 7, 1), ("BASE", 40, 0), ("BONUS", 7, 1), ("BONUS", 2, 2)]
    expected += [("BASE", 40, 0), ("BONUS", 7, 1), ("BONUS", 3, 2)]
    assert await rows.moves() == [(*move, None, None) for move in expected]
    assert [after for (after,) in await rows.entries("balance_after")] == [30, 37, 77, 84, 86, 126, 133, 136]
    assert await rows.balances() == [136]
    await rows.check()
    events = await cleaner.fetch("SELECT object_id, subject_kinds, subject_ids FROM event WHERE kind = 'POINTS_POSTED'")
    subjects = [SubjectKind.ECP, SubjectKind.SCHEME]
    assert [tuple(event) for event in events] == [(PROGRAM_ID, subjects, [ecp_id, scheme_id])] * 2
    assert EventKind.POINTS_POSTED == "POINTS_POSTED"


async def test_a_late_sale_changes_later_lines_and_is_their_cause(
    desk: LedgerDesk, rows: LedgerRows, scheme_id: UUID, ecp_id: UUID
) -> None:
    """R21: only differences are posted; each names the late sale, and what it takes back."""
    del scheme_id
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 3))
    await desk.sell(ecp_id, "b", MAY + HOUR, Line("AMB-1L", 4))
    await desk.sell(ecp_id, "late", MAY - HOUR, Line("AMB-1L", 3))
    late = desk.sales["late"].number
    # Line a meets Regulars now and takes 3 of its 5 points; line b has 2 left of its 4.
    assert (await rows.moves())[5:] == [
        ("BASE", 30, 0, None, None),
        ("BONUS", 7, 1, None, None),
        ("BONUS", 3, 2, late, None),
        ("REVERSAL", -2, 2, late, 5),
    ]
    assert await rows.balances() == [30 + 7 + 40 + 7 + 30 + 7 + 5]
    assert [row[:3] for row in await rows.valuations()] == [
        (late, 0, 1),
        *((desk.sales["a"].number, 0, version) for version in (1, 2)),
        *((desk.sales["b"].number, 0, version) for version in (1, 2)),
    ]
    await rows.check()


async def test_a_return_lowers_the_line_at_its_place(
    desk: LedgerDesk, rows: LedgerRows, scheme_id: UUID, ecp_id: UUID
) -> None:
    """R20, R21: the latest line of the SKU first, flat points too; the return is the cause, also of later lines."""
    del scheme_id
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 2), Line("AMB-1L", 2))
    await desk.sell(ecp_id, "b", MAY + HOUR, Line("AMB-1L", 1))
    posting = await desk.give_back("a", "AMB-1L", 3, "back")
    cause = desk.sales["b"].number + 1
    assert posting.sales[desk.sales["a"].number].points == -(20 + 7) - (10 + 7)
    assert (await rows.moves())[6:] == [
        ("REVERSAL", -10, 0, cause, 1),
        ("REVERSAL", -7, 1, cause, 2),
        ("REVERSAL", -20, 0, cause, 3),
        ("REVERSAL", -7, 1, cause, 4),
        ("REVERSAL", -1, 2, cause, 6),
    ]
    assert await rows.balances() == [20]
    await rows.check()


async def test_a_correction_reverses_at_the_old_place_and_values_at_the_new_one(
    desk: LedgerDesk, rows: LedgerRows, scheme_id: UUID, ecp_id: UUID, enrollments: EnrollmentFactory
) -> None:
    """R20: another time, other lines, and another ECP, each in one transaction."""
    other = await enrollments.ecps.verified("Binod Thapa")
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 3))
    await desk.correct("a", at=MAY + HOUR)
    assert await rows.balances() == [37]
    await desk.correct("a", Line("AMB-4L", 1))
    assert await rows.balances() == [20]
    await desk.correct("a", ecp_id=other)
    # The other ECP has no enrollment.
    assert await rows.balances() == [0]
    assert (await rows.moves()) == [
        ("BASE", 30, 0, None, None),
        ("BONUS", 7, 1, None, None),
        ("REVERSAL", -30, 0, None, 1),
        ("REVERSAL", -7, 1, None, 2),
        ("BASE", 30, 0, None, None),
        ("BONUS", 7, 1, None, None),
        ("REVERSAL", -10, 0, None, 5),
        ("REVERSAL", -7, 1, None, 6),
        ("REVERSAL", -20, 0, None, 5),
    ]
    await rows.check()
    del scheme_id


async def test_a_sale_that_cannot_earn_is_worth_nothing_and_says_why(  # noqa: PLR0913, PLR0917 - fixtures
    desk: LedgerDesk, rows: LedgerRows, scheme_id: UUID, ecp_id: UUID, enrollments: EnrollmentFactory, clock: TestClock
) -> None:
    """R20, R21: recorded with 0 points for good, and counted in no volume."""
    other = await enrollments.ecps.verified("Binod Thapa")
    clock.now = MAY
    await enrollments.suspend(ecp_id)
    clock.now = MAY + timedelta(days=30)
    posting = await desk.sell(ecp_id, "a", MAY + HOUR, Line("AMB-1L", 3))
    (line,) = posting.sales[desk.sales["a"].number].lines
    assert (line.base, line.bonus) == (0, 0)
    assert line.obstacles == (EarningObstacle.SUSPENDED,)
    assert await rows.moves() == []
    assert [row[1:] for row in await rows.valuations()] == [(0, 1, 0, 0)]
    posting = await desk.sell(other, "b", MAY + HOUR, Line("AMB-1L", 3))
    assert posting.sales == {desk.sales["b"].number: PostedSale()}
    del scheme_id


async def test_the_first_posting_fixes_the_time_zone(
    desk: LedgerDesk, scheme_id: UUID, ecp_id: UUID, cleaner: Cleaner
) -> None:
    """The program keeps when points were posted for the first time."""
    del scheme_id
    for name in ("a", "b"):
        await desk.sell(ecp_id, name, MAY, Line("AMB-1L", 1))
    (first,), (recorded,) = await cleaner.fetch(
        "SELECT first_posting_at FROM program UNION ALL SELECT min(recorded_at) FROM points_entry"
    )
    assert first < recorded < first + timedelta(seconds=1)


async def test_an_adjustment_stands_outside_of_all_limits(
    desk: LedgerDesk, rows: LedgerRows, scheme_id: UUID, ecp_id: UUID
) -> None:
    """R22: the balance may become negative, and later sales go on from there."""
    async with desk.posting() as (operation, session):
        recorded_at = await post_adjustment(operation, session, ecp_id, scheme_id, -50, key("adjustment"))
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 1))
    async with desk.posting() as (operation, session):
        await post_adjustment(operation, session, ecp_id, scheme_id, 15, key("adjustment 2"))
    await desk.sell(ecp_id, "b", MAY, Line("AMB-1L", 1))
    assert await rows.entries("kind, debit, credit, points, balance_after, adjustment_id") == [
        (4, 1, 2, 50, -50, key("adjustment")),
        (1, 2, 1, 10, -40, None),
        (4, 2, 1, 15, -25, key("adjustment 2")),
        (1, 2, 1, 10, -15, None),
    ]
    assert (await rows.entries("effective_at, recorded_at"))[0] == (recorded_at, recorded_at)
    await rows.check()


async def test_a_ledger_that_is_ahead_leaves_the_times_of_others(  # noqa: PLR0913, PLR0917 - fixtures
    desk: LedgerDesk, scheme_id: UUID, ecp_id: UUID, enrollments: EnrollmentFactory, clock: TestClock, cleaner: Cleaner
) -> None:
    """R22: in one posting, each ledger has the time after its own last one, and an event by which it is found."""
    clock.now = datetime(2026, 4, 20, tzinfo=UTC)
    other = await enrollments.ecps.verified("Binod Thapa")
    await enrollments.enrolled(scheme_id, other)
    june = clock.now = MAY + timedelta(days=30)
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 1))
    back = clock.now = MAY + timedelta(days=1)
    # The sale moves from one ECP to the other.
    posting = await desk.correct("a", ecp_id=other)
    numbers = dict(await cleaner.fetch("SELECT id, number FROM ecp"))
    first, second = posting.times[numbers[ecp_id]], posting.times[numbers[other]]
    assert june < first < june + timedelta(seconds=1)
    assert back < second < back + timedelta(seconds=1)
    times = {numbers[ecp_id]: first, numbers[other]: second}
    ledgers = await cleaner.fetch("SELECT ecp, recorded_at FROM points_ledger")
    assert dict(ledgers) == times
    newest = await cleaner.fetch("SELECT DISTINCT ON (ecp) ecp, recorded_at FROM points_entry ORDER BY ecp, seq DESC")
    assert dict(newest) == times
    events = "SELECT recorded_at, subject_ids FROM event WHERE kind = 'POINTS_POSTED' ORDER BY xid, id OFFSET 1"
    found = [tuple(row) for row in await cleaner.fetch(events)]
    assert sorted(found) == sorted([(first, [ecp_id, scheme_id]), (second, [other, scheme_id])])


async def test_a_valuation_is_recorded_after_the_one_before_even_without_entries(  # noqa: PLR0913, PLR0917 - fixtures
    desk: LedgerDesk, scheme_id: UUID, ecp_id: UUID, enrollments: EnrollmentFactory, clock: TestClock, cleaner: Cleaner
) -> None:
    """R22: a line that earns 0 has valuations only, and its ledger keeps the time of the last one."""
    del scheme_id
    june = clock.now
    clock.now = MAY
    await enrollments.suspend(ecp_id)
    clock.now = june
    await desk.sell(ecp_id, "a", MAY + HOUR, Line("AMB-1L", 3))
    clock.now = MAY + timedelta(days=1)
    await desk.correct("a", Line("AMB-1L", 2))
    (first,), (second,) = await cleaner.fetch("SELECT recorded_at FROM valuation ORDER BY version")
    assert second == first + timedelta(microseconds=1)
