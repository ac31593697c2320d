"""The mutation settleScheme."""

from uuid import UUID

from msgspec import Struct

from db.points.source_reads import decode_content
from db.schemes.reads import select_schemes_by_id
from db.schemes.revision_reads import CONTENT_IN_FORCE
from db.sessions import Writing
from db.settlements.changes import add_settlement
from db.settlements.reads import IS_LEFT_TO_SETTLE, LAST_NUMBER, LOCK_SCHEME_TO_SETTLE, OPEN_WORK
from db.settlements.rows import NewSettlement
from domain.events import EventKind
from domain.failures import NotFound
from domain.jobs.facts import JobKind
from domain.schemes.guards import SCHEME_GUARDS, SchemeAction
from domain.settlements.facts import OpenWork, SettlementStatus
from domain.settlements.failures import SCHEME_PATH, NothingToSettle, OpenWorkRemains
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.jobs.enqueue import enqueue_job
from resolvers.schemes.rederive import rederive_execution
from resolvers.schemes.standing import add_settlements, standings_by_scheme
from resolvers.settlements.jobs import SettlementWork
from resolvers.settlements.notify import append_settlement_event


class SettleScheme(Struct, frozen=True):
    """Settle a scheme; `acknowledge_open` accepts that its points may still change."""

    scheme_id: UUID
    acknowledge_open: bool
    idempotency_key: str


async def settle_scheme(operation: Operation, command: SettleScheme) -> UUID:
    """Begin a settlement of a scheme, whose lines a job prepares; return its id.

    Raises InvalidInput, NotFound, IllegalState, SettlementTooEarly, SettlementUnderway, NothingToSettle,
    OpenWorkRemains, and IdempotencyMismatch.
    """
    settlement_id = operation.new_id()
    # Read before the transaction, which should wait for no second connection.
    await operation.program()
    async with operation.writing() as session:
        number = await _lock_scheme(operation, session, command.scheme_id)
        if earlier := await claim_key(operation, session, command, result_id=settlement_id):
            return earlier
        await _require_settleable(operation, session, command.scheme_id)
        await _require_points(session, command.scheme_id, number)
        work = await _require_no_work(session, command, scheme=number)
        await add_settlement(session, await _new_settlement(operation, session, settlement_id, command.scheme_id, work))
        await enqueue_job(operation, session, JobKind.SETTLEMENT, SettlementWork(settlement_id), of_server=True)
        await rederive_execution(operation, session, command.scheme_id)
        await append_settlement_event(
            operation, session, EventKind.SETTLEMENT_STARTED, settlement_id, command.scheme_id
        )
    return settlement_id


async def _lock_scheme(operation: Operation, session: Writing, scheme_id: UUID) -> int:
    """Lock a scheme that the viewer sees, and return its number. Raises NotFound."""
    seen = await session.fetch(select_schemes_by_id(operation.viewer.scheme_scope), ids=[scheme_id])
    if not seen:
        raise NotFound("scheme", SCHEME_PATH)
    (number,) = await session.fetch(LOCK_SCHEME_TO_SETTLE, id=scheme_id)
    return number


async def _require_settleable(operation: Operation, session: Writing, scheme_id: UUID) -> None:
    """Raise the failure that keeps the viewer from settling the scheme now, if there is one."""
    standings = await standings_by_scheme(session, [scheme_id], operation.now, await operation.calendar())
    (standing,) = await add_settlements(session, [scheme_id], standings)
    SCHEME_GUARDS.check(SchemeAction.SETTLE, standing, operation.viewer)


async def _require_points(session: Writing, scheme_id: UUID, scheme: int) -> None:
    (is_left,) = await session.fetch(IS_LEFT_TO_SETTLE, scheme_id=scheme_id, scheme=scheme)
    if not is_left:
        raise NothingToSettle


async def _require_no_work(session: Writing, command: SettleScheme, *, scheme: int) -> OpenWork:
    (row,) = await session.fetch(OPEN_WORK, scheme_id=command.scheme_id, scheme=scheme)
    work = OpenWork(**row._asdict())
    if not (work.is_empty or command.acknowledge_open):
        raise OpenWorkRemains(work)
    return work


async def _new_settlement(
    operation: Operation, session: Writing, settlement_id: UUID, scheme_id: UUID, work: OpenWork
) -> NewSettlement:
    """The settlement by the terms in force at the end: no revision takes effect after the last day."""
    (content,) = await session.fetch(CONTENT_IN_FORCE, scheme_id=scheme_id, at=operation.now)
    (last,) = await session.fetch(LAST_NUMBER, scheme_id=scheme_id)
    terms = decode_content(content).basics
    value = terms.point_value
    return NewSettlement(
        id=settlement_id,
        scheme_id=scheme_id,
        number=last + 1,
        status=SettlementStatus.PREPARING.value,
        made_at=operation.now,
        made_by=operation.viewer.account_id,
        point_value=None if value is None else value.amount,
        currency=None if value is None else value.currency,
        minimum_payout=terms.minimum_payout,
        open_discrepancies=work.discrepancies,
        open_parked_sales=work.parked_sales,
        open_adjustments=work.pending_adjustments,
        open_valuations=work.waiting_accounts,
    )
