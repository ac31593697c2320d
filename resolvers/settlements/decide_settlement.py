"""The mutations approveSettlement and rejectSettlement: what a second person decides."""

from uuid import UUID

from msgspec import Struct

from db.sessions import Writing
from db.settlements.changes import record_settlement_decision
from db.settlements.rows import SettlementStandingRow
from domain.checks import reason_problems
from domain.events import EventKind
from domain.jobs.facts import JobKind
from domain.settlements.facts import SettlementStatus
from domain.settlements.guards import SETTLEMENT_GUARDS, SettlementAction
from domain.settlements.stored_facts import SettlementApproved, SettlementRejected
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.jobs.enqueue import enqueue_job
from resolvers.schemes.rederive import rederive_execution
from resolvers.settlements.jobs import SettlementWork, finish_settlement
from resolvers.settlements.locking import lock_settlement
from resolvers.settlements.notify import notify_of_settlement, settlement_fact
from resolvers.validation import reject_invalid


class ApproveSettlement(Struct, frozen=True):
    """Approve a proposed settlement."""

    settlement_id: UUID
    idempotency_key: str


class RejectSettlement(Struct, frozen=True):
    """Reject a proposed settlement, with a reason."""

    settlement_id: UUID
    reason: str
    idempotency_key: str


async def approve_settlement(operation: Operation, command: ApproveSettlement) -> UUID:
    """Approve a settlement as a second person: a job posts its points. One without payable lines is settled at once.

    Raises InvalidInput, NotFound, IllegalState, SelfApproval and IdempotencyMismatch.
    """
    await operation.program()
    async with operation.writing() as session:
        standing = await lock_settlement(operation, session, command.settlement_id)
        if await claim_key(operation, session, command, result_id=standing.id):
            return standing.id
        SETTLEMENT_GUARDS.check(SettlementAction.APPROVE, standing.facts, operation.viewer)
        await _decide(operation, session, standing, SettlementStatus.APPROVED, None)
        if standing.payable_lines:
            work = SettlementWork(standing.id)
            total = standing.payable_lines
            await enqueue_job(operation, session, JobKind.SETTLEMENT, work, total=total, of_server=True)
        facts = {standing.made_by: settlement_fact(SettlementApproved, standing, carried_over=standing.carried_over)}
        await notify_of_settlement(operation, session, EventKind.SETTLEMENT_APPROVED, standing, facts)
        if not standing.payable_lines:
            await finish_settlement(operation, session, standing)
        await rederive_execution(operation, session, standing.scheme_id)
    return command.settlement_id


async def reject_settlement(operation: Operation, command: RejectSettlement) -> UUID:
    """Reject a settlement as a second person, with a reason: nothing is posted, and a new one may be made.

    Raises InvalidInput, NotFound, IllegalState, SelfApproval and IdempotencyMismatch.
    """
    reject_invalid(reason_problems(command.reason))
    async with operation.writing() as session:
        standing = await lock_settlement(operation, session, command.settlement_id)
        if await claim_key(operation, session, command, result_id=standing.id):
            return standing.id
        SETTLEMENT_GUARDS.check(SettlementAction.REJECT, standing.facts, operation.viewer)
        await _decide(operation, session, standing, SettlementStatus.REJECTED, trim_text(command.reason))
        facts = {standing.made_by: settlement_fact(SettlementRejected, standing)}
        await notify_of_settlement(operation, session, EventKind.SETTLEMENT_REJECTED, standing, facts)
        await rederive_execution(operation, session, standing.scheme_id)
    return command.settlement_id


async def _decide(
    operation: Operation,
    session: Writing,
    standing: SettlementStandingRow,
    status: SettlementStatus,
    reason: str | None,
) -> None:
    account_id = operation.viewer.account_id
    await record_settlement_decision(
        session, standing.id, status=status, reason=reason, account_id=account_id, at=operation.now
    )
