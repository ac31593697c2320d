"""Points that were not paid out in time expire, first in, first out, once, and after a notification (R22)."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.points.expiry import find_expired
from domain.points.ledger import LedgerAccount
from tests.support.clock import TestClock
from tests.support.databases import Cleaner
from tests.support.expiry_desk import ExpiryDesk
from tests.support.factories.revisions import RevisionFactory
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.ledger_rows import LedgerRows

MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS = 100
AVAILABLE, SETTLING, PAID = LedgerAccount.AVAILABLE, LedgerAccount.SETTLING, LedgerAccount.PAID


async def test_points_expire_after_their_days_and_once(
    expiry: ExpiryDesk, desk: LedgerDesk, rows: LedgerRows, ecp_id: UUID, clock: TestClock
) -> None:
    """Points of a day are kept for a hundred full days after it; the next day they expire, with one entry."""
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 3))
    clock.now += 10 * DAY
    await desk.sell(ecp_id, "b", MAY, Line("AMB-1L", 2))
    recorded = MAY + DAY
    clock.now = recorded.replace(hour=23) + DAYS * DAY
    await expiry.expire()
    assert await expiry.balance() == (50, 0)
    clock.now = recorded.replace(hour=0) + (DAYS + 1) * DAY
    assert await expiry.is_due()
    assert await expiry.expire() == 1
    assert await expiry.balance() == (20, 30)
    assert not await expiry.is_due()
    assert await expiry.expire() == 0
    assert [(kind, points) for kind, points, *_ in await rows.moves()] == [("BASE", 30), ("BASE", 20), ("EXPIRY", -30)]
    await rows.check()


async def test_what_was_paid_or_deducted_was_the_oldest(
    expiry: ExpiryDesk, desk: LedgerDesk, ecp_id: UUID, clock: TestClock
) -> None:
    """A payout under way counts as used; one that failed makes the oldest points available again, which then expire."""
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 5))
    await expiry.adjust(ecp_id, -10)
    await expiry.adjust(ecp_id, 7)
    clock.now += DAY
    await desk.sell(ecp_id, "b", MAY, Line("AMB-1L", 1))
    await expiry.move(ecp_id, 40, AVAILABLE, SETTLING)
    clock.now += DAYS * DAY
    await expiry.expire()
    assert await expiry.balance() == (10, 7)
    await expiry.move(ecp_id, 40, SETTLING, AVAILABLE)
    assert await expiry.is_due()
    await expiry.expire()
    assert await expiry.balance() == (10, 47)


async def test_a_return_takes_the_points_of_its_own_sale(
    expiry: ExpiryDesk, desk: LedgerDesk, ecp_id: UUID, clock: TestClock
) -> None:
    """What a return took back does not expire again, whenever it came."""
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 5))
    await desk.sell(ecp_id, "b", MAY, Line("AMB-1L", 1))
    clock.now += 5 * DAY
    await desk.sell(ecp_id, "c", MAY, Line("AMB-1L", 2))
    clock.now += 80 * DAY
    await desk.give_back("a", "AMB-1L", 4, "a-back")
    await desk.give_back("c", "AMB-1L", 1, "c-back")
    clock.now += 16 * DAY
    await expiry.expire()
    assert await expiry.balance() == (10, 20)


async def test_an_ecp_is_notified_once_thirty_days_before(
    expiry: ExpiryDesk, desk: LedgerDesk, ecp_id: UUID, clock: TestClock, cleaner: Cleaner
) -> None:
    """What expires within 60 days is announced together, so no day brings two notifications."""
    for number in range(8):
        await desk.sell(ecp_id, f"{number}", MAY, Line("AMB-1L", 1))
        clock.now += 10 * DAY
    seen = []
    for _ in range(40):
        await expiry.expire()
        seen.append((await expiry.notices())[:])
        clock.now += 3 * DAY
    first = next(index for index, found in enumerate(seen) if found)
    assert seen[first] == ["pointsExpiring 30"] or seen[first] == ["pointsExpiring 40"]
    assert sum(int(text.split()[1]) for text in seen[-1]) == 80
    assert {text.split()[0] for text in seen[-1]} == {"pointsExpiring"}
    events = await cleaner.fetch("SELECT count(*) FROM event WHERE kind = 'POINTS_EXPIRING'")
    assert [count for (count,) in events] == [len(seen[-1])]
    assert await expiry.balance() == (0, 80)


async def test_a_revision_that_shortens_the_days_applies_from_then_on(  # noqa: PLR0913, PLR0917 - fixtures
    expiry: ExpiryDesk, desk: LedgerDesk, revisions: RevisionFactory, ecp_id: UUID, clock: TestClock, rows: LedgerRows
) -> None:
    """The ECP is notified of what expired unannounced."""
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 5))
    clock.now += 40 * DAY
    await expiry.expire()
    assert (await expiry.balance(), await expiry.notices()) == ((50, 0), [])
    await revisions.approved(expiry.scheme_id, clock.now + timedelta(hours=1), points_expire_after_days=20)
    clock.now += DAY
    await expiry.expire()
    assert (await expiry.balance(), await expiry.notices()) == ((0, 50), ["pointsExpired 50"])
    await rows.check()


async def test_any_history_expires_as_sums_say(
    expiry: ExpiryDesk, desk: LedgerDesk, ecp_id: UUID, clock: TestClock, rows: LedgerRows
) -> None:
    """Random sales, returns, adjustments, and payouts that may fail, with the expiry on random days."""
    dice = random.Random(3)  # noqa: S311 - the same in every run
    lots: dict[str, list[int | datetime]] = {}
    used = settling = expired = 0
    for number in range(90):
        clock.now += timedelta(hours=dice.choice([1, 5, 24, 100, 400]))
        available, _ = await expiry.balance() if lots else (0, 0)
        match dice.randrange(7):
            case 0 | 1 | 2:
                quantity = dice.randint(1, 9)
                await desk.sell(ecp_id, f"S-{number}", MAY, Line("AMB-1L", quantity))
                lots[f"S-{number}"] = [clock.now, quantity * 10]
            case 3:
                left = [name for name, lot in lots.items() if name.startswith("S") and lot[1]]
                if left:
                    name = dice.choice(left)
                    await desk.give_back(name, "AMB-1L", 1, f"R-{number}")
                    lots[name][1] -= 10  # type: ignore[operator]
            case 4:
                points = dice.choice([-15, 8])
                await expiry.adjust(ecp_id, points)
                if points > 0:
                    lots[f"A-{number}"] = [clock.now, points]
                else:
                    used += 15
            case 5 if available > 0:
                settling = dice.randint(1, min(available, 30))
                await expiry.move(ecp_id, settling, AVAILABLE, SETTLING)
                is_paid = dice.random() < 0.5
                await expiry.move(ecp_id, settling, SETTLING, PAID if is_paid else AVAILABLE)
                used += settling if is_paid else 0
            case _:
                await expiry.expire()
                cutoff = clock.now.replace(hour=0, minute=0, second=0, microsecond=0) - DAYS * DAY
                expired += find_expired([tuple(lot) for lot in lots.values()], used + expired, cutoff)  # type: ignore[misc]
                assert await expiry.balance() == (_sum(lots) - used - expired, expired), number
    assert expired > 50
    await rows.check()


def _sum(lots: dict[str, list[int | datetime]]) -> int:
    return sum(lot[1] for lot in lots.values())  # type: ignore[misc]
