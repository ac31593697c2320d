"""The mutation reviseScheme: opens a revision as a separate draft beside the scheme."""

from uuid import UUID

from db.schemes.revision_changes import add_open_revision
from db.schemes.revision_reads import HIGHEST_NUMBER, REVISIONS_BY_SCHEME
from domain.events import EventKind
from domain.schemes.guards import SCHEME_GUARDS, SchemeAction
from domain.schemes.stored_facts import RevisionOpened
from resolvers.context import Operation
from resolvers.schemes.locking import lock_scheme
from resolvers.schemes.record_activity import NewActivity, join_scheme, record_activity
from resolvers.schemes.rederive import rederive
from resolvers.schemes.revision_time import ReviseScheme, require_time


async def revise_scheme(operation: Operation, command: ReviseScheme) -> UUID:
    """Open a revision beside the unchanged scheme, and return the id of the revision.

    It starts with the content in force right before its time: that of the scheme, or of an approved revision.

    Raises InvalidInput for the time, NotFound, IllegalState and RevisionOpen.
    """
    scheme_id = operation.new_id()
    async with operation.writing() as session:
        live = await lock_scheme(operation, session, command.scheme_id)
        SCHEME_GUARDS.check(SchemeAction.REVISE, live.standing, operation.viewer)
        approved = await session.fetch(REVISIONS_BY_SCHEME, ids=[command.scheme_id])
        content = require_time(operation, command.effective_at, approved, await operation.calendar())
        (highest,) = await session.fetch(HIGHEST_NUMBER, code=live.scheme.code)
        await add_open_revision(
            session,
            live.scheme,
            content,
            scheme_id=scheme_id,
            number=highest + 1,
            effective_at=command.effective_at,
            account_id=operation.viewer.account_id,
            at=operation.now,
        )
        await join_scheme(operation, session, scheme_id)
        opened = await rederive(operation, session, scheme_id)
        fact = RevisionOpened(scheme=opened.name, effective_at=command.effective_at)
        await record_activity(operation, session, scheme_id, NewActivity(EventKind.SCHEME_REVISION_OPENED, fact))
    return scheme_id
