"""Settlements of ended demo schemes.

One scheme is settled but for a payout that failed, which is in a supplementary settlement that waits for approval. The
settlement of another one is approved and not paid yet.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.demo.reads import PENDING_LINES, SETTLED_SCHEME, SettledSchemeRow
from domain.failures import NotFound
from domain.settlements.facts import PayoutOutcome
from domain.settlements.payouts import ReportedPayout
from graphql_api.demo.accounts.people import Person
from graphql_api.demo.history.desk import Desk
from graphql_api.demo.history.jobs_inside import run_jobs
from resolvers.context import Operation
from resolvers.jobs.handlers import handlers_by_kind
from resolvers.settlements.decide_settlement import ApproveSettlement, approve_settlement
from resolvers.settlements.jobs import JOBS
from resolvers.settlements.record_payouts import RecordPayouts, record_payouts
from resolvers.settlements.settle_scheme import SettleScheme, settle_scheme


class SettledPlan(Struct, frozen=True):
    """A scheme that is settled, and the person who settles it."""

    title: str
    manager: Person


SETTLED: Final = SettledPlan("Monsoon Coupon Rush", Person.MANAGER)
PAYING: Final = SettledPlan("Autumn Gear Coupons", Person.SECOND_MANAGER)
_HANDLERS: Final = handlers_by_kind(JOBS)
# Payouts that the payment system reports at once.
_REPORT: Final = 500
_NOW: Final = timedelta()


async def settle(plan: SettledPlan, desk: Desk) -> None:
    """Settle a scheme as its manager; the job freezes the lines."""
    operation = desk.operation(plan.manager, _NOW)
    scheme = await _find(operation, plan)
    key = f"demo settled {plan.title} {(scheme.number or 0) + 1}"
    await settle_scheme(operation, SettleScheme(scheme.scheme_id, acknowledge_open=True, idempotency_key=key))
    await run_jobs(desk.environment, _HANDLERS)


async def approve(plan: SettledPlan, desk: Desk) -> None:
    """Approve the settlement as a second person; the job posts its points."""
    operation = desk.operation(Person.APPROVER, _NOW)
    command = ApproveSettlement(await _newest(operation, plan), f"demo approved {plan.title}")
    await approve_settlement(operation, command)
    await run_jobs(desk.environment, _HANDLERS)


async def report_payouts(plan: SettledPlan, desk: Desk) -> None:
    """Report that every line was paid, except that the bank of the first ECP returned the money."""
    operation = desk.operation(Person.CONNECTOR, _NOW)
    settlement_id = await _newest(operation, plan)
    number = 0
    while lines := await operation.fetch(PENDING_LINES, settlement_id=settlement_id, limit=_REPORT):
        payouts = []
        for line_id in lines:
            number += 1
            outcome = PayoutOutcome.FAILED if number == 1 else PayoutOutcome.PAID
            payouts.append(ReportedPayout(line_id, outcome, f"PAY-{number:06}"))
        await record_payouts(operation, RecordPayouts(settlement_id, payouts, f"demo paid {number}"))


async def _newest(operation: Operation, plan: SettledPlan) -> UUID:
    scheme = await _find(operation, plan)
    if scheme.settlement_id is None:
        raise NotFound("settlement", ())
    return scheme.settlement_id


async def _find(operation: Operation, plan: SettledPlan) -> SettledSchemeRow:
    (found,) = await operation.fetch(SETTLED_SCHEME, title=plan.title)
    return found
