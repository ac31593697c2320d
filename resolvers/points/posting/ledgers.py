"""The ledgers of ECPs: locked by everything that posts, numbered without gaps, and in order of time."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.points.changes import create_ledgers, set_first_posting
from db.points.posting_state import LOCK_ECPS, LOCK_TO_POST, LockedEcpRow
from db.sessions import Writing
from resolvers.context import Operation

_SMALLEST: Final = timedelta(microseconds=1)


class Ledgers(Struct, frozen=True):
    """The locked ledgers.

    `ecps` has the ECPs by id. By the number of the ECP, `seqs` has the number of the last entry, and `times` has the
    time of the posting. `read_at` is what the clock said behind the locks. `alone` are the schemes, by number, whose
    limits this transaction has alone; it shares those of the others.
    """

    ecps: Mapping[UUID, LockedEcpRow]
    seqs: Mapping[int, int]
    times: Mapping[int, datetime]
    read_at: datetime
    alone: Sequence[int]


async def lock_ledgers(operation: Operation, session: Writing, ecp_ids: Sequence[UUID]) -> Ledgers:
    """Lock the ledgers of ECPs until the transaction ends, in the order in which all transactions lock them.

    The time of the posting is read behind the locks, and in each ledger it is after the last one there. The first
    posting of all fixes the time zone of the program.
    """
    return await _lock(operation, session, lambda: session.fetch(LOCK_ECPS, ids=ecp_ids))


async def lock_to_post(operation: Operation, session: Writing, ecp_ids: Sequence[UUID]) -> Ledgers:
    """Lock ledgers as above, and behind them the limits of all schemes of the ECPs; once in a transaction.

    What is valued takes from limits over all ECPs. Adjustments do not, so they leave limits alone.
    """
    return await _lock(operation, session, lambda: session.fetch(LOCK_TO_POST, ids=ecp_ids, at=operation.clock()))


async def _lock(operation: Operation, session: Writing, lock: Callable[[], Awaitable[list[LockedEcpRow]]]) -> Ledgers:
    if (await operation.program()).first_posting_at is None:
        await set_first_posting(session, operation.clock())
        await operation.share_program(session)
    rows = await lock()
    if any(row.recorded_at is None for row in rows):
        await create_ledgers(session, sorted(row.number for row in rows), operation.clock() - _SMALLEST)
        rows = await lock()
    read_at = operation.clock()
    # A time names one posting of a ledger, even where clocks of servers differ. No ledger moves the time of another.
    times = {row.number: max(read_at, row.recorded_at + _SMALLEST) for row in rows if row.recorded_at is not None}
    seqs = {row.number: row.seq or 0 for row in rows}
    alone = rows[0].alone if rows else []
    return Ledgers(ecps={row.id: row for row in rows}, seqs=seqs, times=times, read_at=read_at, alone=alone)
