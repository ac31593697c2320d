"""The mutation rescheduleSchemeRevision."""

from uuid import UUID

from db.schemes import changes
from domain.events import EventKind
from domain.schemes.content import time_difference
from domain.schemes.guards import SCHEME_GUARDS, SchemeAction
from domain.schemes.stored_facts import RevisionRescheduled
from resolvers.context import Operation
from resolvers.schemes.locking import lock_scheme
from resolvers.schemes.record_activity import NewActivity, join_scheme, record_activity
from resolvers.schemes.rederive import rederive
from resolvers.schemes.revision_time import ReviseScheme, require_time


async def reschedule_scheme_revision(operation: Operation, command: ReviseScheme) -> UUID:
    """Move an undecided revision to another time; the same time changes nothing.

    A submission with the previous time is no longer current, as after an edit.

    Raises InvalidInput for the time, NotFound and IllegalState.
    """
    async with operation.writing() as session:
        revision = await lock_scheme(operation, session, command.scheme_id)
        SCHEME_GUARDS.check(SchemeAction.RESCHEDULE, revision.standing, operation.viewer)
        before = revision.scheme.effective_at
        if before is None:
            raise AssertionError("a guard accepted a scheme that is no revision")
        require_time(operation, command.effective_at, revision.approved, revision.calendar)
        if before == command.effective_at:
            return command.scheme_id
        await changes.touch_scheme(session, command.scheme_id, effective_at=command.effective_at)
        await join_scheme(operation, session, command.scheme_id)
        fact = RevisionRescheduled(scheme=revision.name, before=before, after=command.effective_at)
        moved = (time_difference(before, command.effective_at),)
        activity = NewActivity(EventKind.SCHEME_REVISION_RESCHEDULED, fact, changes=moved)
        await record_activity(operation, session, command.scheme_id, activity)
        await rederive(operation, session, command.scheme_id)
    return command.scheme_id
