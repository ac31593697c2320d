"""Notify people of what happens outside of their schemes and changes them all the same."""

from collections.abc import Sequence

from db.schemes.activity_reads import PARTICIPANTS_BY_SCHEME
from db.schemes.impact_reads import AffectedSchemeRow
from db.sessions import Writing
from domain.catalog.facts import AffectedState
from domain.catalog.stored_facts import CatalogFact
from domain.events import EventKind
from domain.permissions import Role
from domain.schemes.scheme_name import SchemeName
from domain.schemes.stored_facts import CatalogChanged, ReviewOutdated, StoredSchemeFact
from resolvers.context import Operation
from resolvers.schemes.record_activity import NewActivity, record_activity


async def notify_affected(
    operation: Operation, session: Writing, schemes: Sequence[AffectedSchemeRow], change: CatalogFact
) -> None:
    """Add the change to the activity of each scheme, and notify its participants and those who decide about it.

    A scheme without participants is a matter of all program managers.
    """
    for scheme in schemes:
        name = SchemeName(scheme.title, None if scheme.id == scheme.live_id else scheme.revision)
        waits = scheme.state == AffectedState.SUBMITTED
        changed = CatalogChanged(name, change, waits=waits)
        tasks: list[tuple[Role, StoredSchemeFact]] = []
        if waits:
            tasks.append((Role.APPROVER, ReviewOutdated(name, change)))
        if not await session.fetch(PARTICIPANTS_BY_SCHEME, ids=[scheme.id]):
            tasks.append((Role.PROGRAM_MANAGER, changed))
        activity = NewActivity(EventKind.SCHEME_CATALOG_CHANGED, changed, tasks=tasks)
        await record_activity(operation, session, scheme.id, activity)
