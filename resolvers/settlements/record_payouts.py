"""The mutation recordPayouts: what a payment system reports about the lines of a settlement."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.points.moves import Move
from db.sessions import Writing
from db.settlements.changes import count_reports, report_lines, return_lines
from db.settlements.reads import LINES_OF_REPORT
from db.settlements.rows import PayableLineRow, ReportCounts, SettlementStandingRow
from domain.events import EventKind
from domain.points.ledger import LedgerAccount, PointsEntryKind
from domain.settlements.facts import LineStatus, PayoutOutcome, PayoutResult, SettlementStatus
from domain.settlements.guards import SETTLEMENT_GUARDS, SettlementAction
from domain.settlements.payouts import PayableLine, ReportedPayout, decide_payouts, payout_problems
from domain.settlements.stored_facts import (
    PaymentsReturned,
    PayoutFailed,
    PayoutReturned,
    PointsPaid,
    StoredPayoutFact,
    StoredSettlementFact,
)
from domain.text import trim_text
from resolvers.adjustments.forfeit import forfeit_points
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.points.posting.moves import Moving, lock_moving, move_points
from resolvers.schemes.rederive import rederive_execution
from resolvers.settlements.jobs import finish_settlement
from resolvers.settlements.locking import lock_settlement
from resolvers.settlements.notify import notify_of_settlement, settlement_fact, staff_of
from resolvers.validation import reject_invalid

# Between which accounts the points of a reported line move.
_ACCOUNTS: Final = {
    PayoutOutcome.PAID: (LedgerAccount.SETTLING, LedgerAccount.PAID),
    PayoutOutcome.FAILED: (LedgerAccount.SETTLING, LedgerAccount.AVAILABLE),
    PayoutOutcome.RETURNED: (LedgerAccount.PAID, LedgerAccount.AVAILABLE),
}
_FACTS: Final[dict[PayoutOutcome, type[StoredPayoutFact]]] = {
    PayoutOutcome.PAID: PointsPaid,
    PayoutOutcome.FAILED: PayoutFailed,
    PayoutOutcome.RETURNED: PayoutReturned,
}


class RecordPayouts(Struct, frozen=True):
    """Record what happened to the payments of lines of a settlement."""

    settlement_id: UUID
    payouts: Sequence[ReportedPayout]
    idempotency_key: str


class PayoutResultView(Struct, frozen=True):
    """What came of a payout, and why it changed nothing; the line is None unless it is one of the settlement."""

    result: PayoutResult
    message: str | None
    line_id: UUID | None


class PayoutsReport(Struct, frozen=True):
    """What came of each payout, in the order of the report."""

    settlement_id: UUID
    results: Sequence[PayoutResultView]


class _Reported(Struct, frozen=True):
    """A line that is newly reported, with its ECP and its outcome."""

    line: PayableLineRow
    payout: ReportedPayout


async def record_payouts(operation: Operation, command: RecordPayouts) -> PayoutsReport:
    """Record payouts once each: paid points leave, and those of a failed or returned payout are available again.

    A report that is sent again finds duplicates and changes nothing. Raises InvalidInput, NotFound, IllegalState and
    IdempotencyMismatch.
    """
    payouts = [replace(one, reference=trim_text(one.reference)) for one in command.payouts]
    reject_invalid(payout_problems(payouts))
    ids = list(dict.fromkeys(one.line_id for one in payouts))
    await operation.program()
    async with operation.writing() as session:
        before = await session.fetch(LINES_OF_REPORT, settlement_id=command.settlement_id, ids=ids)
        await lock_moving(session, [row.ecp for row in before])
        standing = await lock_settlement(operation, session, command.settlement_id)
        await claim_key(operation, session, command, result_id=standing.id)
        SETTLEMENT_GUARDS.check(SettlementAction.RECORD_PAYOUTS, standing.facts, operation.viewer)
        rows = await session.fetch(LINES_OF_REPORT, settlement_id=command.settlement_id, ids=ids)
        lines = {row.id: row for row in rows}
        known = {row.id: PayableLine(LineStatus(row.status), row.reference, row.return_reference) for row in rows}
        decisions = decide_payouts(payouts, known)
        reported = [
            _Reported(lines[payout.line_id], payout)
            for payout, decision in zip(payouts, decisions, strict=True)
            if decision.result is PayoutResult.RECORDED
        ]
        if reported:
            await _record(operation, session, standing, reported)
    results = [
        PayoutResultView(decision.result, decision.problem, one.line_id if one.line_id in lines else None)
        for one, decision in zip(payouts, decisions, strict=True)
    ]
    return PayoutsReport(command.settlement_id, results)


async def _record(
    operation: Operation, session: Writing, standing: SettlementStandingRow, reported: Sequence[_Reported]
) -> None:
    """Store the reports, move the points, and notify the ECPs; the last report settles the settlement."""
    by_outcome = {outcome: [one for one in reported if one.payout.outcome is outcome] for outcome in PayoutOutcome}
    # Payments before their returns, because one report may have both of a line.
    for outcome, some in by_outcome.items():
        if some:
            await _post(operation, session, standing, outcome, some)
    await _forfeit_returned(operation, session, by_outcome[PayoutOutcome.RETURNED])
    counts = _counts(by_outcome)
    await count_reports(session, standing.id, counts)
    facts = {**_facts_of_staff(standing, counts), **_facts(standing, by_outcome)}
    await notify_of_settlement(operation, session, EventKind.PAYOUTS_RECORDED, standing, facts)
    counted = replace(
        standing,
        paid_lines=standing.paid_lines + counts.paid_lines,
        paid_points=standing.paid_points + counts.paid_points,
        failed_lines=standing.failed_lines + counts.failed_lines,
        returned_lines=standing.returned_lines + counts.returned_lines,
    )
    if counted.is_reported and standing.status == SettlementStatus.PAYING:
        await finish_settlement(operation, session, counted)
        await rederive_execution(operation, session, standing.scheme_id)


async def _post(
    operation: Operation,
    session: Writing,
    standing: SettlementStandingRow,
    outcome: PayoutOutcome,
    reported: Sequence[_Reported],
) -> None:
    """Store reports of one outcome, and move their points."""
    ids, references = [one.line.id for one in reported], [one.payout.reference for one in reported]
    if outcome is PayoutOutcome.RETURNED:
        await return_lines(session, ids, references, operation.now)
    else:
        await report_lines(session, ids, [outcome.status.value] * len(ids), references, operation.now)
    debit, credit = _ACCOUNTS[outcome]
    moving = Moving(
        scheme_id=standing.scheme_id,
        scheme=standing.scheme,
        kind=PointsEntryKind.SETTLEMENT,
        debit=debit,
        credit=credit,
    )
    await move_points(
        operation, session, moving, [Move(one.line.ecp, one.line.points, one.line.id) for one in reported]
    )


async def _forfeit_returned(operation: Operation, session: Writing, returned: Sequence[_Reported]) -> None:
    """Forfeit what came back to ECPs that were erased after they were paid: nobody can receive it any more."""
    for one in returned:
        if one.line.ecp_is_erased:
            await forfeit_points(operation, session, one.line.ecp_id)


def _counts(reported: Mapping[PayoutOutcome, Sequence[_Reported]]) -> ReportCounts:
    lines = {outcome: len(some) for outcome, some in reported.items()}
    points = {outcome: sum(one.line.points for one in some) for outcome, some in reported.items()}
    amounts = {outcome: sum((one.line.amount or Decimal(0)) for one in some) for outcome, some in reported.items()}
    paid, failed, returned = PayoutOutcome.PAID, PayoutOutcome.FAILED, PayoutOutcome.RETURNED
    return ReportCounts(
        paid_lines=lines[paid] - lines[returned],
        paid_points=points[paid] - points[returned],
        paid_amount=Decimal(amounts[paid] - amounts[returned]),
        failed_lines=lines[failed],
        failed_points=points[failed],
        returned_lines=lines[returned],
        returned_points=points[returned],
    )


def _facts_of_staff(standing: SettlementStandingRow, counts: ReportCounts) -> dict[UUID, StoredSettlementFact]:
    """What the maker and the second person are notified of: returned payments, which need a new settlement."""
    if not counts.returned_lines:
        return {}
    fact = settlement_fact(PaymentsReturned, standing, points=counts.returned_points, lines=counts.returned_lines)
    return dict.fromkeys(staff_of(standing), fact)


def _facts(
    standing: SettlementStandingRow, reported: Mapping[PayoutOutcome, Sequence[_Reported]]
) -> dict[UUID, StoredSettlementFact]:
    """What the ECPs are notified of, by account; of a line that was paid and returned, the return."""
    facts: dict[UUID, StoredSettlementFact] = {}
    for outcome, some in reported.items():
        for line in (one.line for one in some):
            if line.ecp_account_id is not None:
                kind = _FACTS[outcome]
                facts[line.ecp_account_id] = kind(ecp_id=line.ecp_id, title=standing.title, points=line.points)
    return facts
