"""The mutation recordPayouts: what a payment system reports about the lines of a settlement."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.points.moves import Move
from db.sessions import Writing
from db.settlements.changes import count_reports, report_lines
from db.settlements.reads import LINES_OF_REPORT
from db.settlements.rows import PayableLineRow, SettlementStandingRow
from domain.events import EventKind
from domain.points.ledger import LedgerAccount, PointsEntryKind
from domain.settlements.facts import LineStatus, PayoutOutcome, PayoutResult
from domain.settlements.guards import SETTLEMENT_GUARDS, SettlementAction
from domain.settlements.payouts import PayableLine, ReportedPayout, decide_payouts, payout_problems
from domain.settlements.stored_facts import PayoutFailed, PointsPaid, StoredSettlementFact
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.points.posting.moves import Moving, lock_moving, move_points
from resolvers.schemes.rederive import rederive_execution
from resolvers.settlements.jobs import finish_settlement
from resolvers.settlements.locking import lock_settlement
from resolvers.settlements.notify import notify_of_settlement
from resolvers.validation import reject_invalid

_CREDITS = {PayoutOutcome.PAID: LedgerAccount.PAID, PayoutOutcome.FAILED: LedgerAccount.AVAILABLE}


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
    """Record payouts once each: paid points leave for good, and those of a failed payout are available again.

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
        known = {row.id: PayableLine(LineStatus(row.status), row.reference) for row in rows}
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
    await report_lines(
        session,
        [one.line.id for one in reported],
        [one.payout.outcome.status.value for one in reported],
        [one.payout.reference for one in reported],
        operation.now,
    )
    lines = {outcome: [one.line for one in reported if one.payout.outcome is outcome] for outcome in PayoutOutcome}
    for outcome, of_outcome in lines.items():
        moving = Moving(
            scheme_id=standing.scheme_id,
            scheme=standing.scheme,
            kind=PointsEntryKind.SETTLEMENT,
            debit=LedgerAccount.SETTLING,
            credit=_CREDITS[outcome],
        )
        await move_points(operation, session, moving, [Move(row.ecp, row.points, row.id) for row in of_outcome])
    paid, failed = lines[PayoutOutcome.PAID], lines[PayoutOutcome.FAILED]
    paid_points = sum(row.points for row in paid)
    await count_reports(
        session,
        standing.id,
        paid_lines=len(paid),
        paid_points=paid_points,
        failed_lines=len(failed),
        failed_points=sum(row.points for row in failed),
    )
    facts = _facts(standing, reported)
    await notify_of_settlement(operation, session, EventKind.PAYOUTS_RECORDED, standing, facts)
    counted = replace(
        standing,
        paid_lines=standing.paid_lines + len(paid),
        paid_points=standing.paid_points + paid_points,
        failed_lines=standing.failed_lines + len(failed),
    )
    if counted.paid_lines + counted.failed_lines == counted.payable_lines:
        await finish_settlement(operation, session, counted)
        await rederive_execution(operation, session, standing.scheme_id)


def _facts(standing: SettlementStandingRow, reported: Sequence[_Reported]) -> dict[UUID, StoredSettlementFact]:
    """What the ECPs are notified of, by account."""
    facts: dict[UUID, StoredSettlementFact] = {}
    for one in reported:
        if (account_id := one.line.ecp_account_id) is not None:
            kind = PointsPaid if one.payout.outcome is PayoutOutcome.PAID else PayoutFailed
            facts[account_id] = kind(ecp_id=one.line.ecp_id, title=standing.title, points=one.line.points)
    return facts
