"""Store the states of consignments, from custody and artwork, and derive the stages of their schemes again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.artwork.reads import ARTWORK_OF_LINES
from db.consignments.changes import set_states
from db.consignments.custody_reads import HOLDINGS_BY_CONSIGNMENT
from db.consignments.rows import HoldingRow
from db.consignments.state_reads import LOCK_STATES, STATES, StoredStateRow
from db.sessions import Fetching, Writing
from domain.consignments.facts import Condition, ConsignmentStatus
from domain.consignments.state import DerivedState, Holding, LineArtwork, derive_state
from resolvers.context import Operation
from resolvers.schemes.execution import rederive_execution


class StateChange(Struct, frozen=True, kw_only=True):
    """The status of a consignment before and after; `differs`: the status or something else of its state changed."""

    consignment_id: UUID
    scheme_id: UUID
    before: ConsignmentStatus
    after: ConsignmentStatus
    differs: bool


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
    found = await store_states(operation, session, consignment_ids)
    for scheme_id in sorted({change.scheme_id for change in found if voids or change.differs}):
        await rederive_execution(operation, session, scheme_id)


async def store_states(operation: Operation, session: Writing, consignment_ids: Sequence[UUID]) -> list[StateChange]:
    """Lock the states of consignments, derive them again, and store what differs; return what became of each."""
    ids = list(consignment_ids)
    await session.fetch(LOCK_STATES, ids=ids)
    holdings = await load_holdings(session, ids)
    found, rows = [], []
    for stored in await session.fetch(STATES, ids=ids):
        derived = derive_state(holdings[stored.consignment_id], canceled=stored.canceled)
        differs = _differs(stored, derived)
        if differs:
            rows.append({"own_id": stored.consignment_id, **_columns(stored, derived, operation.now)})
        change = StateChange(
            consignment_id=stored.consignment_id,
            scheme_id=stored.scheme_id,
            before=ConsignmentStatus(stored.status),
            after=derived.status,
            differs=differs,
        )
        found.append(change)
    await set_states(session, rows)
    return found


async def load_holdings(fetching: Fetching, ids: Sequence[UUID]) -> dict[UUID, list[Holding]]:
    """Load what consignments hold, with the artwork of their lines."""
    artworks = await load_line_artworks(fetching, ids)
    holdings: dict[UUID, list[Holding]] = {consignment_id: [] for consignment_id in ids}
    for row in await fetching.fetch(HOLDINGS_BY_CONSIGNMENT, ids=list(ids)):
        holdings[row.consignment_id].append(build_holding(row, artworks[row.line_id]))
    return holdings


async def load_line_artworks(fetching: Fetching, ids: Sequence[UUID]) -> dict[UUID, LineArtwork]:
    """Load how far artwork lets the coupons of each line of consignments go, by line."""
    return {
        row.line_id: LineArtwork(uploaded=row.uploaded, approved=row.approved, blocked=row.blocked)
        for row in await fetching.fetch(ARTWORK_OF_LINES, ids=list(ids))
    }


def build_holding(row: HoldingRow, artwork: LineArtwork | None = None) -> Holding:
    """Build the holding of a row."""
    return Holding(
        leg=row.leg,
        in_batch=row.in_batch,
        condition=Condition(row.condition),
        quantity=row.quantity,
        artwork=artwork or LineArtwork(),
    )


def _differs(stored: StoredStateRow, derived: DerivedState) -> bool:
    before = (stored.status, stored.custody_status, tuple(stored.waiting_legs), stored.has_discrepancy)
    return before != (derived.status, derived.custody_status, derived.waiting_legs, stored.discrepancy_open)


def _columns(stored: StoredStateRow, derived: DerivedState, now: datetime) -> dict[str, Any]:
    """The columns of a state that differs; a moment stays as it is unless what it is about changes."""
    waits_alike = tuple(stored.waiting_legs) == derived.waiting_legs
    return {
        "status": derived.status,
        "since": stored.since if stored.status == derived.status else now,
        "custody_status": derived.custody_status,
        "custody_since": stored.custody_since if stored.custody_status == derived.custody_status else now,
        "waiting_legs": list(derived.waiting_legs),
        "waiting_since": (stored.waiting_since if waits_alike else now) if derived.waiting_legs else None,
        "has_discrepancy": stored.discrepancy_open,
    }
