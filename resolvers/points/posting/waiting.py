"""Accounts whose lines wait for a job, because a change has too many later lines (ledger: the bounded cascade)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.points.changes import set_accounts
from db.points.posting_reads import AccountRow
from db.points.revaluation_reads import LATER_LINES, OPEN_REVALUATIONS
from db.sessions import Writing
from domain.jobs.facts import JobKind
from resolvers.context import Operation
from resolvers.jobs.enqueue import enqueue_job
from resolvers.points.posting.accounts import TouchedAccount

# Lines that a posting values again itself.
MAX_LATER_LINES: Final = 4000


class Revaluation(Struct, frozen=True):
    """The lines of an ECP in a scheme are to be valued again, because of a sale, which is given by its number."""

    ecp_id: UUID
    scheme_id: UUID
    cause: int


async def split_waiting(
    operation: Operation, session: Writing, accounts: Sequence[TouchedAccount]
) -> list[TouchedAccount]:
    """Let accounts with too many later lines wait for a job, with all later sales; return the other accounts.

    An account whose job has failed, or was canceled, gets another one: what is posted now may have mended the cause.
    """
    late = [one for one in accounts if one.is_late and one.row is not None and one.row.lines > MAX_LATER_LINES]
    counts: dict[tuple[int, int], int] = {}
    if late:
        rows = await session.fetch(
            LATER_LINES,
            ecps=[one.of.ecp.number for one in late],
            schemes=[one.of.scheme for one in late],
            moments=[one.changes[0].place.sold_at for one in late],
        )
        counts = {(row.ecp, row.scheme): row.lines for row in rows}
    new = [one for one in late if counts.get(one.of.key, 0) > MAX_LATER_LINES and not _waits(one)]
    known = [one for one in accounts if _waits(one)]
    waiting = [*new, *known]
    if not waiting:
        return list(accounts)
    await set_accounts(session, [_let_wait(one) for one in waiting])
    for one in [*new, *await _without_job(session, known)]:
        change = one.changes[0]
        cause = change.number if change.cause is None else change.cause
        parameters = Revaluation(ecp_id=one.of.ecp.id, scheme_id=one.of.scheme_id, cause=cause)
        await enqueue_job(operation, session, JobKind.REVALUATION, parameters, of_server=True)
    kept = {one.of.key for one in waiting}
    return [one for one in accounts if one.of.key not in kept]


async def _without_job(session: Writing, waiting: Sequence[TouchedAccount]) -> list[TouchedAccount]:
    """The accounts that wait for no job; their ledgers are locked, so no other transaction gives them one."""
    if not waiting:
        return []
    ids = [(one.of.ecp.id, one.of.scheme_id) for one in waiting]
    rows = await session.fetch(
        OPEN_REVALUATIONS, ecp_ids=[ecp_id for ecp_id, _ in ids], scheme_ids=[scheme_id for _, scheme_id in ids]
    )
    served = {(row.ecp_id, row.scheme_id) for row in rows}
    return [one for one, key in zip(waiting, ids, strict=True) if key not in served]


def _waits(account: TouchedAccount) -> bool:
    return account.row is not None and account.row.revalue_from is not None


def _let_wait(account: TouchedAccount) -> AccountRow:
    """The account as it waits: its state is that before the first line that waits, or unknown."""
    row, first = account.row, account.changes[0].place.sold_at
    if row is None:
        raise ValueError("an account without lines never waits")
    known = row.revalue_from
    since: datetime = first if known is None else min(known, first)
    return replace(row, state=row.state if known == since else None, revalue_from=since)
