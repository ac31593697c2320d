"""The ledgers of ECPs: locked by everything that posts, numbered without gaps, and in order of time."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from db.points.changes import create_ledgers, set_first_posting
from db.points.posting_reads import LOCK_LEDGERS, EarningEcpRow
from db.sessions import Writing
from resolvers.context import Operation

_SMALLEST: Final = timedelta(microseconds=1)


class Ledgers(Struct, frozen=True):
    """The locked ledgers, by the number of the ECP: the number of the last entry, and the time of the posting.

    `read_at` is what the clock said behind the locks.
    """

    seqs: Mapping[int, int]
    times: Mapping[int, datetime]
    read_at: datetime


async def lock_ledgers(operation: Operation, session: Writing, ecps: Collection[EarningEcpRow]) -> Ledgers:
    """Lock the ledgers of ECPs until the transaction ends, in the order in which all transactions lock them.

    The time of the posting is read behind the locks, and in each ledger it is after the last one there. The first
    posting of all fixes the time zone of the program.
    """
    if (await operation.program()).first_posting_at is None:
        await set_first_posting(session, operation.clock())
        await operation.share_program(session)
    if new := sorted(row.number for row in ecps if not row.has_ledger):
        await create_ledgers(session, new, operation.clock() - _SMALLEST)
    rows = await session.fetch(LOCK_LEDGERS, ecps=[row.number for row in ecps])
    read_at = operation.clock()
    # A time names one posting of a ledger, even where clocks of servers differ. No ledger moves the time of another.
    times = {row.ecp: max(read_at, row.recorded_at + _SMALLEST) for row in rows}
    return Ledgers({row.ecp: row.seq for row in rows}, times, read_at)
