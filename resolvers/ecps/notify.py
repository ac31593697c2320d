"""Who is told of what happens to an ECP: its own account, or those who work on what waits for them.

Nobody is told who did it in person: an ECP deals with the program, and is known to it by its code. So nothing that
others were told leads from the code to an account.
"""

from db.accounts.reads import HOLDERS_OF_ROLE
from db.ecps.rows import EcpRow
from db.outbox.changes import NewEvent
from db.sessions import Writing
from domain.permissions import Role
from resolvers.accounts.viewers import viewers_of_accounts
from resolvers.context import Operation
from resolvers.notifications.notify import notify


async def notify_ecp(operation: Operation, session: Writing, event: NewEvent, ecp: EcpRow, message: str) -> None:
    """Tell the stream of an event, and the account of an ECP, if it can sign in and did not do it itself."""
    known = set() if ecp.account_id is None else {ecp.account_id} - {operation.viewer.account_id}
    messages = dict.fromkeys(await viewers_of_accounts(session, list(known)), message)
    await notify(operation, session, event, messages, actor_id=None)


async def notify_managers(operation: Operation, session: Writing, event: NewEvent, message: str) -> None:
    """Tell the stream of an event, and every program manager but who did it."""
    managers = await session.fetch(HOLDERS_OF_ROLE, role=Role.PROGRAM_MANAGER.value)
    actor_id = operation.viewer.account_id
    messages = {account_id: message for account_id in managers if account_id != actor_id}
    await notify(operation, session, event, messages, actor_id=None)
