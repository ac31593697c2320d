"""Changes to ECPs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import case, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from db.catalog.tables import GeographyTable
from db.ecps.rows import EcpPlace, EcpRow
from db.ecps.tables import EcpTable
from db.sessions import Writing
from db.text_columns import with_text_columns
from db.timeouts import ALLOW_FIVE_MINUTES
from domain.catalog.facts import GeographyLevel
from domain.ecps.facts import ERASED_NAME, EcpStatus
from domain.ecps.inputs import EcpDetails


class NewEcp(Struct, frozen=True):
    """An ECP that registered; with a tier and `verified_at`, a verified one."""

    id: UUID
    code: str
    account_id: UUID
    details: EcpDetails
    place: EcpPlace
    registered_at: datetime
    tier_id: UUID | None = None
    verified_at: datetime | None = None


async def add_ecp(  # noqa: PLR0913 - the columns of a new ECP, by name
    session: Writing,
    *,
    ecp_id: UUID,
    code: str,
    account_id: UUID,
    details: EcpDetails,
    place: EcpPlace,
    at: datetime,
) -> None:
    """Insert an ECP that waits for verification. Raises DuplicateKey."""
    await add_ecps(
        session, [NewEcp(id=ecp_id, code=code, account_id=account_id, details=details, place=place, registered_at=at)]
    )


async def add_ecps(session: Writing, ecps: Sequence[NewEcp]) -> None:
    """Insert ECPs: verified ones are active, the others wait for verification. Raises DuplicateKey."""
    rows = [
        {
            "id": ecp.id,
            "code": ecp.code,
            "account_id": ecp.account_id,
            "status": (EcpStatus.PENDING if ecp.tier_id is None else EcpStatus.ACTIVE).value,
            "tier_id": ecp.tier_id,
            "registered_at": ecp.registered_at,
            "verified_at": ecp.verified_at,
            "updated_at": ecp.verified_at or ecp.registered_at,
            **ecp_columns(ecp.code, ecp.details),
            **_placed(ecp.place),
        }
        for ecp in ecps
    ]
    if rows:
        await session.execute(insert(EcpTable), rows)


async def set_details(session: Writing, ecp: EcpRow, details: EcpDetails, place: EcpPlace | None, at: datetime) -> None:
    """Replace the details of an ECP and, with a `place`, its location. Raises DuplicateKey."""
    placed = {} if place is None else _placed(place)
    await touch_ecp(session, ecp.id, **ecp_columns(ecp.code, details), **placed, updated_at=at)


async def touch_ecp(session: Writing, ecp_id: UUID, **columns: Any) -> None:
    """Set columns of an ECP: its status, its tier, and the columns that go with them."""
    await session.execute(update(EcpTable).where(EcpTable.id == ecp_id).values(**columns))


def ecp_columns(code: str, details: EcpDetails) -> dict[str, Any]:
    """The details of the ECP with this code, by column."""
    return with_text_columns(EcpTable, asdict(details), code=code)


async def update_places_of_ecps(session: Writing, geography_id: UUID) -> None:
    """Set region and country of the ECPs of a geography that moved, and of its children, by the present tree."""
    parent = aliased(GeographyTable)
    level, is_of = GeographyTable.level, {level: level.value for level in GeographyLevel}
    places = (
        select(
            GeographyTable.id.label("geography_id"),
            case(
                (level == is_of[GeographyLevel.REGION], GeographyTable.id),
                (level == is_of[GeographyLevel.CITY], GeographyTable.parent_id),
            ).label("region_id"),
            case(
                (level == is_of[GeographyLevel.COUNTRY], GeographyTable.id),
                (level == is_of[GeographyLevel.REGION], GeographyTable.parent_id),
                else_=parent.parent_id,
            ).label("country_id"),
        )
        .outerjoin(parent, parent.id == GeographyTable.parent_id)
        .where(or_(GeographyTable.id == geography_id, GeographyTable.parent_id == geography_id))
        .subquery()
    )
    # Moving a region of 50,000 ECPs takes 15 seconds: their places are part of many indexes.
    await session.fetch(ALLOW_FIVE_MINUTES)
    moved = func.row(EcpTable.region_id, EcpTable.country_id).is_distinct_from(
        func.row(places.c.region_id, places.c.country_id)
    )
    await session.execute(
        update(EcpTable)
        .where(EcpTable.geography_id == places.c.geography_id, moved)
        .values(region_id=places.c.region_id, country_id=places.c.country_id)
    )


def _placed(place: EcpPlace) -> dict[str, Any]:
    return {"geography_id": place.geography_id, "region_id": place.region_id, "country_id": place.country_id}


async def erase_personal_data(session: Writing, ecp: EcpRow, *, by: UUID, reason: str, at: datetime) -> None:
    """Remove all personal data of an ECP; the code and the tier stay."""
    nobody = EcpDetails(display_name=ERASED_NAME, practice=None, email=None, phone=None, license_number=None)
    await touch_ecp(
        session,
        ecp.id,
        account_id=None,
        status=EcpStatus.CLOSED.value,
        suspended_reason=None,
        erased_at=at,
        erased_by=by,
        erased_reason=reason,
        updated_at=at,
        **ecp_columns(ecp.code, nobody),
    )
