"""The mutation removeSchemeParticipant."""

from uuid import UUID

from db.schemes import participant_changes as changes
from domain.events import EventKind
from domain.schemes.stored_facts import ParticipantLeft, ParticipantRemoved
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
            own = account.id == operation.viewer.account_id
            fact = ParticipantLeft(scheme.name) if own else ParticipantRemoved(scheme.name, account.id)
            activity = NewActivity(EventKind.SCHEME_PARTICIPANT_REMOVED, fact, also=[account.id])
            await record_activity(operation, session, command.scheme_id, activity)
    return command.scheme_id
