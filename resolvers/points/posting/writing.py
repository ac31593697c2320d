"""Writes what a posting has valued: valuations, entries, balances, and one event."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from db.outbox.changes import NewEvent, append_events
from db.points.changes import write_posting
from db.points.posting_reads import POSTED_ENTRIES, AccountRow, PostedEntryRow
from db.sessions import Writing
from domain.events import EventKind
from domain.points.entries import Balance, Component, EntryWriter, OpenEntry, PostedEntry, open_entries, takes_back
from domain.points.events import about_posting
from domain.points.failures import BalanceExceeded
from domain.points.fold import LineValue
from domain.points.running_state import RunningState
from domain.program.facts import PROGRAM_ID
from domain.rules.bounds import MAX_SAFE_INT
from resolvers.points.posting.accounts import Causes, SchemeOfEcp, TouchedAccount
from resolvers.points.posting.ledgers import Ledgers

# ECPs that one event names.
_SUBJECTS = 250
Valued = tuple[TouchedAccount, list[LineValue], RunningState]


async def write_values(session: Writing, ledgers: Ledgers, valued: Sequence[Valued]) -> Mapping[int, int]:
    """Write the values that changed, and return by how much the points of each sale did, by its number.

    Raises BalanceExceeded.
    """
    posted = await _load_posted(session, valued)
    writer = EntryWriter(ledgers.times, ledgers.seqs, posted)
    points: dict[int, int] = {}
    accounts: list[AccountRow] = []
    for account, values, state in valued:
        balance = Balance(account.of.ecp.number, account.of.scheme, 0 if account.row is None else account.row.available)
        causes, new = Causes(account), 0
        for value in values:
            if value.changed:
                line = value.line
                moved = writer.write(balance, value, causes.of(line))
                if abs(balance.available) > MAX_SAFE_INT:
                    raise BalanceExceeded(line.place.external_id, balance.available)
                points[line.number] = points.get(line.number, 0) + moved
                new += line.known is None
        accounts.append(_new_account(account, values, state, available=balance.available, new=new))
    if not writer.valuations and not any(account.is_job for account, _, _ in valued):
        return points
    await write_posting(
        session,
        valuations=writer.valuations,
        entries=writer.entries,
        accounts=accounts,
        ledgers=[(ecp, seq, ledgers.times[ecp]) for ecp, seq in writer.seqs.items()],
    )
    if writer.entries:
        await _append_events(session, ledgers, valued, {row[0] for row in writer.entries})
    return points


def _new_account(
    account: TouchedAccount, values: Sequence[LineValue], state: RunningState, *, available: int, new: int
) -> AccountRow:
    row = account.row
    last = account.last
    if values and (last is None or last < values[-1].line.place):
        last = values[-1].line.place
    return AccountRow(
        ecp=account.of.ecp.number,
        scheme=account.of.scheme,
        available=available,
        lines=new + (0 if row is None else row.lines),
        last_sold_at=None if last is None else last.sold_at,
        last_source=None if last is None else last.source,
        last_external_id=None if last is None else last.external_id,
        state=state.freeze().encode(),
        revalue_from=account.waits_from,
    )


async def _load_posted(session: Writing, valued: Sequence[Valued]) -> Mapping[Component, list[OpenEntry]]:
    """Load the entries of lines that are worth less than before."""
    less = [
        (account, value.line)
        for account, values, _ in valued
        for value in values
        if value.changed and takes_back(value)
    ]
    if not less:
        return {}
    rows = await session.fetch(
        POSTED_ENTRIES,
        ecps=[account.of.ecp.number for account, _ in less],
        schemes=[account.of.scheme for account, _ in less],
        moments=[line.place.sold_at for _, line in less],
        sales=[line.number for _, line in less],
        positions=[line.position for _, line in less],
    )
    return open_entries([_posted_entry(row) for row in rows])


def _posted_entry(row: PostedEntryRow) -> PostedEntry:
    component = (row.ecp, row.scheme, row.sale, row.position, row.rule)
    return PostedEntry(component=component, seq=row.seq, points=row.points, reverses=row.reverses)


async def _append_events(session: Writing, ledgers: Ledgers, valued: Sequence[Valued], posted: set[int]) -> None:
    """Append one event for the ECPs and schemes of a posting.

    An event has the time of the posting in the ledgers, by which its entries are found. So there is more than one where
    a ledger has a time of its own, and for very many ECPs.
    """
    by_time: dict[datetime, list[SchemeOfEcp]] = {}
    for account, _, _ in valued:
        if (number := account.of.ecp.number) in posted:
            by_time.setdefault(ledgers.times[number], []).append(account.of)
    for at, touched in by_time.items():
        ecp_ids = list(dict.fromkeys(of.ecp.id for of in touched))
        events = []
        for begin in range(0, len(ecp_ids), _SUBJECTS):
            chunk = ecp_ids[begin : begin + _SUBJECTS]
            named = set(chunk)
            schemes: list[UUID] = list(dict.fromkeys(of.scheme_id for of in touched if of.ecp.id in named))
            events.append(NewEvent(EventKind.POINTS_POSTED, PROGRAM_ID, about_posting(chunk, schemes)))
        await append_events(session, events, at)
