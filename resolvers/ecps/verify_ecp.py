"""The mutation verifyEcp."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.catalog.reads import TIERS_BY_ID
from db.ecps.changes import touch_ecp
from db.ecps.rows import EcpRow
from db.outbox.changes import NewEvent
from db.sessions import Writing
from domain.ecps.events import about_ecp
from domain.ecps.facts import EcpStatus
from domain.ecps.guards import EcpAction
from domain.ecps.stored_facts import EcpReinstated, EcpTierChanged, EcpVerified
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from resolvers.context import Operation
from resolvers.ecps.locking import lock_ecp
from resolvers.ecps.notify import notify_ecp
from resolvers.validation import reject_invalid

_FACTS: Final[Mapping[EcpStatus, type[EcpVerified | EcpTierChanged | EcpReinstated]]] = MappingProxyType(
    {EcpStatus.PENDING: EcpVerified, EcpStatus.ACTIVE: EcpTierChanged, EcpStatus.SUSPENDED: EcpReinstated}
)


class VerifyEcp(Struct, frozen=True):
    """Activate an ECP with a tier."""

    ecp_id: UUID
    tier_id: UUID


async def verify_ecp(operation: Operation, command: VerifyEcp) -> UUID:
    """Activate an ECP with the tier and notify it; an active ECP with this tier stays unchanged.

    Also changes the tier of an active ECP, and reinstates a suspended one. Raises NotFound, IllegalState,
    SelfApproval and InvalidInput.
    """
    async with operation.writing() as session:
        ecp = (await lock_ecp(operation, session, command.ecp_id, EcpAction.VERIFY)).ecp
        tiers = await session.fetch(TIERS_BY_ID, ids=[command.tier_id])
        if not tiers:
            reject_invalid([Problem(UserErrorCode.NOT_FOUND, "This tier does not exist.", ("tierId",))])
        if (ecp.status, ecp.tier_id) != (EcpStatus.ACTIVE, command.tier_id):
            await _activate(operation, session, ecp, command.tier_id)
            fact = _FACTS[EcpStatus(ecp.status)](ecp_id=ecp.id, code=ecp.code, tier=tiers[0].name)
            await notify_ecp(operation, session, NewEvent(EventKind.ECP_VERIFIED, ecp.id, about_ecp(ecp.id)), ecp, fact)
    return command.ecp_id


async def _activate(operation: Operation, session: Writing, ecp: EcpRow, tier_id: UUID) -> None:
    await touch_ecp(
        session,
        ecp.id,
        status=EcpStatus.ACTIVE.value,
        tier_id=tier_id,
        verified_at=ecp.verified_at or operation.now,
        suspended_reason=None,
        updated_at=operation.now,
    )
