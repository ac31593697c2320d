"""Store the states of consignments that follow from custody and artwork, and derive the stages of their schemes again."""

from collections.abc import Sequence
from uuid import UUID

from db.artwork.reads import ARTWORK_OF_LINES
from db.consignments.changes import set_state
from db.consignments.custody_reads import HOLDINGS_BY_CONSIGNMENT
from db.consignments.rows import HoldingRow
from db.consignments.state_reads import LOCK_STATES, STATES, StoredStateRow
from db.sessions import Fetching, Writing
from domain.consignments.facts import Condition
from domain.consignments.state import Holding, LineArtwork, derive_state
from resolvers.context import Operation
from resolvers.schemes.execution import rederive_execution


async def refresh_state(operation: Operation, session: Writing, consignment_id: UUID, *, voids: bool = False) -> None:
    """Derive the state of a consignment again, and the stages of its scheme if the state changed."""
    await refresh_states(operation, session, [consignment_id], voids=voids)


async def refresh_states(
    operation: Operation, session: Writing, consignment_ids: Sequence[UUID], *, voids: bool = False
) -> None:
    """Derive the states of consignments again, and the stages of their schemes if a state changed.

    With `voids` the stages are derived in any case: more coupons may be needed. The states are locked first, so that of
    two movements that end at the same time the second one sees what the first one did.
    """
    ids = list(consignment_ids)
    await session.fetch(LOCK_STATES, ids=ids)
    holdings = await load_holdings(session, ids)
    scheme_ids = set()
    for stored in await session.fetch(STATES, ids=ids):
        if await _store_state(operation, session, stored, holdings[stored.consignment_id]) or voids:
            scheme_ids.add(stored.scheme_id)
    for scheme_id in sorted(scheme_ids):
        await rederive_execution(operation, session, scheme_id)


async def load_holdings(fetching: Fetching, ids: Sequence[UUID]) -> dict[UUID, list[Holding]]:
    """Load what consignments hold, with the artwork of their lines."""
    lines = {row.line_id: row for row in await fetching.fetch(ARTWORK_OF_LINES, ids=list(ids))}
    holdings: dict[UUID, list[Holding]] = {consignment_id: [] for consignment_id in ids}
    for row in await fetching.fetch(HOLDINGS_BY_CONSIGNMENT, ids=list(ids)):
        line = lines[row.line_id]
        artwork = LineArtwork(uploaded=line.uploaded, approved=line.approved, blocked=line.blocked)
        holdings[row.consignment_id].append(build_holding(row, artwork))
    return holdings


def build_holding(row: HoldingRow, artwork: LineArtwork | None = None) -> Holding:
    """Build the holding of a row."""
    return Holding(
        leg=row.leg,
        in_batch=row.in_batch,
        condition=Condition(row.condition),
        quantity=row.quantity,
        artwork=artwork or LineArtwork(),
    )


async def _store_state(
    operation: Operation, session: Writing, stored: StoredStateRow, holdings: Sequence[Holding]
) -> bool:
    """Store the state that follows from the holdings, and return whether it differs from the stored one."""
    derived = derive_state(holdings, canceled=stored.canceled)
    before = (stored.status, stored.custody_status, tuple(stored.waiting_legs), stored.has_discrepancy)
    after = (derived.status, derived.custody_status, derived.waiting_legs, stored.discrepancy_open)
    if before == after:
        return False
    waits_alike = tuple(stored.waiting_legs) == derived.waiting_legs
    await set_state(
        session,
        stored.consignment_id,
        {
            "status": derived.status,
            "since": stored.since if stored.status == derived.status else operation.now,
            "custody_status": derived.custody_status,
            "custody_since": stored.custody_since
            if stored.custody_status == derived.custody_status
            else operation.now,
            "waiting_legs": list(derived.waiting_legs),
            "waiting_since": (stored.waiting_since if waits_alike else operation.now) if derived.waiting_legs else None,
            "has_discrepancy": stored.discrepancy_open,
        },
    )
    return True
