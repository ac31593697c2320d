"""Random steps that move points beside a settlement, and stops in the middle of them."""

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from domain.failures import Failure
from domain.jobs.facts import JobKind
from domain.settlements.facts import PayoutOutcome
from domain.spans import Span
from resolvers.accounts.viewers import load_viewers
from resolvers.adjustments.adjust_points import AdjustPoints, adjust_points
from resolvers.adjustments.erase_ecp import erase_ecp
from resolvers.ecps.commands import EcpWithReason
from resolvers.ecps.suspend_ecp import suspend_ecp
from resolvers.jobs.enqueue import enqueue_unless_open
from resolvers.points.posting import expire
from resolvers.redemptions.redeem_coupon import RedeemCoupon, redeem_coupon
from resolvers.settlements import jobs
from tests.support.clock import TestClock
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.jobs import query, run_due
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.redemptions import code_of
from tests.support.settlements import (
    Payees,
    acting,
    approved,
    paid,
    rejected,
    run_settlements,
    settled,
    withdrawn,
)

NAMES: Final = ("Binod Thapa", "Chitra Das", "Dev Rao", "Esha Patil", "Farid Khan")
POINTS: Final = dict(zip(NAMES, (400, 300, 200, 99, 150), strict=True))
SOLD_AT: Final = datetime(2026, 3, 10, 20, tzinfo=UTC)
# Available, settling, paid, and expired points of an account come to what was earned and adjusted.
WRONG_SUMS: Final = """
SELECT count(*) FROM points_account AS account WHERE available + settling + paid + expired <> (
    SELECT coalesce(sum(CASE WHEN credit = 1 THEN points ELSE -points END), 0) FROM points_entry AS entry
    WHERE entry.ecp = account.ecp AND entry.scheme = account.scheme AND kind IN (1, 2, 3, 4)
)
"""
EXPIRED: Final = "SELECT coalesce(sum(expired), 0)::int FROM points_account"
BALANCES: Final = "SELECT ecp, available, settling, paid FROM points_account ORDER BY ecp"


class Stopped(Exception):
    """The process that ran the job is gone."""


class Chaos:
    """Random steps with settlements and their neighbors; a step that a rule denies changes nothing and is fine."""

    def __init__(self, factory: SchemeFactory, payees: Payees, seed: int) -> None:
        self.factory = factory
        self.payees = payees
        self.random = random.Random(seed)  # noqa: S311 - the same steps every time
        self.desk = LedgerDesk(factory.environment, factory.world)
        self.sold = 0
        self.scanned = 0

    async def step(self) -> str:
        """Make one step, and return its name."""
        steps: list[tuple[Callable[[], Awaitable[Any]], int]] = [
            (self.adjust, 4),
            (self.sell, 3),
            (self.give_back, 2),
            (self.redeem, 4),
            (self.settle, 3),
            (self.run, 6),
            (self.approve, 4),
            (self.reject, 1),
            (self.withdraw, 1),
            (self.pay, 5),
            (self.expire, 5),
            (self.suspend, 1),
            (self.erase, 1),
        ]
        (act,) = self.random.choices([step for step, _ in steps], [weight for _, weight in steps])
        try:
            await act()
        except Failure:
            return f"{act.__name__}, denied"
        return act.__name__

    @property
    def ecp_id(self) -> UUID:
        """Any of the ECPs."""
        return self.random.choice(list(self.payees.ecps.values()))

    async def adjust(self) -> None:
        """Add or take points."""
        command = AdjustPoints(
            ecp_id=self.ecp_id,
            scheme_id=self.payees.scheme_id,
            points=self.random.choice((-120, -7, 9, 130)),
            reason="A missed sale.",
            idempotency_key=str(self.factory.environment.new_id()),
        )
        async with acting(self.factory) as operation:
            await adjust_points(operation, command)

    async def sell(self) -> None:
        """Record a late sale."""
        self.sold += 1
        await self.desk.sell(self.ecp_id, f"s-{self.sold}", SOLD_AT, Line("AMB-1L", self.random.randint(1, 9)))

    async def give_back(self) -> None:
        """Return a unit of a sale."""
        open_sales = [name for name, sale in self.desk.sales.items() if sum(line.quantity for line in sale.net) > 0]
        if open_sales:
            self.sold += 1
            await self.desk.give_back(self.random.choice(open_sales), "AMB-1L", 1, f"r-{self.sold}")

    async def redeem(self) -> None:
        """Redeem a coupon that was scanned on the last day of the scheme; some have paid before."""
        serial = self.scanned if self.random.random() < 0.8 else self.random.randint(0, self.scanned)
        ecp_id = self.ecp_id
        (account_id,) = [key for key, found in self.factory.world.ecps.items() if found == ecp_id]
        operation = self.factory.environment.operation(None)
        try:
            # An ECP that was erased cannot sign in.
            for viewer in (await load_viewers(operation, [account_id])).values():
                operation.sign_in(viewer)
                key = f"scan {self.scanned}"
                command = RedeemCoupon(code_of(serial), scanned_at=SOLD_AT, device_id=None, idempotency_key=key)
                await redeem_coupon(operation, command)
        finally:
            self.scanned += 1
            await operation.close()

    async def settle(self) -> None:
        """Begin a settlement."""
        await settled(self.factory, self.payees.scheme_id, acknowledge=True)

    async def run(self) -> None:
        """Run the job; it may be stopped within a piece."""
        clock = self.factory.environment.clock
        assert isinstance(clock, TestClock)
        clock.advance(minutes=30)
        await run_settlements(self.factory)

    async def approve(self) -> None:
        """Approve the newest settlement."""
        await approved(self.factory, await self._settlement())

    async def reject(self) -> None:
        """Reject it."""
        await rejected(self.factory, await self._settlement())

    async def withdraw(self) -> None:
        """Withdraw it."""
        await withdrawn(self.factory, await self._settlement())

    async def pay(self) -> None:
        """Report payouts of any settlement, some of them again."""
        settlement_id = await self._settlement(newest=False)
        found = await query(
            self.factory.environment,
            "SELECT ecp.id FROM settlement_line JOIN ecp ON number = ecp WHERE settlement_id = $1 ORDER BY ecp",
            settlement_id,
        )
        chosen = self.random.sample(list(found), min(2, len(found)))
        await paid(self.factory, settlement_id, {key: self.random.choice(list(PayoutOutcome)) for key in chosen})

    async def expire(self) -> None:
        """Let points expire some hours later; the job may be stopped within a piece."""
        clock = self.factory.environment.clock
        assert isinstance(clock, TestClock)
        clock.advance(hours=14)
        async with acting(self.factory) as operation, operation.writing() as session:
            await enqueue_unless_open(operation, session, JobKind.EXPIRY, expire.Expiry())
        await run_due(self.factory.environment, expire.JOBS)

    async def suspend(self) -> None:
        """Suspend an ECP."""
        async with acting(self.factory) as operation:
            await suspend_ecp(operation, EcpWithReason(self.ecp_id, "Under review."))

    async def erase(self) -> None:
        """Erase an ECP, unless points are being paid to it."""
        async with acting(self.factory) as operation:
            await erase_ecp(operation, EcpWithReason(self.ecp_id, "A letter."))

    async def _settlement(self, *, newest: bool = True) -> UUID:
        sql = "SELECT id FROM settlement ORDER BY number DESC"
        found = list(await query(self.factory.environment, sql)) or [UUID(int=0)]
        key: UUID = found[0] if newest else self.random.choice(found)
        return key


def stop_sometimes(monkeypatch: pytest.MonkeyPatch, chances: random.Random) -> None:
    """Pieces of two ECPs; every other one is undone with its transaction, after everything in it was written."""
    post_piece = jobs.post_piece

    async def post_or_stop(*given: Any) -> None:
        await post_piece(*given)
        if chances.random() < 0.4:
            raise Stopped

    monkeypatch.setattr(jobs, "PIECE", 2)
    monkeypatch.setattr(jobs, "post_piece", post_or_stop)
    expire_piece = expire.expire_piece

    async def expire_or_stop(*given: Any) -> Any:
        found = await expire_piece(*given)
        if chances.random() < 0.2:
            raise Stopped
        return found

    monkeypatch.setattr(expire, "PIECE", 2)
    monkeypatch.setattr(expire, "expire_piece", expire_or_stop)


async def with_coupons(factory: SchemeFactory, consignments: ConsignmentFactory, scheme_id: UUID) -> None:
    """Put coupons of the scheme into products on its last day; the scheme has ended when this returns."""
    clock = factory.environment.clock
    assert isinstance(clock, TestClock)
    later, clock.now = clock.now, SOLD_AT - timedelta(hours=2)
    await consignments.generated(scheme_id)
    made = await consignments.created(scheme_id, chain=("PRN-1", "FAC-1"))
    await consignments.produce(made, quantity=100)
    batch_id = await consignments.dispatch(made, quantity=100)
    await consignments.receive(batch_id, by="FAC-1", accepted_serials=(Span(0, 99),))
    await consignments.commission(made, batch_id=batch_id)
    clock.now = later
