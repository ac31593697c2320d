"""The activity of a scheme: what was done to it, by whom, who is told, and how others follow it live."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta, Struct

from db.accounts.reads import HOLDERS_OF_ROLE
from db.accounts.rows import AccountRow
from db.outbox.changes import NewEvent
from db.outbox.rows import EventRow
from db.schemes import activity_changes as changes
from db.schemes import activity_reads as statements
from db.schemes.reads import SCOPES_OF_SCHEME
from db.schemes.rows import ActivityRow
from db.sessions import Writing
from domain.events import SCHEME_ACTIVITIES, EventKind
from domain.permissions import Permission, Role
from domain.requests import BadInput
from domain.schemes.content import FieldDifference
from domain.schemes.stages import WizardStepKind
from resolvers.accounts.read import accounts_by_id, viewers_of_accounts
from resolvers.alignment import many_each, one_each
from resolvers.context import Operation
from resolvers.events.feeds import Feed, Stream, open_feed
from resolvers.notifications.notify import notify
from resolvers.paging import Order, Page, PageArguments, empty_page, read_pages
from resolvers.schemes.following import follows
from resolvers.schemes.read import schemes_by_id

NEWEST: Order[ActivityRow] = Order("activity", Annotated[datetime, Meta(tz=True)], lambda row: row.at)


class Act(Struct, frozen=True):
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


async def record(
    operation: Operation, session: Writing, scheme_id: UUID, act: Act, *, decided_by: UUID | None = None
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
    event = NewEvent(act.kind, activity_id, scheme_id)
    await notify(operation, session, event, heard, actor_id=doer_id, activity_id=activity_id)


async def _concerned(session: Writing, scheme_id: UUID, act: Act) -> dict[UUID, str]:
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


async def take_part(operation: Operation, session: Writing, scheme_id: UUID) -> None:
    """Whoever works on a scheme takes part in it."""
    viewer_id = operation.viewer.account_id
    await changes.add_participant(session, scheme_id, viewer_id, viewer_id, operation.now)


async def activities_by_id(operation: Operation, ids: list[UUID]) -> list[ActivityRow | None]:
    """Entries of the activity of schemes that the viewer may see and follow, or None."""
    if not follows(operation):
        return [None] * len(ids)
    rows = await operation.fetch(statements.ACTIVITIES_BY_ID, ids=ids)
    schemes = await schemes_by_id(operation, [row.scheme_id for row in rows])
    shown = [row for row, scheme in zip(rows, schemes, strict=True) if scheme is not None]
    return one_each(ids, shown, lambda row: row.id)


async def participants_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[AccountRow]]:
    """The accounts that take part in each scheme, in the order in which they came; none for who does not follow."""
    if not follows(operation):
        return [[] for _ in ids]
    rows = await operation.fetch(statements.PARTICIPANTS_BY_SCHEME, ids=ids)
    keys = list(dict.fromkeys(account_id for _, account_id in rows))
    accounts = dict(zip(keys, await accounts_by_id(operation, keys), strict=True))
    groups = many_each(ids, rows, lambda row: row[0])
    return [[found for _, key in group if (found := accounts[key]) is not None] for group in groups]


async def activity_by_scheme(
    operation: Operation, ids: list[UUID], arguments: PageArguments
) -> list[Page[ActivityRow]]:
    """Batch function: a page of the activity of each scheme, newest first; an empty one for who does not follow."""
    if not follows(operation):
        return [empty_page(arguments, NEWEST)] * len(ids)
    return await read_pages(
        operation,
        arguments,
        NEWEST,
        statements.activity_pages,
        ids,
        owner=lambda row: row.scheme_id,
        count=statements.ACTIVITY_COUNTS,
    )


async def follow_activity(operation: Operation, scheme_id: UUID, after: str | None) -> Feed:
    """The activity of one scheme, as it happens. Raises BadInput and CursorExpired."""
    (scheme,) = await schemes_by_id(operation, [scheme_id])
    if scheme is None:
        raise BadInput("This scheme does not exist.", "schemeId")
    return await open_feed(operation, SCHEME_ACTIVITY, scheme_id, after)


async def _shown(operation: Operation, events: Sequence[EventRow]) -> list[bool]:
    """Whoever sees a scheme sees what happens to it."""
    ids = list(dict.fromkeys(_scheme_ids(events)))
    seen = {row.id for row in await schemes_by_id(operation, ids) if row is not None}
    return [event.scheme_id in seen for event in events]


def _scheme_ids(events: Iterable[EventRow]) -> Iterable[UUID]:
    return (event.scheme_id for event in events if event.scheme_id is not None)


SCHEME_ACTIVITY: Final = Stream("schemeActivity", SCHEME_ACTIVITIES, "scheme_id", _shown)
