"""The versions of ECPs in the database: triggers add one for each change, whatever makes it (R18)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.support.factories.ecps import EcpFactory
from tests.support.world import World, key

VERSIONS = (
    "SELECT to_char(valid_from AT TIME ZONE 'UTC', 'MM-DD'), status, tier_id FROM ecp_version ORDER BY valid_from"
)
INSERTED = """
INSERT INTO ecp (id, code, display_name, geography_id, country_id, tier_id, status, registered_at, verified_at,
    suspended_reason, updated_at, sort_name, search_words)
SELECT gen_random_uuid(), 'ECP-' || n, 'Somebody', geography.id, geography.id, $1, $2, '2026-01-01Z', $3,
    CASE $2 WHEN 'SUSPENDED' THEN 'Why.' END, '2026-03-03Z', '', ''
FROM generate_series(1, $4) AS n, geography WHERE geography.name = 'Nepal'
"""
GOLD, SILVER, MUMBAI = key("tier Gold"), key("tier Silver"), key("geography Mumbai")


@pytest.fixture
async def connection(database_url: str, world: World) -> AsyncIterator[Any]:
    """A database with a catalog."""
    assert world.tiers
    opened = await asyncpg.connect(database_url)
    yield opened
    await opened.close()


async def versions(connection: Any) -> list[tuple[str, str, UUID | None]]:
    """Month and day, status and tier of each version, oldest first."""
    return [tuple(row) for row in await connection.fetch(VERSIONS)]


@pytest.mark.parametrize(
    ("status", "tier", "verified", "expected"),
    [
        ("PENDING", None, False, [("01-01", "PENDING", None)]),
        ("ACTIVE", GOLD, True, [("01-01", "PENDING", None), ("02-02", "ACTIVE", GOLD)]),
        (
            "SUSPENDED",
            GOLD,
            True,
            [("01-01", "PENDING", None), ("02-02", "ACTIVE", GOLD), ("03-03", "SUSPENDED", GOLD)],
        ),
        ("CLOSED", None, False, [("01-01", "PENDING", None), ("03-03", "CLOSED", None)]),
        ("ACTIVE", GOLD, False, [("01-01", "ACTIVE", GOLD)]),
    ],
)
async def test_the_first_versions_follow_from_the_row(
    connection: Any, status: str, tier: UUID | None, expected: list[tuple[str, str, UUID | None]], *, verified: bool
) -> None:
    """R18: a row that is loaded as a whole, one or many at once, has the past that it tells."""
    verified_at = datetime(2026, 2, 2, tzinfo=UTC) if verified else None
    await connection.execute(INSERTED, tier, status, verified_at, 1)
    assert await versions(connection) == expected
    await connection.execute("DELETE FROM ecp")
    await connection.execute(INSERTED, tier, status, verified_at, 3)
    assert await versions(connection) == [version for version in expected for _ in range(3)]


async def test_a_change_by_hand_is_kept(connection: Any, ecps: EcpFactory) -> None:
    """R18: of one ECP or several. It begins when the row says that it changed, or else now; others add nothing."""
    await ecps.verified()
    await ecps.verified("Binod Thapa")
    before = await versions(connection)
    await connection.execute("UPDATE ecp SET practice = 'Elsewhere', updated_at = '2026-05-05Z'")
    await connection.execute("UPDATE ecp SET region_id = NULL, tier_id = tier_id")
    assert await versions(connection) == before
    await connection.execute("UPDATE ecp SET tier_id = $1, updated_at = '2026-06-06Z'", SILVER)
    assert await versions(connection) == [*before, ("06-06", "ACTIVE", SILVER), ("06-06", "ACTIVE", SILVER)]
    await connection.execute("UPDATE ecp SET geography_id = $1", MUMBAI)
    recent = "SELECT count(*) FROM ecp_version WHERE valid_from BETWEEN now() - interval '1 minute' AND now()"
    assert await connection.fetchval(recent) == 2


async def test_a_clock_that_is_behind_leaves_the_past_as_it_was(connection: Any, ecps: EcpFactory) -> None:
    """R18: a version begins after the one that it follows, even if the clock stands still or goes back."""
    await ecps.verified()
    await connection.execute("UPDATE ecp SET tier_id = $1, updated_at = '2026-06-06Z'", SILVER)
    before = await connection.fetch("SELECT * FROM ecp_version ORDER BY valid_from")
    await connection.execute("UPDATE ecp SET tier_id = $1, updated_at = '2026-02-02Z'", GOLD)
    await connection.execute("UPDATE ecp SET tier_id = $1, updated_at = '2026-06-06Z'", SILVER)
    after = await connection.fetch("SELECT * FROM ecp_version ORDER BY valid_from")
    assert after[: len(before)] == before
    assert [(row["valid_from"].microsecond, row["tier_id"]) for row in after[-3:]] == [
        (0, SILVER),
        (1, GOLD),
        (2, SILVER),
    ]
