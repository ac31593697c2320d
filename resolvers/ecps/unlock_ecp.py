"""The mutation unlockEcp."""

from uuid import UUID

from db.outbox.changes import NewEvent
from db.redemptions.changes import LOCK_WRONG_CODES, set_lock, set_wrong_codes
from domain.checks import reason_problems
from domain.ecps.events import about_ecp
from domain.ecps.guards import EcpAction
from domain.ecps.stored_facts import EcpUnlocked
from domain.events import EventKind
from domain.redemptions.wrong_codes import new_bucket
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.ecps.commands import EcpWithReason
from resolvers.ecps.locking import lock_ecp
from resolvers.ecps.notify import notify_ecp
from resolvers.validation import reject_invalid


async def unlock_ecp(operation: Operation, command: EcpWithReason) -> UUID:
    """Let an ECP redeem coupons again that wrong codes locked, and notify it. Its wrong codes are forgotten.

    Raises InvalidInput, NotFound, IllegalState and SelfApproval.
    """
    reject_invalid(reason_problems(command.reason))
    reason = trim_text(command.reason)
    async with operation.writing() as session:
        # Wrong codes lock their row before that of the ECP, too.
        await session.fetch(LOCK_WRONG_CODES, owner_id=command.ecp_id, at=operation.now)
        ecp = (await lock_ecp(operation, session, command.ecp_id, EcpAction.UNLOCK)).ecp
        await set_wrong_codes(session, ecp.id, new_bucket(operation.now))
        await set_lock(session, ecp.id, None)
        event = NewEvent(EventKind.ECP_UNLOCKED, ecp.id, about_ecp(ecp.id))
        await notify_ecp(operation, session, event, ecp, EcpUnlocked(ecp_id=ecp.id, code=ecp.code, reason=reason))
    return command.ecp_id
