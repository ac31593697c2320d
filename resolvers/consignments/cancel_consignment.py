"""The mutation cancelConsignment."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.consignments.changes import release_serials, set_consignment
from db.consignments.custody_reads import HOLDINGS_BY_CONSIGNMENT
from db.consignments.reads import CODES_DOWNLOADED
from db.consignments.rows import HoldingRow
from db.sessions import Writing
from domain.checks import reason_problems
from domain.consignments.facts import Condition, MovementKind
from domain.consignments.guards import CONSIGNMENT_GUARDS, ConsignmentAction
from domain.events import EventKind, Subject, SubjectKind
from domain.schemes.execution_facts import ConsignmentCanceled
from domain.text import trim_text
from resolvers.consignments.artwork_states import refresh_after_chain
from resolvers.consignments.locking import Chain, lock_any_chain
from resolvers.consignments.moving import record_movements
from resolvers.consignments.notify import notify_of_cancellation
from resolvers.consignments.state import build_holding, refresh_state
from resolvers.consignments.steps import Occasion, Step, on_hand
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.schemes.execution import NewActivity, lock_execution, record_activity
from resolvers.validation import reject_invalid


class CancelConsignment(Struct, frozen=True):
    """Give up a consignment of which nothing is produced."""

    consignment_id: UUID
    reason: str
    idempotency_key: str | None = None


async def cancel_consignment(operation: Operation, command: CancelConsignment) -> UUID:
    """Cancel a consignment and return its id; its coupons can be allocated again.

    If nobody downloaded its codes and none of its serials is void, other consignments can take the serials. Otherwise
    they become void, and new ones must be generated. Raises InvalidInput, NotFound, IllegalState and
    IdempotencyMismatch.
    """
    reject_invalid(reason_problems(command.reason))
    reason = trim_text(command.reason)
    async with operation.writing() as session:
        chain = await lock_any_chain(operation, session, command.consignment_id, exclusive=True)
        earlier = await claim_key(operation, session, command, result_id=chain.id)
        if earlier:
            return earlier
        rows = await session.fetch(HOLDINGS_BY_CONSIGNMENT, ids=[chain.id])
        facts = replace(chain.facts, holdings=[build_holding(row) for row in rows])
        CONSIGNMENT_GUARDS.check(ConsignmentAction.CANCEL, facts, operation.viewer)
        definition = await lock_execution(operation, session, chain.scheme_id)
        canceled = {
            "canceled_at": operation.now,
            "canceled_by": operation.viewer.account_id,
            "cancel_reason": reason,
        }
        await set_consignment(session, chain.id, canceled)
        await refresh_after_chain(operation, session, chain.scheme_id, [line.variant_id for line in chain.lines])
        voided = await _give_up(operation, session, (chain, rows), reason)
        fact = ConsignmentCanceled(
            scheme=definition.name,
            code=chain.code,
            quantity=sum(row.quantity for row in rows),
            voided=voided,
            reason=reason,
        )
        subjects = (Subject(SubjectKind.CONSIGNMENT, chain.id),)
        activity = NewActivity(EventKind.CONSIGNMENT_CANCELED, fact, subjects=subjects)
        await record_activity(operation, session, chain.scheme_id, activity)
        await notify_of_cancellation(operation, session, chain, reason)
    return command.consignment_id


async def _give_up(
    operation: Operation, session: Writing, consignment: tuple[Chain, Sequence[HoldingRow]], reason: str
) -> bool:
    """Give the serials back, or make all of them void; return whether they are void."""
    chain, holdings = consignment
    (downloaded,) = await session.fetch(CODES_DOWNLOADED, id=chain.id)
    planned = {row.line_id: row.quantity for row in holdings if row.condition == Condition.PLANNED}
    if not downloaded and all(row.condition == Condition.PLANNED for row in holdings):
        await release_serials(session, [line.id for line in chain.lines], operation.now)
        await refresh_state(operation, session, chain.id, voids=True)
        return False
    steps = [
        Step(
            kind=MovementKind.VOIDED,
            line=line,
            source=on_hand(1, Condition.PLANNED),
            target=on_hand(1, Condition.VOID),
            spans=None,
            quantity=planned.get(line.id, 0),
            vendor_ids=(chain.vendor_of(1),),
        )
        for line in chain.lines
    ]
    occasion = Occasion(request_id=operation.new_id(), note=reason)
    await record_movements(operation, session, chain, steps, occasion)
    return True
