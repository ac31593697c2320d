"""Changes to the ledger: new valuations and entries by COPY, and balances by one statement each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import BindParameter, text, update

from db.copying import PackedCopy
from db.points.posting_reads import AccountRow
from db.points.tables import PointsEntryTable, ValuationTable
from db.program.tables import ProgramTable
from db.sessions import Writing
from db.statement import Change, blobs, moment, moments, numbers, texts, uuids


class NewValuation(Struct, frozen=True):
    """A new version of what a line is worth; the fields are the columns."""

    ecp: int
    scheme: int
    sold_at: datetime
    sale: int
    position: int
    version: int
    revision: int
    entries: int
    base: int
    bonus: int
    seq: int
    recorded_at: datetime
    cause: int | None
    facts: bytes


class NewEntry(Struct, frozen=True):
    """A new entry; the fields are the columns."""

    ecp: int
    seq: int
    scheme: int
    points: int
    balance_after: int
    effective_at: datetime
    recorded_at: datetime
    kind: int
    debit: int
    credit: int
    position: int | None = None
    version: int | None = None
    rule: int | None = None
    sale: int | None = None
    cause: int | None = None
    reverses: int | None = None
    adjustment_id: UUID | None = None


VALUATION_COLUMNS: Final = NewValuation.__struct_fields__
ENTRY_COLUMNS: Final = NewEntry.__struct_fields__
_LEDGER_COLUMNS: Final = ("ecp", "seq", "recorded_at")
# The end of a ledger after a posting: the values of these columns.
LedgerEnd = tuple[int, int, datetime]
_VALUATIONS: Final = PackedCopy(ValuationTable, VALUATION_COLUMNS, usually_null=("cause",))
_ENTRIES: Final = PackedCopy(PointsEntryTable, ENTRY_COLUMNS, usually_null=("cause", "reverses", "adjustment_id"))

# Sorted, so that two transactions never wait for each other.
_CREATE_LEDGERS: Final = Change(
    text("""
INSERT INTO points_ledger (ecp, recorded_at)
SELECT ecp, :at FROM unnest(:ecps) AS asked (ecp) ORDER BY ecp ON CONFLICT DO NOTHING
""").bindparams(numbers("ecps"), moment("at"))
)
_SET_LEDGERS: Final = Change(
    text("""
UPDATE points_ledger SET seq = given.seq, recorded_at = given.at
FROM unnest(:ecps, :seqs, :times) AS given (ecp, seq, at) WHERE points_ledger.ecp = given.ecp
""").bindparams(numbers("ecps"), numbers("seqs"), moments("times"))
)
_ACCOUNTS_SQL: Final = """
INSERT INTO points_account (ecp, scheme, available, lines, last_sold_at, last_source, last_external_id, state,
    revalue_from)
SELECT * FROM unnest(:ecps, :schemes, :available, :lines, :sold_at, :sources, :external_ids, :states, :revalue_from)
ON CONFLICT (ecp, scheme) DO UPDATE SET available = excluded.available, lines = excluded.lines,
    last_sold_at = excluded.last_sold_at, last_source = excluded.last_source,
    last_external_id = excluded.last_external_id, state = excluded.state, revalue_from = excluded.revalue_from
"""
_ACCOUNT_PARAMETERS: Final = (
    numbers("ecps"),
    numbers("schemes"),
    numbers("available"),
    numbers("lines"),
    moments("sold_at"),
    texts("sources"),
    texts("external_ids"),
    blobs("states"),
    moments("revalue_from"),
)
_SET_ACCOUNTS: Final = Change(text(_ACCOUNTS_SQL).bindparams(*_ACCOUNT_PARAMETERS))
# A posting with at most so many valuations, and so many entries, is written by one statement.
_SMALL: Final = 16
_ARRAYS: Final = {
    **dict.fromkeys(("sold_at", "recorded_at", "effective_at"), moments),
    "facts": blobs,
    "adjustment_id": uuids,
}


def _arrays(prefix: str, columns: Sequence[str]) -> list[BindParameter[Any]]:
    return [_ARRAYS.get(name, numbers)(f"{prefix}_{name}") for name in columns]


def _insert(table: str, prefix: str, columns: Sequence[str]) -> str:
    arrays = ", ".join(f":{prefix}_{name}" for name in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM unnest({arrays})"  # noqa: S608 - of our names


_WRITE_POSTING: Final = Change(
    text(f"""
WITH added AS ({_insert(_VALUATIONS.table, "valuation", VALUATION_COLUMNS)}),
    posted AS ({_insert(_ENTRIES.table, "entry", ENTRY_COLUMNS)}),
    kept AS ({_ACCOUNTS_SQL})
UPDATE points_ledger SET seq = given.seq, recorded_at = given.at
FROM unnest(:ledger_ecps, :ledger_seqs, :ledger_times) AS given (ecp, seq, at) WHERE points_ledger.ecp = given.ecp
""").bindparams(  # noqa: S608 - of our names
        *_arrays("valuation", VALUATION_COLUMNS),
        *_arrays("entry", ENTRY_COLUMNS),
        *_ACCOUNT_PARAMETERS,
        numbers("ledger_ecps"),
        numbers("ledger_seqs"),
        moments("ledger_times"),
    )
)
_FIRST_POSTING: Final = Change(
    update(ProgramTable).where(ProgramTable.first_posting_at.is_(None)).values(first_posting_at=moment("at"))
)


async def create_ledgers(session: Writing, ecps: Sequence[int], at: datetime) -> None:
    """Add the ledgers of these ECPs that do not exist yet."""
    await session.run(_CREATE_LEDGERS, ecps=ecps, at=at)


async def set_first_posting(session: Writing, at: datetime) -> None:
    """Note when points were posted for the first time, unless they were before."""
    await session.run(_FIRST_POSTING, at=at)


async def _set_ledgers(session: Writing, ledgers: Sequence[LedgerEnd]) -> None:
    """Set the number of the last entry of each ECP, and the time of its posting."""
    ecps, seqs, times = _turned(ledgers, _LEDGER_COLUMNS)
    await session.run(_SET_LEDGERS, ecps=ecps, seqs=seqs, times=times)


async def set_accounts(session: Writing, accounts: Sequence[AccountRow]) -> None:
    """Set accounts, and add those that do not exist yet."""
    await session.run(_SET_ACCOUNTS, **_account_parameters(accounts))


def _account_parameters(accounts: Sequence[AccountRow]) -> dict[str, Any]:
    return {
        "ecps": [one.ecp for one in accounts],
        "schemes": [one.scheme for one in accounts],
        "available": [one.available for one in accounts],
        "lines": [one.lines for one in accounts],
        "sold_at": [one.last_sold_at for one in accounts],
        "sources": [one.last_source for one in accounts],
        "external_ids": [one.last_external_id for one in accounts],
        "states": [one.state for one in accounts],
        "revalue_from": [one.revalue_from for one in accounts],
    }


async def write_posting(
    session: Writing,
    *,
    valuations: Sequence[tuple[Any, ...]],
    entries: Sequence[tuple[Any, ...]],
    accounts: Sequence[AccountRow],
    ledgers: Sequence[LedgerEnd],
) -> None:
    """Add valuations and entries, given by the values of their columns, and set accounts and ledgers.

    A small posting, such as a redemption, is written by one statement; for many rows, COPY is faster.
    """
    if len(valuations) <= _SMALL and len(entries) <= _SMALL:
        added = zip(VALUATION_COLUMNS, _turned(valuations, VALUATION_COLUMNS), strict=True)
        posted = zip(ENTRY_COLUMNS, _turned(entries, ENTRY_COLUMNS), strict=True)
        ecps, seqs, times = _turned(ledgers, _LEDGER_COLUMNS)
        await session.run(
            _WRITE_POSTING,
            **{f"valuation_{name}": values for name, values in added},
            **{f"entry_{name}": values for name, values in posted},
            **_account_parameters(accounts),
            ledger_ecps=ecps,
            ledger_seqs=seqs,
            ledger_times=times,
        )
        return
    for copying, rows in ((_VALUATIONS, valuations), (_ENTRIES, entries)):
        if rows:
            await session.copy_rows(copying, rows)
    await set_accounts(session, accounts)
    await _set_ledgers(session, ledgers)


def _turned(rows: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> list[list[Any]]:
    return [list(values) for values in zip(*rows, strict=True)] or [[] for _ in columns]
