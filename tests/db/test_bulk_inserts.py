"""A bulk insert stores the same rows as single inserts."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from db.accounts.changes import add_accounts
from db.accounts.reads import ACCOUNTS_BY_ID
from db.accounts.rows import AccountRow
from db.accounts.tables import AccountRoleTable, AccountTable
from db.codes import next_code, next_codes
from db.database import Database
from db.ecps.changes import NewEcp, add_ecps
from db.ecps.rows import EcpPlace
from db.ecps.tables import EcpCountTable, EcpTable
from db.enrollments.changes import add_enrollments
from db.enrollments.rows import EnrollmentRow
from db.enrollments.tables import EnrollmentTable
from db.sessions import DuplicateKey
from domain.collation import sort_key
from domain.ecps.facts import EcpStatus
from domain.ecps.inputs import EcpDetails
from domain.enrollments.facts import EnrollmentStatus
from domain.permissions import Role
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.world import World

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 9, tzinfo=UTC)


async def test_codes_go_on_where_they_were(database: Database) -> None:
    async with database.writing() as session:
        assert await next_code(session, "ECP", 2026) == "ECP-2026-000001"
        assert await next_codes(session, "ECP", 2026, 3) == ["ECP-2026-000002", "ECP-2026-000003", "ECP-2026-000004"]
        assert await next_codes(session, "ECP", 2025, 1) == ["ECP-2025-000001"]
        assert await next_code(session, "ECP", 2026) == "ECP-2026-000005"


async def test_accounts_are_added_with_their_roles(database: Database, world: World) -> None:
    rows = [
        AccountRow(
            id=UUID(int=1),
            display_name="Asha Lanternkar",
            email="asha@example.org",
            vendor_id=None,
            created_at=AT,
            disabled_at=None,
            roles=["ECP"],
        ),
        AccountRow(
            id=UUID(int=2),
            display_name="Bina Opalmor",
            email=None,
            vendor_id=None,
            created_at=AT,
            disabled_at=LATER,
            roles=["ANALYST", "ECP"],
        ),
        AccountRow(
            id=UUID(int=3), display_name="Nobody", email=None, vendor_id=None, created_at=AT, disabled_at=None, roles=[]
        ),
    ]
    async with database.writing() as session:
        await add_accounts(session, rows)
        await add_accounts(session, [])
        stored = await session.fetch(ACCOUNTS_BY_ID, ids=[row.id for row in rows])
    assert sorted(stored, key=lambda row: row.id) == rows


async def test_a_taken_address_is_rejected(database: Database, world: World) -> None:
    rows = [
        AccountRow(
            id=UUID(int=n),
            display_name="Asha",
            email="asha@example.org",
            vendor_id=None,
            created_at=AT,
            disabled_at=None,
            roles=["ECP"],
        )
        for n in (1, 2)
    ]
    with pytest.raises(DuplicateKey, match="uq_account__email_key"):
        async with database.writing() as session:
            await add_accounts(session, rows)
    assert await _count(database, AccountTable) == await _count(database, AccountRoleTable) - 1 == len(world.accounts)


async def test_ecps_are_added_as_they_are_by_now_and_counted(database: Database, world: World) -> None:
    async with database.writing() as session:
        await add_ecps(session, [_ecp(world, 1), _ecp(world, 2, tier="Gold"), _ecp(world, 3, tier="Gold")])
        await add_ecps(session, [])
    rows = await _rows(database, EcpTable)
    assert [(row["code"], row["status"], row["tier_id"], row["verified_at"], row["updated_at"]) for row in rows] == [
        ("ECP-2026-000001", EcpStatus.PENDING, None, None, AT),
        ("ECP-2026-000002", EcpStatus.ACTIVE, world.tiers["Gold"].id, LATER, LATER),
        ("ECP-2026-000003", EcpStatus.ACTIVE, world.tiers["Gold"].id, LATER, LATER),
    ]
    assert [row["sort_name"] for row in rows] == [sort_key(f"ECP {number}") for number in (1, 2, 3)]
    counts = await _rows(database, EcpCountTable)
    assert sorted((row["status"], row["count"]) for row in counts) == [(EcpStatus.ACTIVE, 2), (EcpStatus.PENDING, 1)]


async def test_enrollments_are_added_with_the_place_and_tier_of_the_ecp(
    database: Database, world: World, enrollments: EnrollmentFactory
) -> None:
    scheme_id = await enrollments.open_scheme()
    ecp = _ecp(world, 1, tier="Gold")
    row = EnrollmentRow(
        id=UUID(int=7),
        scheme_id=scheme_id,
        ecp_id=ecp.id,
        status=EnrollmentStatus.REJECTED,
        terms_version=1,
        requested_at=AT,
        requested_by=ecp.account_id,
        enrolled_at=None,
        decided_at=LATER,
        decided_by=world.accounts[Role.PROGRAM_MANAGER].id,
        reason="Too far away.",
        withdrawn_at=None,
        withdrawn_by=None,
    )
    async with database.writing() as session:
        await add_ecps(session, [ecp])
        await add_enrollments(session, [row])
        await add_enrollments(session, [])
    (stored,) = await _rows(database, EnrollmentTable)
    assert (stored["status"], stored["reason"], stored["tier_id"]) == ("REJECTED", "Too far away.", ecp.tier_id)
    assert (stored["geography_id"], stored["region_id"], stored["country_id"]) == (
        ecp.place.geography_id,
        ecp.place.region_id,
        ecp.place.country_id,
    )
    with pytest.raises(DuplicateKey):
        async with database.writing() as session:
            await add_enrollments(session, [row])


def _ecp(world: World, number: int, *, tier: str | None = None) -> NewEcp:
    """An ECP in Pune of one of the world's accounts; with a tier it is verified."""
    account_id = list(world.accounts.values())[number].id
    pune, region = world.geographies["Pune"], world.geographies["Maharashtra"]
    assert region.parent_id is not None
    place = EcpPlace(geography_id=pune.id, name=pune.name, region_id=region.id, country_id=region.parent_id)
    details = EcpDetails(
        display_name=f"ECP {number}", practice=None, email=f"ecp{number}@example.org", phone=None, license_number=None
    )
    return NewEcp(
        id=UUID(int=number),
        code=f"ECP-2026-{number:06}",
        account_id=account_id,
        details=details,
        place=place,
        registered_at=AT,
        tier_id=None if tier is None else world.tiers[tier].id,
        verified_at=None if tier is None else LATER,
    )


async def _rows(database: Database, table: Any) -> list[dict[str, Any]]:
    async with database.engine.connect() as connection:
        rows = await connection.execute(select(*table.__table__.columns).order_by(table.id))
        return [dict(row) for row in rows.mappings()]


async def _count(database: Database, table: Any) -> int:
    async with database.engine.connect() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table.__table__)) or 0)
