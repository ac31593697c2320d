"""Who is told of what happens to an enrollment: the managers of its scheme, and the ECP."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from db.accounts.reads import HOLDERS_OF_ROLE
from db.outbox.changes import NewEvent
from db.schemes.activity_reads import PARTICIPANTS_BY_SCHEME
from db.sessions import Writing
from domain.permissions import EcpScope, Permission, Role
from resolvers.accounts.viewers import viewers_of_accounts
from resolvers.context import Operation
from resolvers.notifications.notify import notify


async def managers_of_scheme(session: Writing, scheme_id: UUID) -> Sequence[UUID]:
    """The accounts that decide: participants of the scheme who may, or else every program manager."""
    ids = [account_id for _, account_id in await session.fetch(PARTICIPANTS_BY_SCHEME, ids=[scheme_id])]
    viewers = await viewers_of_accounts(session, ids) if ids else {}
    managers = [key for key in ids if key in viewers and viewers[key].may(Permission.ENROLLMENT_MANAGE)]
    return managers or await session.fetch(HOLDERS_OF_ROLE, role=Role.PROGRAM_MANAGER.value)


async def notify_of_enrollment(
    operation: Operation, session: Writing, event: NewEvent, messages: Mapping[UUID, str]
) -> None:
    """Add the event to the outbox, and a notification for each account that sees the enrollment.

    Who did it is told nothing, and nobody is told who that was in person: see `resolvers.ecps.notify`.
    """
    others = [key for key in messages if key != operation.viewer.account_id]
    viewers = await viewers_of_accounts(session, others) if others else {}
    told = [key for key in others if key in viewers and viewers[key].ecp_scope is not EcpScope.NONE]
    await notify(operation, session, event, {key: messages[key] for key in told}, actor_id=None)
