"""Record what somebody does to a scheme, and notify the accounts it concerns."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from db.accounts.reads import HOLDERS_OF_ROLE
from db.outbox.changes import NewEvent
from db.schemes import activity_changes as changes
from db.schemes import activity_reads as statements
from db.schemes.reads import SCOPES_OF_SCHEME
from db.sessions import Writing
from domain.events import EventKind
from domain.permissions import Permission, Role
from domain.schemes.content import FieldDifference
from domain.schemes.events import about_scheme
from domain.schemes.stages import WizardStepKind
from resolvers.accounts.viewers import viewers_of_accounts
from resolvers.context import Operation
from resolvers.notifications.notify import notify


class SchemeActivity(Struct, frozen=True):
    """What somebody does to a scheme: a sentence about it, and for a saved step what it changed.

    `tasks` says what it asks of the holders of a role, and `personally` what single accounts are told instead.
    """

    kind: EventKind
    message: str
    section: WizardStepKind | None = None
    version: int | None = None
    changes: Sequence[FieldDifference] = ()
    tasks: Sequence[tuple[Role, str]] = ()
    personally: Sequence[tuple[UUID, str]] = ()


async def record_activity(
    operation: Operation, session: Writing, scheme_id: UUID, act: SchemeActivity, *, decided_by: UUID | None = None
) -> None:
    """Note an act in the activity of its scheme, and tell everybody whom it concerns, once, except who did it.

    What happens by itself when its time has come is the act of who `decided_by` then, and they are told of it too.
    """
    doer_id = None if decided_by else operation.viewer.account_id
    activity_id = operation.new_id()
    await changes.add_activity(
        session,
        activity_id=activity_id,
        scheme_id=scheme_id,
        kind=act.kind,
        actor_id=decided_by or operation.viewer.account_id,
        at=operation.now,
        message=act.message,
        section=act.section,
        version=act.version,
        changes=act.changes,
    )
    messages = await _concerned(session, scheme_id, act)
    if doer_id is not None:
        messages.pop(doer_id, None)
    told = await _who_sees(session, scheme_id, list(messages))
    heard = {account_id: message for account_id, message in messages.items() if account_id in told}
    event = NewEvent(act.kind, activity_id, about_scheme(scheme_id))
    await notify(operation, session, event, heard, actor_id=doer_id, activity_id=activity_id)


async def _concerned(session: Writing, scheme_id: UUID, act: SchemeActivity) -> dict[UUID, str]:
    """Who is told, and what: single accounts before holders of roles, and those before other participants."""
    messages = dict(act.personally)
    for role, message in act.tasks:
        for account_id in await session.fetch(HOLDERS_OF_ROLE, role=role.value):
            messages.setdefault(account_id, message)
    for _, account_id in await session.fetch(statements.PARTICIPANTS_BY_SCHEME, ids=[scheme_id]):
        messages.setdefault(account_id, act.message)
    return messages


async def _who_sees(session: Writing, scheme_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the accounts that can sign in and whose roles show the scheme now: nobody else is told of it."""
    if not ids:
        return set()
    viewers = await viewers_of_accounts(session, ids)
    (scopes,) = await session.fetch(SCOPES_OF_SCHEME, id=scheme_id)
    return {
        account_id
        for account_id, viewer in viewers.items()
        if viewer.scheme_scope in scopes and viewer.may(Permission.SCHEME_FOLLOW)
    }


async def join_scheme(operation: Operation, session: Writing, scheme_id: UUID) -> None:
    """Whoever works on a scheme takes part in it."""
    viewer_id = operation.viewer.account_id
    await changes.add_participant(session, scheme_id, viewer_id, viewer_id, operation.now)
