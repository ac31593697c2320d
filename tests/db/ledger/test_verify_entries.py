"""The verification of entries takes time by their number, not by that of the schemes too (R22, N6)."""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from db.ledger.verify_entries import RULES_WITHOUT_REVISION
from tests.support.databases import Cleaner
from tests.support.filled_database import filled_database
from tests.support.plans import RUN, explained, nodes

# With so few schemes, the planner looks a revision up by its number alone if it is asked for each entry.
SCHEMES, ENTRIES = 12, 4_000
TABLES: Final = "scheme, scheme_revision, valuation, points_entry"
# Every scheme has two revisions with three rules, and entries by its rules in turn; entry 900 is by a fourth one.
FILL: Final = f"""
SET session_replication_role = replica;
INSERT INTO scheme (
    id, number, code, revision, title, earning_channels, terms_version, materials, content_hash, created_by, created_at,
    updated_at, sort_title, search_words)
OVERRIDING SYSTEM VALUE
SELECT md5(n::text)::uuid, n, 'SCH-' || n, 1, 'Scheme', '{{SALE}}', 1, '[]', 'sha256:', md5('a')::uuid, now(), now(),
    's', ''
FROM generate_series(1, {SCHEMES}) AS n;
INSERT INTO scheme_revision (scheme_id, number, content_hash, content, effective_at, approved_at, approved_by)
SELECT md5(n::text)::uuid, revision, '', '{{"rules": [1, 2, 3]}}', now() + revision * interval '1 day', now(),
    md5('a')::uuid
FROM generate_series(1, {SCHEMES}) AS n, generate_series(1, 2) AS revision;
INSERT INTO valuation (
    ecp, scheme, sold_at, sale, position, version, revision, entries, base, bonus, seq, recorded_at, facts)
SELECT 1, 1 + n % {SCHEMES}, timestamptz '2026-01-01Z' + n * interval '1 minute', n, 0, 1, 1 + n % 2, 1, 10, 0, n,
    now(), ''
FROM generate_series(1, {ENTRIES}) AS n;
INSERT INTO points_entry (
    ecp, seq, scheme, points, balance_after, effective_at, recorded_at, kind, debit, credit, rule, sale, position,
    version)
SELECT 1, n, 1 + n % {SCHEMES}, 10, n, timestamptz '2026-01-01Z' + n * interval '1 minute', now(), 2, 2, 1,
    CASE n WHEN 900 THEN 4 ELSE n % 4 END, n, 0, 1
FROM generate_series(1, {ENTRIES}) AS n;
"""


@pytest.fixture
async def connection(database_url: str, cleaner: Cleaner) -> AsyncIterator[Any]:
    """A connection to a database with many schemes."""
    async with filled_database(database_url, cleaner, FILL, TABLES) as opened:
        yield opened


async def test_the_rules_of_a_revision_are_counted_once(connection: Any) -> None:
    """R22, N6: no step of the plan looks at more rows than there are entries and revisions."""
    arguments = RULES_WITHOUT_REVISION.arguments({"low": 0, "high": 1})
    rows = [RULES_WITHOUT_REVISION.row(*row) for row in await connection.fetch(RULES_WITHOUT_REVISION.sql, *arguments)]
    assert [(row.name, row.stored, row.counted) for row in rows] == [("900", "4", "1")]
    plan = await explained(connection, RULES_WITHOUT_REVISION, arguments, RUN)
    removed = ("Rows Removed by Filter", "Rows Removed by Join Filter")
    looks = [
        (node["Actual Rows"] + sum(node.get(key, 0) for key in removed)) * node["Actual Loops"] for node in nodes(plan)
    ]
    assert max(looks) <= ENTRIES + 2 * SCHEMES
