"""Record what happens to a scheme, and notify the accounts concerned."""

from collections.abc import Collection, Sequence
from uuid import UUID

from msgspec import Struct

from db.accounts.reads import HOLDERS_OF_ROLE
from db.outbox.changes import NewEvent
from db.schemes import changes
from db.schemes.activity_reads import PARTICIPANTS_BY_SCHEME
from db.schemes.participant_changes import add_participant
from db.schemes.reads import SCOPES_OF_SCHEME
from db.sessions import Writing
from domain.events import EventKind, Subject
from domain.permissions import Permission, Role
from domain.schemes.content import FieldDifference
from domain.schemes.events import about_scheme
from domain.schemes.stages import WizardStepKind
from domain.schemes.stored_facts import StoredActivity, StoredSchemeFact
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.notifications.notify import append_and_notify


class NewActivity(Struct, frozen=True):
    """An entry to record in the activity of a scheme: a fact, and for a saved step its changes.

    `tasks` are facts for the holders of a role, who are notified of them instead, except those who are `excused`.
    `also` are accounts to notify beside the participants, and `subjects` what the event is about beside the scheme.
    """

    kind: EventKind
    fact: StoredActivity
    section: WizardStepKind | None = None
    version: int | None = None
    changes: Sequence[FieldDifference] = ()
    tasks: Sequence[tuple[Role, StoredSchemeFact]] = ()
    excused: Collection[UUID] = ()
    also: Sequence[UUID] = ()
    subjects: tuple[Subject, ...] = ()


async def record_activity(
    operation: Operation, session: Writing, scheme_id: UUID, activity: NewActivity, *, decided_by: UUID | None = None
) -> None:
    """Add an entry to the activity of a scheme, append its event, and notify each account concerned except the actor.

    A scheduled change is attributed to `decided_by`, who is notified like everyone else.
    """
    actor_id = None if decided_by else operation.viewer.account_id
    activity_id = operation.new_id()
    await changes.add_activity(
        session,
        activity_id=activity_id,
        scheme_id=scheme_id,
        kind=activity.kind,
        actor_id=decided_by or operation.viewer.account_id,
        at=operation.now,
        fact=activity.fact,
        section=activity.section,
        version=activity.version,
        changes=activity.changes,
    )
    facts = await _facts_by_account(session, scheme_id, activity)
    if actor_id is not None:
        facts.pop(actor_id, None)
    followers = await _followers_among(session, scheme_id, list(facts))
    visible = {account_id: fact for account_id, fact in facts.items() if account_id in followers}
    event = NewEvent(activity.kind, activity_id, (*about_scheme(scheme_id), *activity.subjects))
    await append_and_notify(operation, session, event, visible, actor_id=actor_id, activity_id=activity_id)


async def join_scheme(operation: Operation, session: Writing, scheme_id: UUID) -> None:
    """Make the viewer a participant: everyone who works on a scheme is one."""
    viewer_id = operation.viewer.account_id
    await add_participant(session, scheme_id, viewer_id, viewer_id, operation.now)


async def _facts_by_account(
    session: Writing, scheme_id: UUID, activity: NewActivity
) -> dict[UUID, StoredSchemeFact | None]:
    """One fact for each account to notify: its first task, or else None, which stands for that of the activity."""
    facts: dict[UUID, StoredSchemeFact | None] = dict.fromkeys(activity.also)
    for role, task in activity.tasks:
        for account_id in await session.fetch(HOLDERS_OF_ROLE, role=role.value):
            if account_id not in activity.excused:
                facts.setdefault(account_id, task)
    for _, account_id in await session.fetch(PARTICIPANTS_BY_SCHEME, ids=[scheme_id]):
        facts.setdefault(account_id, None)
    return facts


async def _followers_among(session: Writing, scheme_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """The accounts among these that can sign in and may follow the scheme in its current state."""
    if not ids:
        return set()
    viewers = await load_viewers(session, ids)
    (scopes,) = await session.fetch(SCOPES_OF_SCHEME, id=scheme_id)
    return {
        account_id
        for account_id, viewer in viewers.items()
        if viewer.scheme_scope in scopes and viewer.may(Permission.SCHEME_FOLLOW)
    }
