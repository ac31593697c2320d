"""The mutation adjustPoints."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.adjustments.changes import add_adjustment
from db.adjustments.reads import (
    LOCK_ADJUSTED_ECP,
    LOCK_LEDGER_OF_ECP,
    RECENT_POINTS,
    STANDINGS_BY_ID,
    adjusted_scheme,
)
from db.adjustments.rows import AdjustedEcpRow, AdjustmentRow
from db.sessions import Writing
from domain.adjustments.facts import COUNTED_TOGETHER, LARGEST_POINTS, AdjustmentStatus, needs_second_person
from domain.adjustments.failures import SCHEME_PATH, BalanceTooLarge, NothingToAdjust
from domain.adjustments.guards import find_adjusting_failure
from domain.adjustments.inputs import points_problems
from domain.adjustments.stored_facts import AdjustmentRequested
from domain.checks import reason_problems
from domain.ecps.facts import EcpStatus
from domain.ecps.failures import ECP_PATH
from domain.events import EventKind
from domain.failures import IllegalState, NotFound
from domain.text import trim_text
from resolvers.adjustments.notify import deciders_of, event_of_adjustment, notify_of_adjustment, posted_facts
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.points.posting.adjust import post_adjustment
from resolvers.validation import reject_invalid


class AdjustPoints(Struct, frozen=True):
    """Add points to an ECP in a scheme, or take points from it, with a reason."""

    ecp_id: UUID
    scheme_id: UUID
    points: int
    reason: str
    idempotency_key: str


async def adjust_points(operation: Operation, command: AdjustPoints) -> UUID:
    """Post an adjustment at once, or leave it to a second person above the threshold; return its id.

    Raises InvalidInput, NotFound, IllegalState, SelfApproval, NothingToAdjust, BalanceTooLarge and IdempotencyMismatch.
    """
    reject_invalid([*points_problems(command.points), *reason_problems(command.reason)])
    adjustment_id = operation.new_id()
    # Read before the transaction, which should wait for no second connection.
    await operation.program()
    async with operation.writing() as session:
        earlier = await claim_key(operation, session, command, result_id=adjustment_id)
        if earlier:
            return earlier
        ecp = await _lock_ecp(operation, session, command.ecp_id)
        await _require_part(operation, session, ecp, command)
        row = await _decide_by_threshold(operation, session, command, adjustment_id)
        await _store(operation, session, row)
    return adjustment_id


async def _lock_ecp(operation: Operation, session: Writing, ecp_id: UUID) -> AdjustedEcpRow:
    """Lock the ledger of an ECP, and then the ECP: adjustments of one ECP take turns."""
    await session.fetch(LOCK_LEDGER_OF_ECP, ecp_id=ecp_id)
    found = await session.fetch(LOCK_ADJUSTED_ECP, id=ecp_id)
    if not found:
        raise NotFound("ECP", ECP_PATH)
    ecp = found[0]
    if failure := find_adjusting_failure(operation.viewer, ecp.id, ecp.account_id):
        raise failure
    if ecp.status == EcpStatus.CLOSED:
        message = f"{ecp.code} is closed, and its points were forfeited. Nothing can be adjusted any more."
        raise IllegalState(message, ECP_PATH)
    return ecp


async def _require_part(operation: Operation, session: Writing, ecp: AdjustedEcpRow, command: AdjustPoints) -> None:
    statement = adjusted_scheme(operation.viewer.scheme_scope)
    found = await session.fetch(statement, id=command.scheme_id, ecp_id=ecp.id)
    if not found:
        raise NotFound("scheme", SCHEME_PATH)
    if not found[0].takes_part:
        raise NothingToAdjust(ecp.code)
    balance = found[0].available + command.points
    if abs(balance) > LARGEST_POINTS:
        raise BalanceTooLarge(balance, LARGEST_POINTS)


async def _decide_by_threshold(
    operation: Operation, session: Writing, command: AdjustPoints, adjustment_id: UUID
) -> AdjustmentRow:
    """The adjustment: pending, or approved at once and not posted yet."""
    (before,) = await session.fetch(
        RECENT_POINTS,
        ecp_id=command.ecp_id,
        made_by=operation.viewer.account_id,
        since=operation.now - COUNTED_TOGETHER,
    )
    threshold = (await operation.program()).approval_threshold_points
    pending = needs_second_person(command.points, before=before, threshold=threshold)
    return AdjustmentRow(
        id=adjustment_id,
        ecp_id=command.ecp_id,
        scheme_id=command.scheme_id,
        points=command.points,
        reason=trim_text(command.reason),
        status=(AdjustmentStatus.PENDING if pending else AdjustmentStatus.APPROVED).value,
        made_at=operation.now,
        made_by=operation.viewer.account_id,
        decided_at=None if pending else operation.now,
        decided_by=None,
        decision_reason=None,
        recorded_at=None,
        forfeits=False,
    )


async def _store(operation: Operation, session: Writing, row: AdjustmentRow) -> None:
    """Store the adjustment; post it and notify the ECP, or notify those who decide."""
    approved = row.status == AdjustmentStatus.APPROVED
    if approved:
        recorded_at = await post_adjustment(operation, session, row.ecp_id, row.scheme_id, row.points, row.id)
        row = replace(row, recorded_at=recorded_at)
    await add_adjustment(session, row)
    (standing,) = await session.fetch(STANDINGS_BY_ID, ids=[row.id])
    event = event_of_adjustment(EventKind.ADJUSTMENT_MADE, standing)
    if approved:
        await notify_of_adjustment(operation, session, event, posted_facts(standing))
        return
    fact = AdjustmentRequested(ecp_id=row.ecp_id, code=standing.code, title=standing.title, points=row.points)
    deciders = await deciders_of(operation, session, standing)
    await notify_of_adjustment(operation, session, event, dict.fromkeys(deciders, fact))
