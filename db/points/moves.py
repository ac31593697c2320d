"""Moves points of ECPs in a scheme between accounts: entries, balances, and ledgers by one statement (R22)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import column, text

from db.columns import named_columns, scalar
from db.sessions import Writing
from db.statement import Statement, moment, number, numbers, uuids
from domain.points.ledger import LedgerAccount, PointsEntryKind

_COLUMNS: Final[Mapping[LedgerAccount, str]] = MappingProxyType(
    {
        LedgerAccount.AVAILABLE: "available",
        LedgerAccount.SETTLING: "settling",
        LedgerAccount.PAID: "paid",
        LedgerAccount.EXPIRED: "expired",
    }
)
# In the order in which all transactions lock them.
LOCK_LEDGERS: Final = Statement(
    text("SELECT ecp FROM points_ledger WHERE ecp = ANY (:ecps) ORDER BY ecp FOR UPDATE")
    .bindparams(numbers("ecps"))
    .columns(column("ecp")),
    scalar(int),
)


class Move(Struct, frozen=True):
    """Points of an ECP that move, and the line of a settlement because of which they do."""

    ecp: int
    points: int
    settlement_line_id: UUID | None = None


class MovedRow(Struct, frozen=True):
    """An ECP whose points moved, and when its ledger recorded it."""

    ecp_id: UUID
    recorded_at: datetime


@cache
def _move(kind: PointsEntryKind, debit: LedgerAccount, credit: LedgerAccount) -> Statement[MovedRow]:
    """Post one entry for each ECP, whose ledgers are locked, at the time `at` or just after the last entry."""
    # What comes back may be older than what was known to expire next.
    forgotten = ", expires_next = NULL" if credit is LedgerAccount.AVAILABLE else ""
    sql = f"""
WITH given AS (
    SELECT * FROM unnest(:ecps, :points, :lines) AS given (ecp, points, line)
), ledger AS (
    UPDATE points_ledger SET seq = seq + 1,
        recorded_at = greatest(:at, points_ledger.recorded_at + interval '1 microsecond')
    FROM given WHERE points_ledger.ecp = given.ecp
    RETURNING points_ledger.ecp, points_ledger.seq, points_ledger.recorded_at
), account AS (
    UPDATE points_account SET {_COLUMNS[debit]} = {_COLUMNS[debit]} - given.points,
        {_COLUMNS[credit]} = {_COLUMNS[credit]} + given.points{forgotten}
    FROM given WHERE points_account.ecp = given.ecp AND points_account.scheme = :scheme
    RETURNING points_account.ecp, points_account.available
), posted AS (
    INSERT INTO points_entry (ecp, seq, scheme, points, balance_after, effective_at, recorded_at, kind, debit, credit,
        settlement_line_id)
    SELECT given.ecp, ledger.seq, :scheme, given.points, account.available, ledger.recorded_at, ledger.recorded_at,
        {kind:d}, {debit:d}, {credit:d}, given.line
    FROM given JOIN ledger ON ledger.ecp = given.ecp JOIN account ON account.ecp = given.ecp
)
SELECT ecp.id AS ecp_id, ledger.recorded_at FROM ledger JOIN ecp ON ecp.number = ledger.ecp ORDER BY ledger.ecp
"""  # noqa: S608 - of our names
    given = [numbers("ecps"), numbers("points"), uuids("lines"), number("scheme"), moment("at")]
    return Statement(text(sql).bindparams(*given).columns(*named_columns(MovedRow)), MovedRow)


async def move_entries(  # noqa: PLR0913 - the parts of an entry, by name
    session: Writing,
    scheme: int,
    moves: Sequence[Move],
    *,
    kind: PointsEntryKind,
    debit: LedgerAccount,
    credit: LedgerAccount,
    at: datetime,
) -> list[MovedRow]:
    """Post an entry for each of the moves, at most one for an ECP, in a scheme by number; return the ECPs with times.

    The ledgers of the ECPs are locked, and each has an account in the scheme.
    """
    return await session.fetch(
        _move(kind, debit, credit),
        ecps=[move.ecp for move in moves],
        points=[move.points for move in moves],
        lines=[move.settlement_line_id for move in moves],
        scheme=scheme,
        at=at,
    )
