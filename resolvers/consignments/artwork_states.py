"""Store the states of consignments again after the artwork of variants changed, or the vendors that review it."""

from collections.abc import Collection, Sequence
from uuid import UUID

from db.artwork.execution_reads import ANY_REQUEST, UNFINISHED_CARRIERS
from db.consignments.reads import CHAINS
from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.consignments.events import about_consignment
from domain.events import EventKind
from resolvers.consignments.state import StateChange, store_states
from resolvers.context import Operation


async def refresh_carriers(
    operation: Operation, session: Writing, scheme_id: UUID, variant_ids: Collection[UUID]
) -> list[StateChange]:
    """Derive the states of the unfinished consignments that carry the variants again; return those that changed.

    Appends an event for each of them. The caller derives the stages of the scheme again, which locks it: states are
    locked before their scheme.
    """
    ids = await session.fetch(UNFINISHED_CARRIERS, scheme_id=scheme_id, variant_ids=list(variant_ids))
    if not ids:
        return []
    changes = await store_states(operation, session, ids)
    changed = [change for change in changes if change.differs]
    await _append_events(operation, session, changed)
    return changed


async def refresh_after_chain(
    operation: Operation, session: Writing, scheme_id: UUID, variant_ids: Collection[UUID]
) -> None:
    """Derive states again after vendors joined or left chains of the variants.

    Other consignments change only by requests of those vendors, which begin or cease to count. They are rare, so the
    states are left alone unless there is one.
    """
    (asked,) = await session.fetch(ANY_REQUEST, scheme_id=scheme_id, variant_ids=list(variant_ids))
    if asked:
        await refresh_carriers(operation, session, scheme_id, variant_ids)


async def _append_events(operation: Operation, session: Writing, changes: Sequence[StateChange]) -> None:
    if not changes:
        return
    chains = {row.id: row for row in await session.fetch(CHAINS, ids=[change.consignment_id for change in changes])}
    events = [
        NewEvent(
            EventKind.CONSIGNMENT_ARTWORK_CHANGED,
            change.consignment_id,
            about_consignment(
                scheme_id=change.scheme_id,
                consignment_id=change.consignment_id,
                vendor_ids=chains[change.consignment_id].vendor_ids,
            ),
        )
        for change in changes
    ]
    await append_events(session, events, operation.now)
