"""Notify the account of an ECP, or the program managers, of an event about the ECP.

Notifications about ECPs never name the actor: an ECP deals with the program, which knows the ECP by its code. No
notification therefore links the code to an account.
"""

from db.accounts.reads import HOLDERS_OF_ROLE
from db.ecps.rows import EcpRow
from db.outbox.changes import NewEvent
from db.sessions import Writing
from domain.ecps.stored_facts import StoredEcpFact
from domain.permissions import Role
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.notifications.notify import append_and_notify


async def notify_ecp(operation: Operation, session: Writing, event: NewEvent, ecp: EcpRow, fact: StoredEcpFact) -> None:
    """Append the event and notify the account of the ECP, if it can sign in and is not the actor."""
    known = set() if ecp.account_id is None else {ecp.account_id} - {operation.viewer.account_id}
    facts = dict.fromkeys(await load_viewers(session, list(known)), fact)
    await append_and_notify(operation, session, event, facts, actor_id=None)


async def notify_managers(operation: Operation, session: Writing, event: NewEvent, fact: StoredEcpFact) -> None:
    """Append the event and notify every program manager except the actor."""
    managers = await session.fetch(HOLDERS_OF_ROLE, role=Role.PROGRAM_MANAGER.value)
    actor_id = operation.viewer.account_id
    facts = {account_id: fact for account_id in managers if account_id != actor_id}
    await append_and_notify(operation, session, event, facts, actor_id=None)
