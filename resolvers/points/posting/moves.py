"""Moves points of many ECPs in a scheme between accounts, for settlements and expiry (R22)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.outbox.changes import NewEvent, append_events
from db.points.moves import LOCK_LEDGERS, Move, MovedRow, move_entries
from db.sessions import Writing
from domain.events import EventKind
from domain.points.events import about_posting
from domain.points.ledger import LedgerAccount, PointsEntryKind
from domain.program.facts import PROGRAM_ID
from resolvers.context import Operation

# ECPs that one event names.
_SUBJECTS: Final = 250


class Moving(Struct, frozen=True):
    """Why points move between which accounts, in a scheme by id and number."""

    scheme_id: UUID
    scheme: int
    kind: PointsEntryKind
    debit: LedgerAccount
    credit: LedgerAccount


async def lock_moving(session: Writing, ecps: Sequence[int]) -> None:
    """Lock the ledgers of ECPs by number, in the order in which all transactions lock them."""
    await session.fetch(LOCK_LEDGERS, ecps=list(ecps))


async def move_points(operation: Operation, session: Writing, moving: Moving, moves: Sequence[Move]) -> None:
    """Post one entry for each of the moves, at most one for an ECP, and append the events of the posting.

    The ledgers are locked, and the time of the posting is read behind the locks. Balances may become negative.
    """
    if not moves:
        return
    rows = await move_entries(
        session,
        moving.scheme,
        moves,
        kind=moving.kind,
        debit=moving.debit,
        credit=moving.credit,
        at=operation.clock(),
    )
    await _append_events(session, moving.scheme_id, rows)


async def _append_events(session: Writing, scheme_id: UUID, rows: Sequence[MovedRow]) -> None:
    """Append events with the times of the ledgers, by which entries are found. Few ledgers have one of their own."""
    by_time: dict[datetime, list[UUID]] = {}
    for row in rows:
        by_time.setdefault(row.recorded_at, []).append(row.ecp_id)
    for at, ecp_ids in by_time.items():
        chunks = [ecp_ids[begin : begin + _SUBJECTS] for begin in range(0, len(ecp_ids), _SUBJECTS)]
        events = [NewEvent(EventKind.POINTS_POSTED, PROGRAM_ID, about_posting(chunk, [scheme_id])) for chunk in chunks]
        await append_events(session, events, at)
