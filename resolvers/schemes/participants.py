"""The mutations addSchemeParticipant and removeSchemeParticipant."""

from uuid import UUID

from msgspec import Struct

from db.accounts.reads import ACCOUNTS_BY_ID
from db.accounts.rows import AccountRow
from db.schemes import activity_changes as changes
from db.schemes.reads import schemes_by_id
from db.sessions import Writing
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.permissions import Permission
from domain.schemes.activity_sentences import (
    joined,
    left,
    participant_added,
    participant_removed,
    you_were_added,
    you_were_removed,
)
from resolvers.accounts.read import viewer_of
from resolvers.context import Operation
from resolvers.refusing import refuse
from resolvers.schemes.activity import Act, record
from resolvers.schemes.drafts import lock_scheme


class Participation(Struct, frozen=True):
    """Who shall take part in which scheme, or shall no longer."""

    scheme_id: UUID
    account_id: UUID


async def add_scheme_participant(operation: Operation, command: Participation) -> UUID:
    """Let somebody take part, who is told so; adding them again changes nothing.

    Raises InvalidInput for somebody who cannot sign in or does not see the scheme, and SchemeNotFound.
    """
    async with operation.writing() as session:
        scheme = await lock_scheme(operation, session, command.scheme_id)
        account = await _account(session, command.account_id)
        await _check(session, command.scheme_id, account)
        viewer = operation.viewer
        if await changes.add_participant(session, command.scheme_id, account.id, viewer.account_id, operation.now):
            if account.id == viewer.account_id:
                act = Act(EventKind.SCHEME_PARTICIPANT_ADDED, joined(viewer.display_name, scheme.called))
            else:
                message = participant_added(viewer.display_name, account.display_name, scheme.called)
                personally = ((account.id, you_were_added(viewer.display_name, scheme.called)),)
                act = Act(EventKind.SCHEME_PARTICIPANT_ADDED, message, personally=personally)
            await record(operation, session, command.scheme_id, act)
    return command.scheme_id


async def remove_scheme_participant(operation: Operation, command: Participation) -> UUID:
    """Let somebody take part no longer, who is told so; removing them again changes nothing.

    Raises InvalidInput for an unknown account, and SchemeNotFound.
    """
    async with operation.writing() as session:
        scheme = await lock_scheme(operation, session, command.scheme_id)
        account = await _account(session, command.account_id)
        if await changes.remove_participant(session, command.scheme_id, account.id):
            actor = operation.viewer.display_name
            if account.id == operation.viewer.account_id:
                act = Act(EventKind.SCHEME_PARTICIPANT_REMOVED, left(actor, scheme.called))
            else:
                message = participant_removed(actor, account.display_name, scheme.called)
                personally = ((account.id, you_were_removed(actor, scheme.called)),)
                act = Act(EventKind.SCHEME_PARTICIPANT_REMOVED, message, personally=personally)
            await record(operation, session, command.scheme_id, act)
    return command.scheme_id


async def _account(session: Writing, account_id: UUID) -> AccountRow:
    rows = await session.fetch(ACCOUNTS_BY_ID, ids=[account_id])
    if not rows:
        refuse([Problem(UserErrorCode.NOT_FOUND, "This account does not exist.", ("accountId",))])
    return rows[0]


async def _check(session: Writing, scheme_id: UUID, account: AccountRow) -> None:
    if account.disabled_at is not None:
        message = f"The account of {account.display_name} is disabled."
        refuse([Problem(UserErrorCode.INVALID, message, ("accountId",))])
    viewer = viewer_of(account)
    follows = viewer.may(Permission.SCHEME_FOLLOW)
    if not follows or not await session.fetch(schemes_by_id(viewer.scheme_scope), ids=[scheme_id]):
        message = f"The roles of {account.display_name} do not show this scheme as it is now."
        refuse([Problem(UserErrorCode.OUT_OF_SCOPE, message, ("accountId",))])
