"""Statements that read entries of the ledger and balances. Pages of entries cost the same at any depth.

The entries of an ECP are numbered without gaps, in the order in which they were recorded. What was recorded before a
moment is therefore a prefix, and halving finds its end in the primary key.
"""

from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from msgspec import Struct
from sqlalchemy import BindParameter, Integer, bindparam, column, text
from sqlalchemy.dialects.postgresql import ARRAY

from db.columns import named_columns
from db.counting import OwnerCount
from db.keyset import Sort
from db.points.entry_rows import BalanceRow, EntryRow
from db.points.tables import PointsEntryTable
from db.statement import Statement, moment, number, numbers, uuid, uuids
from domain.points.ledger import LedgerAccount
from domain.viewers import EcpScope

NEWEST_ENTRY: Final = Sort(PointsEntryTable.seq, descending=True)

ENTRY_NAMES: Final = EntryRow.__struct_fields__
_IDS: Final = {"ecp_id": "ecp.id", "scheme_id": "scheme.id"}
ENTRY_LIST: Final = ", ".join(f"{_IDS.get(name, f'entry.{name}')} AS {name}" for name in ENTRY_NAMES)
# The points of an entry as the ECP sees them.
SIGNED: Final = (
    f"CASE WHEN entry.credit = {LedgerAccount.AVAILABLE:d} THEN entry.points"
    f" WHEN entry.debit = {LedgerAccount.AVAILABLE:d} THEN -entry.points ELSE 0 END"
)


class FinalRow(NamedTuple):
    """The time before which everything is final; None on a replica that has replayed nothing."""

    final_before: datetime | None


class EntryFilters(Struct, frozen=True):
    """The filters of a list of entries; their values are parameters. `since` and `until` bound the recorded time."""

    scheme_ids: bool = False
    kinds: bool = False
    since: bool = False
    until: bool = False

    @property
    def keeps_all(self) -> bool:
        """Whether the list is a range of the ledger, so that nobody needs to count its entries."""
        return not (self.scheme_ids or self.kinds)


def prefix_before(parameter: str) -> str:
    """The number of the last entry of `ledger` recorded before a moment, as a lateral subquery; 0 if there is none."""
    sql = f"""(
    WITH RECURSIVE search (low, high) AS (
        SELECT 0::bigint, ledger.seq
        UNION ALL
        SELECT CASE WHEN probe.early THEN half.middle ELSE low END,
            CASE WHEN probe.early THEN high ELSE half.middle - 1 END
        FROM search
        CROSS JOIN LATERAL (SELECT (low + high + 1) / 2 AS middle) AS half
        CROSS JOIN LATERAL (
            SELECT coalesce((
                SELECT recorded_at < {parameter} FROM points_entry WHERE ecp = ledger.ecp AND seq = half.middle
            ), false) AS early
        ) AS probe
        WHERE low < high
    )
    SELECT low AS seq FROM search WHERE low = high
)"""  # noqa: S608 - no text of others
    return sql  # noqa: RET504 - the comment above belongs to one expression


def _ecps(scope: EcpScope) -> str:
    """The ECPs of the parameter `ids` that the scope shows, with their ledgers."""
    seen = {EcpScope.ALL: "", EcpScope.OWN: " AND ecp.id = :viewer_ecp_id", EcpScope.NONE: " AND false"}[scope]
    return f"""unnest(:ids) WITH ORDINALITY AS asked (id, position)
JOIN ecp ON ecp.id = asked.id{seen}
JOIN points_ledger AS ledger ON ledger.ecp = ecp.number"""


def _scope_parameters(scope: EcpScope) -> list[BindParameter[Any]]:
    return [uuid("viewer_ecp_id")] if scope is EcpScope.OWN else []


def _spans(filters: EntryFilters) -> str:
    """The bounds of the list in the ledger: entries after `since.seq` up to `until.seq`."""
    bounds = {"since": "0::bigint AS seq", "until": "ledger.seq AS seq"}
    return "".join(
        f"\nCROSS JOIN LATERAL {prefix_before(f':{name}') if getattr(filters, name) else f'(SELECT {otherwise})'}"
        f" AS {name}"
        for name, otherwise in bounds.items()
    )


def _kept(filters: EntryFilters) -> str:
    schemes = " AND entry.scheme = ANY (ARRAY(SELECT number FROM scheme WHERE id = ANY (:scheme_ids)))"
    return (schemes if filters.scheme_ids else "") + (" AND entry.kind = ANY (:kinds)" if filters.kinds else "")


def _filter_parameters(filters: EntryFilters) -> list[BindParameter[Any]]:
    made = {
        "scheme_ids": uuids("scheme_ids"),
        "kinds": numbers("kinds"),
        "since": moment("since"),
        "until": moment("until"),
    }
    return [parameter for name, parameter in made.items() if getattr(filters, name)]


@cache
def entries_by_ecp(scope: EcpScope, filters: EntryFilters, *, resumed: bool) -> Statement[EntryRow]:
    """A page of the entries of each of the ECPs in `ids`, newest first; resumed, before the number `cursor_value`."""
    top = "least(until.seq, :cursor_value - 1)" if resumed else "until.seq"
    page = _range() if filters.keeps_all else _matches(filters)
    sql = f"""
SELECT {ENTRY_LIST}
FROM {_ecps(scope)}{_spans(filters)}
CROSS JOIN LATERAL (SELECT {top} AS seq) AS top
{page}
JOIN scheme ON scheme.number = entry.scheme
ORDER BY asked.position, entry.seq DESC
"""  # noqa: S608 - no text of others
    given = [uuids("ids"), number("limit"), *_scope_parameters(scope), *_filter_parameters(filters)]
    if resumed:
        given.append(number("cursor_value"))
    return _entries(sql, given)


def _range() -> str:
    """The last entries up to `top`, by their numbers, of which none is missing.

    A LIMIT would do, but PostgreSQL plans a statement anew for each of its values, which takes longer than to run it.
    """
    return """JOIN points_entry AS entry ON entry.ecp = ledger.ecp
    AND entry.seq > since.seq AND entry.seq > top.seq - :limit AND entry.seq <= top.seq"""


def _matches(filters: EntryFilters) -> str:
    """The last entries up to `top` that the filters keep."""
    return f"""CROSS JOIN LATERAL (
    SELECT entry.* FROM points_entry AS entry
    WHERE entry.ecp = ledger.ecp AND entry.seq > since.seq AND entry.seq <= top.seq{_kept(filters)}
    ORDER BY entry.seq DESC LIMIT :limit
) AS entry"""  # noqa: S608 - as above


@cache
def entry_counts_by_ecp(scope: EcpScope, filters: EntryFilters) -> Statement[OwnerCount]:
    """How many entries each of the ECPs in the parameter `ids` has; without counting them where the list is a range."""
    counted = f"""SELECT count(*) FROM points_entry AS entry
    WHERE entry.ecp = ledger.ecp AND entry.seq > since.seq AND entry.seq <= until.seq{_kept(filters)}"""  # noqa: S608 - as above
    total = "greatest(until.seq - since.seq, 0)" if filters.keeps_all else f"({counted})"
    sql = f"SELECT ecp.id AS owner_id, {total} AS total FROM {_ecps(scope)}{_spans(filters)}"  # noqa: S608 - as above
    given = [uuids("ids"), *_scope_parameters(scope), *_filter_parameters(filters)]
    return Statement(text(sql).bindparams(*given).columns(column("owner_id"), column("total")), OwnerCount)


@cache
def entries_by_place(scope: EcpScope) -> Statement[EntryRow]:
    """The entries with the numbers in `ecps` and `seqs`, in pairs, of ECPs that the scope shows; in any order."""
    seen = {EcpScope.ALL: "", EcpScope.OWN: "AND ecp.id = :viewer_ecp_id", EcpScope.NONE: "AND false"}[scope]
    sql = f"""
SELECT {ENTRY_LIST}
FROM unnest(:ecps, :seqs) AS asked (ecp, seq)
JOIN points_entry AS entry ON entry.ecp = asked.ecp AND entry.seq = asked.seq
JOIN ecp ON ecp.number = entry.ecp {seen}
JOIN scheme ON scheme.number = entry.scheme
"""  # noqa: S608 - as above
    return _entries(sql, [integers("ecps"), numbers("seqs"), *_scope_parameters(scope)])


@cache
def balances_known_before(scope: EcpScope) -> Statement[BalanceRow]:
    """The balances of the ECPs in the parameter `ids` that the entries recorded before `until` add up to."""
    sums = ", ".join(f"{_sum_of(account)} AS {account.name.lower()}" for account in LedgerAccount if account in _OF_ECP)
    sql = f"""
SELECT ecp.id AS ecp_id, scheme.id AS scheme_id, {sums}
FROM {_ecps(scope)}
CROSS JOIN LATERAL {prefix_before(":until")} AS until
JOIN points_entry AS entry ON entry.ecp = ledger.ecp AND entry.seq <= until.seq
JOIN scheme ON scheme.number = entry.scheme
GROUP BY asked.position, ecp.id, scheme.id, scheme.number
ORDER BY asked.position, scheme.number
"""  # noqa: S608 - as above
    given = [uuids("ids"), moment("until"), *_scope_parameters(scope)]
    return Statement(text(sql).bindparams(*given).columns(*named_columns(BalanceRow)), BalanceRow)


# What is recorded before this time is final: every transaction that could still record something began after it. A
# replica may lack what running transactions recorded, so it stays a minute behind what it has replayed.
FINAL_BEFORE = Statement(
    text("""
SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() - interval '1 minute'
    ELSE least(clock_timestamp(), (
        SELECT min(xact_start) FROM pg_stat_activity
        WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
    )) END AS final_before
""").columns(column("final_before")),
    FinalRow,
)

_OF_ECP: Final = frozenset(LedgerAccount) - {LedgerAccount.ISSUED}


def integers(name: str) -> BindParameter[Any]:
    """A parameter that takes a list of whole numbers of 32 bits, as the numbers of ECPs and schemes are."""
    return bindparam(name, type_=ARRAY(Integer()), required=True)


def _sum_of(account: LedgerAccount) -> str:
    signed = f"CASE {account:d} WHEN entry.credit THEN entry.points WHEN entry.debit THEN -entry.points ELSE 0 END"
    return f"sum({signed})::bigint"


def _entries(sql: str, parameters: list[BindParameter[Any]]) -> Statement[EntryRow]:
    named: list[Any] = [column(name) for name in ENTRY_NAMES]
    return Statement(text(sql).bindparams(*parameters).columns(*named), EntryRow)
