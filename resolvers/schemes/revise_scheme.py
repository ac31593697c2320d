"""The mutations reviseScheme and rescheduleSchemeRevision: a revision is opened as a scheme of its own."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.schemes import changes
from db.schemes.revision_changes import open_revision
from db.schemes.revision_reads import HIGHEST_NUMBER, REVISIONS_BY_SCHEME
from db.schemes.rows import RevisionRow
from domain.events import EventKind
from domain.schemes.activity_sentences import revision_opened, revision_rescheduled
from domain.schemes.content import SchemeContent, time_difference
from domain.schemes.guards import SchemeAction, refusal
from domain.schemes.revisions import replaced, time_problems
from resolvers.context import Operation
from resolvers.refusing import refuse
from resolvers.schemes.activity import Act, record, take_part
from resolvers.schemes.drafts import derive_again, lock_scheme


class ReviseScheme(Struct, frozen=True):
    """Open the next revision of a scheme, to take effect at this time; or move an open one there."""

    scheme_id: UUID
    effective_at: datetime


async def revise_scheme(operation: Operation, command: ReviseScheme) -> UUID:
    """Open a revision beside the scheme, which stays as it is, and return the id of the revision.

    It begins with what is in force right before it takes effect: the scheme as it is, or a revision approved already.

    Raises InvalidInput for the time, SchemeNotFound, IllegalState and RevisionOpen.
    """
    scheme_id = operation.new_id()
    async with operation.writing() as session:
        live = await lock_scheme(operation, session, command.scheme_id)
        if failure := refusal(SchemeAction.REVISE, live.standing, operation.viewer):
            raise failure
        approved = await session.fetch(REVISIONS_BY_SCHEME, ids=[command.scheme_id])
        content = _checked(operation, command.effective_at, approved)
        (highest,) = await session.fetch(HIGHEST_NUMBER, code=live.scheme.code)
        await open_revision(
            session,
            live.scheme,
            content,
            scheme_id=scheme_id,
            number=highest + 1,
            effective_at=command.effective_at,
            account_id=operation.viewer.account_id,
            at=operation.now,
        )
        await take_part(operation, session, scheme_id)
        opened = await derive_again(operation, session, scheme_id)
        message = revision_opened(operation.viewer.display_name, opened.called, command.effective_at)
        await record(operation, session, scheme_id, Act(EventKind.SCHEME_REVISION_OPENED, message))
    return scheme_id


async def reschedule_scheme_revision(operation: Operation, command: ReviseScheme) -> UUID:
    """Move a revision that is not decided yet to another time; its own time again changes nothing.

    What was submitted with another time counts no longer, like after an edit.

    Raises InvalidInput for the time, SchemeNotFound and IllegalState.
    """
    async with operation.writing() as session:
        revision = await lock_scheme(operation, session, command.scheme_id)
        before = revision.scheme.effective_at
        failure = refusal(SchemeAction.RESCHEDULE, revision.standing, operation.viewer)
        if failure is not None or before is None:
            raise failure or AssertionError("a guard let something pass that is no revision")
        _checked(operation, command.effective_at, revision.approved)
        if before == command.effective_at:
            return command.scheme_id
        await changes.touch_scheme(session, command.scheme_id, effective_at=command.effective_at)
        await take_part(operation, session, command.scheme_id)
        message = revision_rescheduled(operation.viewer.display_name, revision.called, before, command.effective_at)
        moved = (time_difference(before, command.effective_at),)
        act = Act(EventKind.SCHEME_REVISION_RESCHEDULED, message, changes=moved)
        await record(operation, session, command.scheme_id, act)
        await derive_again(operation, session, command.scheme_id)
    return command.scheme_id


def _checked(operation: Operation, effective_at: datetime, approved: Iterable[RevisionRow]) -> SchemeContent:
    """What is in force right before a time at which a revision may take effect. Raises InvalidInput."""
    approved = list(approved)
    before = replaced(approved, effective_at)
    ends_on = None if before is None else before.content.basics.ends_on
    refuse(time_problems(effective_at, operation.now, ends_on, approved))
    if before is None:
        raise AssertionError("an approved scheme has been in force since it was approved")
    return before.content
