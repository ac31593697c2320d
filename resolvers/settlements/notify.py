"""Append the events of settlements, and notify approvers, makers, and ECPs, without naming a person."""

from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from db.accounts.reads import HOLDERS_OF_ROLE
from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from db.settlements.reads import OWNERS_OF_LINES
from db.settlements.rows import SettlementStandingRow
from domain.events import EventKind
from domain.permissions import Permission, Role
from domain.settlements.events import about_settlement
from domain.settlements.stored_facts import FactOfSettlement, StoredPayoutFact, StoredSettlementFact
from domain.viewers import Viewer
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.notifications.notify import append_and_notify

FactT = TypeVar("FactT", bound=FactOfSettlement)


async def append_settlement_event(
    operation: Operation, session: Writing, kind: EventKind, settlement_id: UUID, scheme_id: UUID
) -> None:
    """Append an event of a settlement that nobody is notified of."""
    event = NewEvent(kind, settlement_id, about_settlement(scheme_id))
    await append_events(session, [event], operation.now)


async def deciders_of(session: Writing, standing: SettlementStandingRow) -> list[UUID]:
    """The accounts of approvers that may decide: neither the maker, nor one that has a line of its own."""
    approvers = await session.fetch(HOLDERS_OF_ROLE, role=Role.APPROVER.value)
    owners = await session.fetch(OWNERS_OF_LINES, settlement_id=standing.id, account_ids=approvers)
    excluded = {standing.made_by, *owners}
    return [account_id for account_id in approvers if account_id not in excluded]


def staff_of(standing: SettlementStandingRow) -> list[UUID]:
    """The accounts of the maker and of the second person."""
    return [account_id for account_id in (standing.made_by, standing.decided_by) if account_id is not None]


async def notify_of_settlement(
    operation: Operation,
    session: Writing,
    kind: EventKind,
    standing: SettlementStandingRow,
    facts: Mapping[UUID, StoredSettlementFact],
) -> None:
    """Append the event and notify each account except the actor; staff must still see settlements, ECPs their own."""
    others = [key for key in facts if key != operation.account_id]
    viewers = await load_viewers(session, others) if others else {}
    allowed = {key: facts[key] for key in others if key in viewers and _sees(viewers[key], facts[key])}
    event = NewEvent(kind, standing.id, about_settlement(standing.scheme_id))
    await append_and_notify(operation, session, event, allowed, actor_id=None)


def settlement_fact(kind: type[FactT], standing: SettlementStandingRow, **more: int) -> FactT:
    """The fact that something happened to a settlement; `points` are those to pay unless others are given."""
    counts = {"points": standing.points, **more}
    return kind(settlement_id=standing.id, title=standing.title, number=standing.number, **counts)


def _sees(viewer: Viewer, fact: StoredSettlementFact) -> bool:
    if isinstance(fact, StoredPayoutFact):
        return viewer.ecp_id == fact.ecp_id
    return viewer.may(Permission.SETTLEMENT_READ)
