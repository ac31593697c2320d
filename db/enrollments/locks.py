"""Statements that a change of an enrollment begins with: the facts of guards, locked until the transaction ends.

Lock always in the order scheme, ECP, enrollment. Schemes and ECPs are locked for sharing: they stay as they are while
an ECP enrolls, and other ECPs enroll at the same time.
"""

from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.orm import aliased, join

from db.catalog.tables import GeographyTable
from db.columns import columns, scalar
from db.ecps.tables import EcpTable
from db.enrollments.reads import ENROLLMENT_COLUMNS
from db.enrollments.rows import ApplicantRow, EnrollmentRow, OfferRow
from db.enrollments.tables import EnrollmentTable
from db.schemes.reads import visible
from db.schemes.tables import SchemeGeographyTable, SchemeTable
from db.statement import Query, Statement, uuid
from domain.viewers import SchemeScope


def _above(*, levels: int) -> Query:
    """The geography that is `levels` above that of the ECP in the parameter `ecp_id`; no row where there is none."""
    place: Any = aliased(GeographyTable)
    joined = join(EcpTable, place, place.id == EcpTable.geography_id)
    for _ in range(levels):
        parent: Any = aliased(GeographyTable)
        joined, place = join(joined, parent, parent.id == place.parent_id), parent
    return select(place.id).select_from(joined).where(EcpTable.id == uuid("ecp_id"))


_LEVELS: Final = 3

# The geography of an ECP and all geographies above it, by the tree as it is now.
PLACES_OF_ECP = Statement(union_all(*(_above(levels=levels) for levels in range(_LEVELS))), scalar(UUID))
PLACES_OF_SCHEME = Statement(
    select(SchemeGeographyTable.geography_id).where(SchemeGeographyTable.scheme_id == uuid("scheme_id")), scalar(UUID)
)
SHARE_APPLICANT = Statement(
    select(*columns(EcpTable, ApplicantRow)).where(EcpTable.id == uuid("id")).with_for_update(read=True),
    ApplicantRow,
)
LOCK_ENROLLMENT_OF_ECP = Statement(
    select(*ENROLLMENT_COLUMNS)
    .where(EnrollmentTable.scheme_id == uuid("scheme_id"), EnrollmentTable.ecp_id == uuid("ecp_id"))
    .with_for_update(),
    EnrollmentRow,
)
LOCK_ENROLLMENT = Statement(
    select(*ENROLLMENT_COLUMNS).where(EnrollmentTable.id == uuid("id")).with_for_update(), EnrollmentRow
)


@cache
def share_offer(scope: SchemeScope) -> Statement[OfferRow]:
    """The scheme of the parameter `id`, if the scope shows it and it is no revision of another one."""
    query = select(*columns(SchemeTable, OfferRow)).where(
        SchemeTable.id == uuid("id"), visible(scope), SchemeTable.revises.is_(None)
    )
    return Statement(query.with_for_update(read=True), OfferRow)
