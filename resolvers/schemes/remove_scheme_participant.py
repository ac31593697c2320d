"""The mutation removeSchemeParticipant."""

from uuid import UUID

from db.schemes import participant_changes as changes
from domain.events import EventKind
from domain.schemes.activity_sentences import (
    left,
    participant_removed,
    you_were_removed,
)
from resolvers.context import Operation
from resolvers.schemes.locking import lock_scheme
from resolvers.schemes.participants import Participation, require_account
from resolvers.schemes.record_activity import NewActivity, record_activity


async def remove_scheme_participant(operation: Operation, command: Participation) -> UUID:
    """Remove a participant and notify them; removing them again changes nothing.

    Raises InvalidInput for an unknown account, and NotFound.
    """
    async with operation.writing() as session:
        scheme = await lock_scheme(operation, session, command.scheme_id)
        account = await require_account(session, command.account_id)
        if await changes.remove_participant(session, command.scheme_id, account.id):
            actor = operation.viewer.display_name
            if account.id == operation.viewer.account_id:
                activity = NewActivity(EventKind.SCHEME_PARTICIPANT_REMOVED, left(actor, scheme.phrase))
            else:
                message = participant_removed(actor, account.display_name, scheme.phrase)
                personally = ((account.id, you_were_removed(actor, scheme.phrase)),)
                activity = NewActivity(EventKind.SCHEME_PARTICIPANT_REMOVED, message, personally=personally)
            await record_activity(operation, session, command.scheme_id, activity)
    return command.scheme_id
