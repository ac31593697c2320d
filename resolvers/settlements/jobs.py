"""The job of a settlement: freeze its lines, or post the points of an approved one in pieces (R22).

Both may be stopped at any moment and tried again. The lines are frozen by one transaction. A piece is posted together
with the checkpoint behind it, so that every line is posted once. The jobs belong to the server: a decision takes effect
even if its account is disabled.
"""

from typing import Final
from uuid import UUID

from msgspec import Struct

from db.points.moves import Move
from db.sessions import Writing
from db.settlements.changes import carry_over, freeze_lines, set_paying, set_settled
from db.settlements.reads import INACTIVE_ECPS, LOCK_SETTLEMENT, NEXT_LINES_TO_POST, STANDINGS_BY_ID
from db.settlements.rows import PayableLineRow, SettlementStandingRow
from domain.ecps.facts import EcpStatus
from domain.events import EventKind
from domain.jobs.facts import JobKind
from domain.money import minor_digits
from domain.points.ledger import LedgerAccount, PointsEntryKind
from domain.settlements.facts import CarryReason, SettlementStatus
from domain.settlements.stored_facts import SettlementProposed, SettlementSettled
from resolvers.context import Operation
from resolvers.jobs.handlers import JobHandler
from resolvers.jobs.running import RunningJob
from resolvers.points.posting.moves import Moving, lock_moving, move_points
from resolvers.schemes.rederive import rederive_execution
from resolvers.settlements.notify import (
    append_settlement_event,
    deciders_of,
    notify_of_settlement,
    settlement_fact,
    staff_of,
)
from resolvers.settlements.payable_file import WrittenFile, written_file

# ECPs whose points are posted in one transaction.
PIECE: Final = 5_000
# Nobody: the job acts on a decision that a person has made.
_NOBODY: Final = UUID(int=0)


class SettlementWork(Struct, frozen=True):
    """The settlement that is to be prepared or posted, whatever its status says."""

    settlement_id: UUID


async def work_on_settlement(job: RunningJob[SettlementWork]) -> None:
    """Freeze the lines of a new settlement, or post those of an approved one; nothing if neither is to be done."""
    async with job.long_operation() as operation, operation.writing() as session:
        standing = await _lock(session, job.parameters.settlement_id)
        if standing.status == SettlementStatus.PREPARING:
            await _propose(operation, session, standing)
    if standing.status == SettlementStatus.APPROVED:
        await _post(job, standing)


async def _lock(session: Writing, settlement_id: UUID) -> SettlementStandingRow:
    (standing,) = await session.fetch(LOCK_SETTLEMENT, id=settlement_id, viewer_id=_NOBODY)
    return standing


async def _propose(operation: Operation, session: Writing, standing: SettlementStandingRow) -> None:
    await freeze_lines(session, standing, minor_digits(standing.currency), operation.clock())
    (frozen,) = await session.fetch(STANDINGS_BY_ID, ids=[standing.id], viewer_id=_NOBODY)
    fact = settlement_fact(SettlementProposed, frozen, lines=frozen.lines)
    facts = dict.fromkeys(await deciders_of(session, frozen), fact)
    await notify_of_settlement(operation, session, EventKind.SETTLEMENT_PROPOSED, frozen, facts)
    await rederive_execution(operation, session, frozen.scheme_id)


async def _post(job: RunningJob[SettlementWork], standing: SettlementStandingRow) -> None:
    after, done = job.checkpoint or 0, job.progress.done
    while True:
        async with job.operation() as operation, operation.writing() as session:
            rows = await session.fetch(NEXT_LINES_TO_POST, settlement_id=standing.id, after=after, limit=PIECE)
            if not rows:
                break
            await post_piece(operation, session, standing, rows)
            after, done = rows[-1].ecp, done + len(rows)
            await job.save_checkpoint(session, after, done=done)
    async with written_file(job, standing, PIECE) as written, job.operation() as operation:
        if written is not None:
            await operation.files.add(written.path, written.sha256)
        async with operation.writing() as session:
            await _finish(operation, session, standing.id, written)


async def post_piece(
    operation: Operation, session: Writing, standing: SettlementStandingRow, rows: list[PayableLineRow]
) -> None:
    """Move the frozen points of lines from available to settling; carry over those of ECPs that are not active."""
    await lock_moving(session, [row.ecp for row in rows])
    inactive = {row.number: row.status for row in await session.fetch(INACTIVE_ECPS, ecps=[row.ecp for row in rows])}
    moves = [Move(row.ecp, row.points, row.id) for row in rows if row.ecp not in inactive]
    moving = Moving(
        scheme_id=standing.scheme_id,
        scheme=standing.scheme,
        kind=PointsEntryKind.SETTLEMENT,
        debit=LedgerAccount.AVAILABLE,
        credit=LedgerAccount.SETTLING,
    )
    await move_points(operation, session, moving, moves)
    if inactive:
        dropped = [row for row in rows if row.ecp in inactive]
        reasons = [_reason(inactive[row.ecp]) for row in dropped]
        await carry_over(session, [row.id for row in dropped], reasons)


def _reason(status: str) -> str:
    return (CarryReason.CLOSED if status == EcpStatus.CLOSED else CarryReason.SUSPENDED).value


async def _finish(operation: Operation, session: Writing, settlement_id: UUID, written: WrittenFile | None) -> None:
    """Note that everything is posted, with the file of what is to pay; it is settled if no line is payable any more."""
    standing = await _lock(session, settlement_id)
    if standing.status != SettlementStatus.APPROVED:
        return
    await append_settlement_event(operation, session, EventKind.SETTLEMENT_POSTED, standing.id, standing.scheme_id)
    if standing.payable_lines:
        file_id = None if written is None else await written.store(operation, session)
        await set_paying(session, standing.id, file_id)
    else:
        await finish_settlement(operation, session, standing)
    await rederive_execution(operation, session, standing.scheme_id)


async def finish_settlement(operation: Operation, session: Writing, standing: SettlementStandingRow) -> None:
    """Note that every payable line is reported, and notify the maker and the second person."""
    await set_settled(session, standing.id, operation.now)
    counts = {
        "points": standing.paid_points,
        "failed_lines": standing.failed_lines,
        "returned_lines": standing.returned_lines,
    }
    facts = dict.fromkeys(staff_of(standing), settlement_fact(SettlementSettled, standing, **counts))
    await notify_of_settlement(operation, session, EventKind.SETTLEMENT_SETTLED, standing, facts)


JOBS: Final = (JobHandler(kind=JobKind.SETTLEMENT, parameters=SettlementWork, checkpoint=int, run=work_on_settlement),)
