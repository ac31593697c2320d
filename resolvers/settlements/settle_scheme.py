"""The mutation settleScheme."""

from uuid import UUID

from msgspec import Struct

from db.points.source_reads import decode_content
from db.schemes.revision_reads import CONTENT_IN_FORCE
from db.sessions import Writing
from db.settlements.changes import add_settlement
from db.settlements.reads import OPEN_WORK, SETTLEMENTS_OF_SCHEME, lock_scheme_to_settle
from db.settlements.rows import NewSettlement, SettledSchemeRow
from domain.events import EventKind
from domain.failures import IllegalState, NotFound
from domain.jobs.facts import JobKind
from domain.schemes.content import Basics
from domain.schemes.coupon_period import redeemable_until
from domain.settlements.facts import OPEN, OpenWork, SettlementStatus
from domain.settlements.failures import SCHEME_PATH, OpenWorkRemains, SettlementTooEarly, SettlementUnderway
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.jobs.enqueue import enqueue_job
from resolvers.schemes.rederive import rederive_execution
from resolvers.settlements.jobs import SettlementWork
from resolvers.settlements.notify import append_settlement_event


class SettleScheme(Struct, frozen=True):
    """Settle a scheme; `acknowledge_open` accepts that its points may still change."""

    scheme_id: UUID
    acknowledge_open: bool
    idempotency_key: str


async def settle_scheme(operation: Operation, command: SettleScheme) -> UUID:
    """Begin a settlement of a scheme, whose lines a job prepares; return its id.

    Raises InvalidInput, NotFound, IllegalState, SettlementTooEarly, SettlementUnderway, OpenWorkRemains,
    and IdempotencyMismatch.
    """
    settlement_id = operation.new_id()
    # Read before the transaction, which should wait for no second connection.
    await operation.program()
    async with operation.writing() as session:
        scheme = await _lock_scheme(operation, session, command.scheme_id)
        if earlier := await claim_key(operation, session, command, result_id=settlement_id):
            return earlier
        basics = await _require_end(operation, session, scheme)
        number = await _next_number(session, scheme.id)
        work = await _require_no_work(session, scheme, acknowledged=command.acknowledge_open)
        row = _new_settlement(operation, settlement_id, scheme, number=number, basics=basics, work=work)
        await add_settlement(session, row)
        await enqueue_job(operation, session, JobKind.SETTLEMENT, SettlementWork(settlement_id), of_server=True)
        await rederive_execution(operation, session, scheme.id)
        await append_settlement_event(operation, session, EventKind.SETTLEMENT_STARTED, settlement_id, scheme.id)
    return settlement_id


async def _lock_scheme(operation: Operation, session: Writing, scheme_id: UUID) -> SettledSchemeRow:
    found = await session.fetch(lock_scheme_to_settle(operation.viewer.scheme_scope), id=scheme_id)
    if not found:
        raise NotFound("scheme", SCHEME_PATH)
    scheme = found[0]
    if scheme.is_revision:
        raise IllegalState("This is a revision of a scheme. Settle the scheme itself.", SCHEME_PATH)
    if not scheme.is_approved:
        raise IllegalState("The scheme is not approved, so nobody has earned points in it.", SCHEME_PATH)
    return scheme


async def _require_end(operation: Operation, session: Writing, scheme: SettledSchemeRow) -> Basics:
    """The basics of the revision in force at the end; none takes effect later. Raises SettlementTooEarly."""
    (content,) = await session.fetch(CONTENT_IN_FORCE, scheme_id=scheme.id, at=operation.now)
    basics = decode_content(content).basics
    calendar = await operation.calendar()
    begins_at = redeemable_until(basics.ends_on, basics.grace_days, calendar)
    if begins_at is None:
        raise IllegalState("The scheme has no last day, so it never ends.", SCHEME_PATH)
    if operation.now < begins_at:
        raise SettlementTooEarly(calendar.day_of(begins_at))
    return basics


async def _next_number(session: Writing, scheme_id: UUID) -> int:
    """The number of the next settlement. Raises SettlementUnderway."""
    earlier = await session.fetch(SETTLEMENTS_OF_SCHEME, scheme_id=scheme_id)
    for row in earlier:
        if row.status in OPEN:
            raise SettlementUnderway(row.number, SettlementStatus(row.status))
    return len(earlier) + 1


async def _require_no_work(session: Writing, scheme: SettledSchemeRow, *, acknowledged: bool) -> OpenWork:
    (row,) = await session.fetch(OPEN_WORK, scheme_id=scheme.id, scheme=scheme.number)
    work = OpenWork(**row._asdict())
    if not (work.is_empty or acknowledged):
        raise OpenWorkRemains(work)
    return work


def _new_settlement(  # noqa: PLR0913 - the parts of a settlement
    operation: Operation,
    settlement_id: UUID,
    scheme: SettledSchemeRow,
    *,
    number: int,
    basics: Basics,
    work: OpenWork,
) -> NewSettlement:
    value = basics.point_value
    return NewSettlement(
        id=settlement_id,
        scheme_id=scheme.id,
        number=number,
        status=SettlementStatus.PREPARING.value,
        made_at=operation.now,
        made_by=operation.viewer.account_id,
        point_value=None if value is None else value.amount,
        currency=None if value is None else value.currency,
        minimum_payout=basics.minimum_payout,
        open_discrepancies=work.discrepancies,
        open_parked_sales=work.parked_sales,
        open_adjustments=work.pending_adjustments,
        open_valuations=work.waiting_accounts,
    )
