"""Enrollments in the database: where their ECPs are and of which tier, at any time, and what must never be false."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.unchanged import nothing_changes
from tests.support.world import key

STALE = """SELECT count(*) FROM enrollment JOIN ecp ON ecp.id = enrollment.ecp_id
    WHERE (enrollment.geography_id, enrollment.region_id, enrollment.country_id, enrollment.tier_id)
        IS DISTINCT FROM (ecp.geography_id, ecp.region_id, ecp.country_id, ecp.tier_id)"""
MUMBAI, MYSURU, KARNATAKA, NEPAL = (key(f"geography {name}") for name in ("Mumbai", "Mysuru", "Karnataka", "Nepal"))
GOLD, SILVER = key("tier Gold"), key("tier Silver")
REJECTED = {
    "a second enrollment of an ECP in a scheme": (
        (
            "INSERT INTO enrollment SELECT gen_random_uuid(), scheme_id, ecp_id, status, terms_version, requested_at, "
            "requested_by FROM enrollment"
        ),
        "uq_enrollment__scheme_id_ecp_id",
    ),
    "enrolled at no time": (
        "UPDATE enrollment SET status = 'ENROLLED', enrolled_at = NULL",
        "ck_enrollment__enrolled_dated",
    ),
    "enrolled before it was asked for": (
        "UPDATE enrollment SET enrolled_at = requested_at - interval '1 microsecond'",
        "ck_enrollment__enrolled_in_order",
    ),
    "an unknown status": ("UPDATE enrollment SET status = 'MAYBE'", "ck_enrollment__status_known"),
    "no terms": ("UPDATE enrollment SET terms_version = 0", "ck_enrollment__terms_accepted"),
    "an anonymous decision": (
        "UPDATE enrollment SET decided_at = now(), decided_by = NULL",
        "ck_enrollment__decision_signed",
    ),
    "a decision at no time": (
        "UPDATE enrollment SET decided_at = NULL, decided_by = requested_by",
        "ck_enrollment__decision_signed",
    ),
    "an activity that comes twice": (
        (
            "INSERT INTO ecp_activity (source, source_key, external_id, ecp_id, kind, occurred_at, recorded_at, "
            "recorded_by) SELECT 'academy', 'academy', 'a-1', ecp_id, 'TRAINING', now(), now(), requested_by "
            "FROM enrollment, generate_series(1, 2)"
        ),
        "uq_ecp_activity__source_key_external_id",
    ),
}


@pytest.fixture
async def connection(database_url: str, enrollments: EnrollmentFactory) -> AsyncIterator[Any]:
    """A database with an ECP in Pune that waits for a decision in two schemes."""
    ecp_id = await enrollments.ecps.verified(tier="Gold")
    for title in ("One", "Two"):
        await enrollments.pending(await enrollments.open_scheme(title), ecp_id)
    opened = await asyncpg.connect(database_url)
    yield opened
    await opened.close()


async def found(connection: Any) -> list[tuple[UUID | None, ...]]:
    """Return the places of the enrollments, and check that each equals its ECP's."""
    assert await connection.fetchval(STALE) == 0
    rows = await connection.fetch("SELECT geography_id, region_id, country_id, tier_id FROM enrollment")
    assert len(rows) == 2
    return [tuple(row) for row in set(rows)]


async def test_enrollments_are_where_their_ecps_are(connection: Any) -> None:
    """R19: after any move or tier change of one ECP, several, or none."""
    pune, maharashtra, india = (key(f"geography {name}") for name in ("Pune", "Maharashtra", "India"))
    assert await found(connection) == [(pune, maharashtra, india, GOLD)]
    await connection.execute("UPDATE ecp SET tier_id = $1", SILVER)
    assert await found(connection) == [(pune, maharashtra, india, SILVER)]
    await connection.execute("UPDATE ecp SET geography_id = $1, region_id = $2", MYSURU, KARNATAKA)
    assert await found(connection) == [(MYSURU, KARNATAKA, india, SILVER)]
    await connection.execute("UPDATE ecp SET geography_id = $1, region_id = NULL, country_id = $1", NEPAL)
    assert await found(connection) == [(NEPAL, None, NEPAL, SILVER)]
    await connection.execute("UPDATE ecp SET display_name = 'Somebody', updated_at = now()")
    await connection.execute("UPDATE ecp SET tier_id = $1 WHERE false", GOLD)
    assert await found(connection) == [(NEPAL, None, NEPAL, SILVER)]


async def test_the_place_of_an_enrollment_cannot_be_set(connection: Any) -> None:
    """R19: it is the place of its ECP, whatever an insert contains."""
    await connection.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM enrollment")
    await connection.execute("DELETE FROM enrollment")
    await connection.execute("UPDATE kept SET geography_id = $1, region_id = NULL, tier_id = NULL", MUMBAI)
    await connection.execute("INSERT INTO enrollment SELECT * FROM kept")
    ((geography_id, _, _, tier_id),) = await found(connection)
    assert (geography_id, tier_id) == (key("geography Pune"), GOLD)


async def test_the_database_rejects_invalid_rows(connection: Any, database_url: str) -> None:
    """Each by its own constraint, and nothing is changed."""
    rejected = {}
    async with nothing_changes(database_url):
        for what, (change, _) in REJECTED.items():
            with pytest.raises(asyncpg.IntegrityConstraintViolationError) as violated:
                await connection.execute(change)
            rejected[what] = violated.value.constraint_name
    assert rejected == {what: constraint for what, (_, constraint) in REJECTED.items()}
