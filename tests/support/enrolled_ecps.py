"""ECPs that are enrolled in a scheme, many at once: stored, not registered one by one."""

from datetime import datetime
from uuid import UUID

from db.accounts.changes import add_accounts
from db.accounts.rows import AccountRow
from db.ecps.changes import NewEcp, add_ecps
from db.ecps.rows import EcpPlace
from db.enrollments.changes import add_enrollments
from db.enrollments.rows import EnrollmentRow
from domain.ecps.inputs import EcpDetails
from domain.enrollments.facts import EnrollmentStatus
from domain.permissions import Role
from graphql_api.context import Environment
from tests.support.redemptions import ENROLLING
from tests.support.world import World, key


async def add_enrolled_ecps(
    environment: Environment, world: World, scheme_id: UUID, number: int, *, enrolled: int
) -> list[UUID]:
    """Store verified ECPs of Pune, the first of them enrolled in a scheme, and return their accounts in order."""
    at = ENROLLING
    names = [f"Many {one:03}" for one in range(number)]
    place = EcpPlace(
        geography_id=key("geography Pune"),
        name="Pune",
        region_id=key("geography Maharashtra"),
        country_id=key("geography India"),
    )
    accounts = [
        AccountRow(
            id=key(f"account {name}"),
            display_name=name,
            email=None,
            vendor_id=None,
            created_at=at,
            disabled_at=None,
            roles=[Role.ECP.value],
        )
        for name in names
    ]
    async with environment.database.writing() as session:
        await add_accounts(session, accounts)
        await add_ecps(session, [_ecp(account, place, at) for account in accounts])
        await add_enrollments(session, [_enrollment(world, one, scheme_id, at) for one in accounts[:enrolled]])
    return [account.id for account in accounts]


def _ecp(account: AccountRow, place: EcpPlace, at: datetime) -> NewEcp:
    name = account.display_name
    details = EcpDetails(
        display_name=name,
        practice=name,
        email=f"{name.lower().replace(' ', '.')}@example.org",
        phone=None,
        license_number=None,
    )
    return NewEcp(
        id=key(f"ecp {name}"),
        code=f"ECP-2025-{name[-3:]:>06}",
        account_id=account.id,
        details=details,
        place=place,
        registered_at=at,
        tier_id=key("tier Silver"),
        verified_at=at,
    )


def _enrollment(world: World, account: AccountRow, scheme_id: UUID, at: datetime) -> EnrollmentRow:
    manager = world.accounts[Role.PROGRAM_MANAGER].id
    return EnrollmentRow(
        id=key(f"enrollment {account.display_name}"),
        scheme_id=scheme_id,
        ecp_id=key(f"ecp {account.display_name}"),
        status=EnrollmentStatus.ENROLLED,
        terms_version=1,
        requested_at=at,
        requested_by=manager,
        enrolled_at=at,
        decided_at=at,
        decided_by=manager,
        reason=None,
        withdrawn_at=None,
        withdrawn_by=None,
    )
