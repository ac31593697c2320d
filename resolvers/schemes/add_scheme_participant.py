"""The mutation addSchemeParticipant."""

from uuid import UUID

from db.accounts.rows import AccountRow
from db.schemes import participant_changes as changes
from db.schemes.reads import select_schemes_by_id
from db.sessions import Writing
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.permissions import Permission
from domain.schemes.stored_facts import ParticipantAdded, ParticipantJoined
from resolvers.accounts.viewers import build_viewer
from resolvers.context import Operation
from resolvers.schemes.disclosure import scope_parameters
from resolvers.schemes.locking import lock_scheme
from resolvers.schemes.participants import Participation, require_account
from resolvers.schemes.record_activity import NewActivity, record_activity
from resolvers.validation import reject_invalid


async def add_scheme_participant(operation: Operation, command: Participation) -> UUID:
    """Add a participant and notify them; adding them again changes nothing.

    Raises NotFound, and InvalidInput for an account that is disabled or may not see the scheme.
    """
    async with operation.writing() as session:
        scheme = await lock_scheme(operation, session, command.scheme_id)
        account = await require_account(session, command.account_id)
        await _require_follower(session, command.scheme_id, account)
        viewer = operation.viewer
        if await changes.add_participant(session, command.scheme_id, account.id, viewer.account_id, operation.now):
            own = account.id == viewer.account_id
            fact = ParticipantJoined(scheme.name) if own else ParticipantAdded(scheme.name, account.id)
            activity = NewActivity(EventKind.SCHEME_PARTICIPANT_ADDED, fact)
            await record_activity(operation, session, command.scheme_id, activity)
    return command.scheme_id


async def _require_follower(session: Writing, scheme_id: UUID, account: AccountRow) -> None:
    if account.disabled_at is not None:
        message = f"The account of {account.display_name} is disabled."
        reject_invalid([Problem(UserErrorCode.INVALID, message, ("accountId",))])
    viewer = build_viewer(account)
    shown = select_schemes_by_id(viewer.scheme_scope)
    can_follow = viewer.may(Permission.SCHEME_FOLLOW)
    if not can_follow or not await session.fetch(shown, ids=[scheme_id], **scope_parameters(viewer)):
        message = f"The roles of {account.display_name} do not show this scheme as it is now."
        reject_invalid([Problem(UserErrorCode.OUT_OF_SCOPE, message, ("accountId",))])
