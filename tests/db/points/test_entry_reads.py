"""Reads of a ledger of a million entries cost what those of a short one cost: plans and buffers (R22, N6)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from db.points.balance_reads import balances_by_ecp
from db.points.entry_reads import (
    EntryFilters,
    entries_by_ecp,
    entries_by_place,
    entry_counts_by_ecp,
)
from db.points.statement_reads import entries_by_section, statements_by_ecp
from db.statement import Statement
from domain.points.entry_facts import StatementSectionKind
from domain.viewers import EcpScope, SchemeScope
from tests.support.databases import Cleaner
from tests.support.filled_database import filled_database
from tests.support.plans import RUN, buffers, explained, nodes

pytestmark = pytest.mark.long

BIG, LITTLE, PAGE = UUID(int=1), UUID(int=2), 20
SCHEME: Final = UUID(int=10)
ENTRIES: Final = {BIG: 200_000, LITTLE: 100}
BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
TABLES: Final = "ecp, scheme, points_ledger, points_account, points_entry"

# Each entry is recorded a second after the one before. Every tenth is a reversal of the one before it; one in 1,000 is
# of the second scheme.
FILL: Final = f"""
SET session_replication_role = replica;
INSERT INTO scheme (
    id, number, code, revision, title, earning_channels, terms_version, materials, content_hash, created_by, created_at,
    updated_at, sort_title, search_words)
OVERRIDING SYSTEM VALUE
SELECT ('00000000-0000-0000-0000-' || lpad(to_hex(9 + n), 12, '0'))::uuid, n, 'SCH-' || n, 1, 'Scheme', '{{SALE}}', 1,
    '[]', 'sha256:', md5('a')::uuid, now(), now(), 's', ''
FROM generate_series(1, 2) AS n;
INSERT INTO ecp (
    id, number, code, display_name, geography_id, country_id, status, registered_at, updated_at, sort_name,
    search_words)
OVERRIDING SYSTEM VALUE
SELECT ('00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid, n, 'ECP-' || n, 'ECP', md5('g')::uuid,
    md5('c')::uuid, 'PENDING', now(), now(), 'ecp', ''
FROM generate_series(1, 2) AS n;
INSERT INTO points_ledger (ecp, seq, recorded_at)
VALUES (1, {ENTRIES[BIG]}, now()), (2, {ENTRIES[LITTLE]}, now());
INSERT INTO points_account (ecp, scheme, available) VALUES (1, 1, 1), (2, 1, 1);
INSERT INTO points_entry (
    ecp, seq, scheme, points, balance_after, effective_at, recorded_at, kind, debit, credit, rule, sale, position,
    version, reverses)
SELECT ecp, n, CASE WHEN n % 1000 = 0 THEN 2 ELSE 1 END, 10, n, at, at,
    CASE WHEN n % 10 = 0 THEN 3 ELSE 1 END, CASE WHEN n % 10 = 0 THEN 1 ELSE 2 END,
    CASE WHEN n % 10 = 0 THEN 2 ELSE 1 END, 0, n, 1, 1, CASE WHEN n % 10 = 0 THEN n - 1 END
FROM points_ledger, generate_series(1, seq) AS n,
    LATERAL (SELECT timestamptz '2026-01-01Z' + n * interval '1 second' AS at) AS recorded;
"""


@pytest.fixture(scope="module")
async def connection(database_url: str, cleaner: Cleaner) -> AsyncIterator[Any]:
    """A connection to a database with a long ledger."""
    async with filled_database(database_url, cleaner, FILL, TABLES) as opened:
        yield opened


def after(entries: int) -> datetime:
    """The moment right after so many entries."""
    return BEGINNING + timedelta(seconds=entries, microseconds=1)


def home(ecp: UUID) -> list[tuple[Statement[Any], list[Any]]]:
    """The statements of the first screen: the balance, and the newest entries."""
    balance = balances_by_ecp(EcpScope.OWN, SchemeScope.APPROVED)
    entries = entries_by_ecp(EcpScope.OWN, EntryFilters(), resumed=False)
    own = {"ids": [ecp], "viewer_ecp_id": ecp}
    return [(balance, balance.arguments(own)), (entries, entries.arguments({**own, "limit": PAGE + 1}))]


async def test_home_costs_the_same_with_any_number_of_entries(connection: Any) -> None:
    """R22: both statements read the ends of indexes only."""
    for big, little in zip(home(BIG), home(LITTLE), strict=True):
        plan = await explained(connection, *big, RUN)
        scans = [node for node in nodes(plan) if node.get("Relation Name") == "points_entry"]
        assert {scan["Node Type"] for scan in scans} <= {"Index Scan"}
        assert all(scan["Actual Rows"] <= PAGE + 1 for scan in scans)
        assert await buffers(connection, *big) <= await buffers(connection, *little) + 20


async def test_home_is_planned_once(connection: Any) -> None:
    """R22: PostgreSQL keeps one plan after five trials; where a plan for given values looks cheaper, it plans anew."""
    for statement, arguments in home(BIG):
        for _ in range(12):
            await connection.fetch(statement.sql, *arguments)
        counted = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = $1"
        assert tuple(await connection.fetchrow(counted, statement.sql)) == (7, 5)


async def test_pages_cost_the_same_at_any_depth(connection: Any) -> None:
    """R22: in the middle, filtered by time, as at the top; and each has exactly its entries."""
    for filters, given in _pages().values():
        statement = entries_by_ecp(EcpScope.ALL, filters, resumed=True)
        arguments = statement.arguments({"ids": [BIG], "limit": PAGE, "cursor_value": 100_001, **given})
        rows = [statement.row(*row) for row in await connection.fetch(statement.sql, *arguments)]
        assert [row.seq for row in rows] == list(range(100_000, 100_000 - PAGE, -1))
        assert await buffers(connection, statement, arguments) < 400


def _pages() -> dict[str, tuple[EntryFilters, dict[str, Any]]]:
    return {
        "all": (EntryFilters(), {}),
        "since": (EntryFilters(since=True), {"since": after(50_000)}),
        "until": (EntryFilters(until=True), {"until": after(100_000)}),
        "between": (EntryFilters(since=True, until=True), {"since": after(50_000), "until": after(100_000)}),
    }


@pytest.mark.parametrize("entries", [0, 1, 2, 99_999, 199_999, 200_000, 300_000])
async def test_what_was_known_at_a_time_is_a_prefix(connection: Any, entries: int) -> None:
    """R22: halving finds its end exactly, and counts nothing."""
    filters = EntryFilters(until=True)
    statement = entries_by_ecp(EcpScope.ALL, filters, resumed=False)
    arguments = statement.arguments({"ids": [BIG], "limit": 1, "until": after(entries)})
    rows = [statement.row(*row) for row in await connection.fetch(statement.sql, *arguments)]
    expected = min(entries, ENTRIES[BIG])
    assert [row.seq for row in rows] == ([expected] if expected else [])
    counted = entry_counts_by_ecp(EcpScope.ALL, filters)
    arguments = counted.arguments({"ids": [BIG, LITTLE], "until": after(entries)})
    assert dict(await connection.fetch(counted.sql, *arguments)) == {BIG: expected, LITTLE: min(entries, 100)}
    assert await buffers(connection, counted, arguments) < 300


async def test_filters_keep_what_matches(connection: Any) -> None:
    filters = EntryFilters(scheme_ids=True, kinds=True)
    given = {"scheme_ids": [UUID(int=11)], "kinds": [3]}
    statement = entries_by_ecp(EcpScope.ALL, filters, resumed=False)
    found = await connection.fetch(statement.sql, *statement.arguments({"ids": [BIG], "limit": 3, **given}))
    rows = [statement.row(*row) for row in found]
    assert [(row.seq, row.kind, row.signed, row.reverses) for row in rows] == [
        (200_000, 3, -10, 199_999),
        (199_000, 3, -10, 198_999),
        (198_000, 3, -10, 197_999),
    ]
    counted = entry_counts_by_ecp(EcpScope.ALL, filters)
    assert dict(await connection.fetch(counted.sql, *counted.arguments({"ids": [BIG], **given}))) == {BIG: 200}


async def test_entries_of_others_are_not_found(connection: Any) -> None:
    statement = entries_by_place(EcpScope.OWN)
    own = statement.arguments({"ecps": [1, 2, 3], "seqs": [5, 5, 5], "viewer_ecp_id": LITTLE})
    assert [statement.row(*row).place for row in await connection.fetch(statement.sql, *own)] == [(2, 5)]


async def test_a_statement_reads_its_month_only(connection: Any) -> None:
    """R22: what was recorded in it, by section, with the balance before."""
    wanted = statements_by_ecp(EcpScope.ALL)
    given = {"ids": [BIG], "scheme_id": SCHEME, "opens": after(100_000), "closes": after(100_010)}
    ((row),) = [wanted.row(*row) for row in await connection.fetch(wanted.sql, *wanted.arguments(given))]
    # The last entry before is of the other scheme.
    assert (row.above, row.upto, row.opening) == (100_000, 100_010, 99_999)
    assert dict(zip(StatementSectionKind, row.points, strict=True)) == {
        StatementSectionKind.EARNED: 90,
        StatementSectionKind.REVERSED: -10,
        StatementSectionKind.ADJUSTED: 0,
        StatementSectionKind.SETTLED: 0,
        StatementSectionKind.EXPIRED: 0,
        StatementSectionKind.EARLIER_MONTHS: 0,
    }
    assert row.counts == [9, 1, 0, 0, 0, 0]
    assert await buffers(connection, wanted, wanted.arguments(given)) < 500
    listed = entries_by_section(resumed=False)
    places = {"ecps": [1, 1], "schemes": [1, 1], "aboves": [row.above] * 2, "uptos": [row.upto] * 2}
    given = {**places, "opens": [after(100_000)] * 2, "sections": [2, 1], "limit": 3}
    found = [listed.row(*row) for row in await connection.fetch(listed.sql, *listed.arguments(given))]
    assert [(one.asked, one.entry.seq) for one in found] == [(1, 100_010), (2, 100_009), (2, 100_008), (2, 100_007)]
