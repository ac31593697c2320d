"""The mutation suspendEcp."""

from uuid import UUID

from db.ecps.changes import touch_ecp
from db.outbox.changes import NewEvent
from domain.checks import reason_problems
from domain.ecps.events import about_ecp
from domain.ecps.facts import EcpStatus
from domain.ecps.guards import EcpAction
from domain.ecps.stored_facts import EcpSuspended
from domain.events import EventKind
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.ecps.commands import EcpWithReason
from resolvers.ecps.locking import lock_ecp
from resolvers.ecps.notify import notify_ecp
from resolvers.validation import reject_invalid


async def suspend_ecp(operation: Operation, command: EcpWithReason) -> UUID:
    """Suspend an active ECP from enrolling and earning until it is verified again, and notify it of the reason.

    Raises InvalidInput, NotFound, IllegalState and SelfApproval.
    """
    reject_invalid(reason_problems(command.reason))
    reason = trim_text(command.reason)
    async with operation.writing() as session:
        ecp = (await lock_ecp(operation, session, command.ecp_id, EcpAction.SUSPEND)).ecp
        await touch_ecp(
            session, ecp.id, status=EcpStatus.SUSPENDED.value, suspended_reason=reason, updated_at=operation.now
        )
        event = NewEvent(EventKind.ECP_SUSPENDED, ecp.id, about_ecp(ecp.id))
        await notify_ecp(operation, session, event, ecp, EcpSuspended(ecp_id=ecp.id, code=ecp.code, reason=reason))
    return command.ecp_id
