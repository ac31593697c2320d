"""Notify the managers of a scheme, and the ECP, of an event about an enrollment."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from db.accounts.reads import HOLDERS_OF_ROLE
from db.outbox.changes import NewEvent
from db.schemes.activity_reads import PARTICIPANTS_BY_SCHEME
from db.sessions import Writing
from domain.enrollments.stored_facts import StoredEnrollmentFact
from domain.permissions import Permission, Role
from domain.viewers import EcpScope
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.notifications.notify import append_and_notify


async def managers_of_scheme(session: Writing, scheme_id: UUID) -> Sequence[UUID]:
    """The accounts that decide: participants with `enrollment:manage`, or every program manager if there are none."""
    ids = [account_id for _, account_id in await session.fetch(PARTICIPANTS_BY_SCHEME, ids=[scheme_id])]
    viewers = await load_viewers(session, ids) if ids else {}
    managers = [key for key in ids if key in viewers and viewers[key].may(Permission.ENROLLMENT_MANAGE)]
    return managers or await session.fetch(HOLDERS_OF_ROLE, role=Role.PROGRAM_MANAGER.value)


async def notify_of_enrollment(
    operation: Operation, session: Writing, event: NewEvent, facts: Mapping[UUID, StoredEnrollmentFact]
) -> None:
    """Append the event and notify each account that may see the enrollment, except the actor.

    The notifications do not name the actor: see `resolvers.ecps.notify`.
    """
    others = [key for key in facts if key != operation.viewer.account_id]
    viewers = await load_viewers(session, others) if others else {}
    allowed = [key for key in others if key in viewers and viewers[key].ecp_scope is not EcpScope.NONE]
    await append_and_notify(operation, session, event, {key: facts[key] for key in allowed}, actor_id=None)
