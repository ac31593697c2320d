"""Posts an adjustment: points that a person gives or takes, outside of all limits and budgets (R22)."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from db.outbox.changes import NewEvent, append_events
from db.points.changes import ENTRY_COLUMNS, NewEntry, write_posting
from db.points.posting_reads import ACCOUNTS, SCHEME_NUMBER, AccountRow
from db.sessions import Writing
from domain.events import EventKind
from domain.points.events import about_posting
from domain.points.ledger import LedgerAccount, PointsEntryKind
from domain.program.facts import PROGRAM_ID
from resolvers.context import Operation
from resolvers.points.posting.ledgers import lock_ledgers


async def post_adjustment(  # noqa: PLR0913, PLR0917 - the parts of an adjustment
    operation: Operation, session: Writing, ecp_id: UUID, scheme_id: UUID, points: int, adjustment_id: UUID
) -> datetime:
    """Post positive or negative points to an ECP in a scheme, and return when they were recorded.

    The ECP and the scheme exist, and the points are not 0. The balance may become negative.
    """
    (scheme,) = await session.fetch(SCHEME_NUMBER, id=scheme_id)
    ledgers = await lock_ledgers(operation, session, [ecp_id])
    ecp = ledgers.ecps[ecp_id]
    recorded_at = ledgers.times[ecp.number]
    rows = {row.scheme: row for row in await session.fetch(ACCOUNTS, ecps=[ecp.number])}
    before = rows.get(scheme) or AccountRow(ecp.number, scheme)
    account = replace(before, available=before.available + points)
    accounts = LedgerAccount.ISSUED, LedgerAccount.AVAILABLE
    debit, credit = accounts if points > 0 else reversed(accounts)
    entry = NewEntry(
        ecp=ecp.number,
        seq=ledgers.seqs[ecp.number] + 1,
        scheme=scheme,
        points=abs(points),
        balance_after=account.available,
        effective_at=recorded_at,
        recorded_at=recorded_at,
        kind=PointsEntryKind.ADJUSTMENT.value,
        debit=debit.value,
        credit=credit.value,
        adjustment_id=adjustment_id,
    )
    await write_posting(
        session,
        valuations=(),
        entries=[tuple(getattr(entry, name) for name in ENTRY_COLUMNS)],
        accounts=[account],
        ledgers=[(ecp.number, entry.seq, recorded_at)],
    )
    event = NewEvent(EventKind.POINTS_POSTED, PROGRAM_ID, about_posting([ecp_id], [scheme_id]))
    await append_events(session, [event], recorded_at)
    return recorded_at
