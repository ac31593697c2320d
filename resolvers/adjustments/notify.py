"""Append the event of an adjustment, and notify the managers and the ECP that it concerns, without naming a person."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from db.accounts.reads import HOLDERS_OF_ROLE
from db.adjustments.rows import AdjustmentStandingRow
from db.outbox.changes import NewEvent
from db.sessions import Writing
from domain.adjustments.events import about_adjustment
from domain.adjustments.stored_facts import PointsAdjusted, StoredAdjustmentFact
from domain.events import EventKind
from domain.permissions import Role
from domain.viewers import EcpScope, Viewer
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.notifications.notify import append_and_notify


def event_of_adjustment(kind: EventKind, standing: AdjustmentStandingRow) -> NewEvent:
    """The event of an adjustment."""
    return NewEvent(kind, standing.id, about_adjustment(scheme_id=standing.scheme_id, ecp_id=standing.ecp_id))


async def deciders_of(operation: Operation, session: Writing, standing: AdjustmentStandingRow) -> Sequence[UUID]:
    """The accounts of program managers that may decide: neither the maker, who acts now, nor the ECP itself."""
    managers = await session.fetch(HOLDERS_OF_ROLE, role=Role.PROGRAM_MANAGER.value)
    excluded = {operation.viewer.account_id, standing.ecp_account_id}
    return [account_id for account_id in managers if account_id not in excluded]


async def notify_of_adjustment(
    operation: Operation, session: Writing, event: NewEvent, facts: Mapping[UUID, StoredAdjustmentFact]
) -> None:
    """Append the event and notify each account that still sees the ECP, except the actor.

    An account that sees no ECP but its own is notified of what was posted, and of nothing else.
    """
    others = [key for key in facts if key != operation.viewer.account_id]
    viewers = await load_viewers(session, others) if others else {}
    allowed = {key: facts[key] for key in others if key in viewers and _sees(viewers[key], facts[key])}
    await append_and_notify(operation, session, event, allowed, actor_id=None)


def posted_facts(standing: AdjustmentStandingRow) -> dict[UUID, StoredAdjustmentFact]:
    """The fact for the ECP, if it has an account, that an adjustment was posted."""
    if standing.ecp_account_id is None:
        return {}
    fact = PointsAdjusted(ecp_id=standing.ecp_id, code=standing.code, title=standing.title, points=standing.points)
    return {standing.ecp_account_id: fact}


def _sees(viewer: Viewer, fact: StoredAdjustmentFact) -> bool:
    posted_own = isinstance(fact, PointsAdjusted) and viewer.ecp_id == fact.ecp_id
    return posted_own or viewer.ecp_scope is EcpScope.ALL
