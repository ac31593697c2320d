"""Append the event of an adjustment, and notify the managers that it concerns. Notifications name no person."""

from collections.abc import Sequence
from uuid import UUID

from db.accounts.reads import HOLDERS_OF_ROLE
from db.adjustments.rows import AdjustmentStandingRow
from db.outbox.changes import NewEvent
from db.sessions import Writing
from domain.adjustments.events import about_adjustment
from domain.adjustments.stored_facts import StoredAdjustmentFact
from domain.events import EventKind
from domain.permissions import EcpScope, Role
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.notifications.notify import append_and_notify


def event_of_adjustment(kind: EventKind, standing: AdjustmentStandingRow) -> NewEvent:
    """The event of an adjustment."""
    return NewEvent(kind, standing.id, about_adjustment(scheme_id=standing.scheme_id, ecp_id=standing.ecp_id))


async def deciders_of(operation: Operation, session: Writing, standing: AdjustmentStandingRow) -> Sequence[UUID]:
    """The accounts of program managers that may decide: neither the maker, who acts now, nor the ECP itself."""
    managers = await session.fetch(HOLDERS_OF_ROLE, role=Role.PROGRAM_MANAGER.value)
    excluded = {operation.viewer.account_id, standing.ecp_account_id}
    return [account_id for account_id in managers if account_id not in excluded]


async def notify_of_adjustment(
    operation: Operation, session: Writing, event: NewEvent, accounts: Sequence[UUID], fact: StoredAdjustmentFact
) -> None:
    """Append the event and notify the accounts that still see ECPs, except the actor."""
    others = [key for key in accounts if key != operation.viewer.account_id]
    viewers = await load_viewers(session, others) if others else {}
    allowed = [key for key in others if key in viewers and viewers[key].ecp_scope is EcpScope.ALL]
    await append_and_notify(operation, session, event, dict.fromkeys(allowed, fact), actor_id=None)
