"""Notify the account of an ECP, or the program managers, of an event about the ECP.

Notifications about ECPs never name the actor: an ECP deals with the program, which knows the ECP by its code. No
notification therefore links the code to an account.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db.accounts.reads import HOLDERS_OF_ROLE
from db.ecps.rows import EcpRow
from db.notifications.changes import add_ecp_notifications
from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.ecps.stored_facts import EcpPlaceMoved, StoredEcpFact
from domain.events import EventKind
from domain.notifications.events import about_account
from domain.permissions import Role
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.notifications.notify import append_and_notify

# Of the notifications of one change, events announce at most so many to open clients.
LIVE_NOTIFICATIONS: Final = 500


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


async def notify_ecp_and_managers(
    operation: Operation, session: Writing, event: NewEvent, ecp: EcpRow, fact: StoredEcpFact
) -> None:
    """Append the event and notify the account of the ECP, even if it is the actor, and every other program manager."""
    managers = await session.fetch(HOLDERS_OF_ROLE, role=Role.PROGRAM_MANAGER.value)
    actor_id = operation.viewer.account_id
    facts = {account_id: fact for account_id in managers if account_id != actor_id}
    known = [] if ecp.account_id is None else [ecp.account_id]
    facts |= dict.fromkeys(await load_viewers(session, known), fact)
    await append_and_notify(operation, session, event, facts, actor_id=None)


async def notify_ecps_in(
    operation: Operation, session: Writing, geography_ids: Sequence[UUID], *, place: str, parent: str | None
) -> None:
    """Notify the ECPs who work in these geographies that `place`, which is one of them, has a new parent.

    There may be many, so one statement adds all notifications, and events announce a bounded number of them to open
    clients. The others are there when clients ask next.
    """
    # Each ECP takes the place of this one.
    fact = EcpPlaceMoved(ecp_id=UUID(int=0), code="", place=place, parent=parent)
    added = await add_ecp_notifications(
        session,
        geography_ids,
        fact,
        kind=EventKind.GEOGRAPHY_SAVED,
        at=operation.now,
        actor_id=operation.viewer.account_id,
    )
    events = [NewEvent(EventKind.NOTIFICATION_ADDED, key, about_account(account_id)) for key, account_id in added]
    await append_events(session, events[:LIVE_NOTIFICATIONS], operation.now)
