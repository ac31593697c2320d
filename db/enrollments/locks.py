"""Statements that writing enrollments begins with: what guards look at, locked until the transaction ends.

Always in the order scheme, ECP, enrollment. Schemes and ECPs are locked for sharing: they stay as they are while
somebody enrolls, and others enroll at the same time.
"""

from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.orm import aliased, join

from db.catalog.tables import GeographyTable
from db.ecps.tables import EcpTable
from db.enrollments.reads import ENROLLMENT_COLUMNS
from db.enrollments.rows import ApplicantRow, EnrollmentRow, OfferRow
from db.enrollments.tables import EnrollmentTable
from db.schemes.reads import visible
from db.schemes.tables import SchemeGeographyTable, SchemeTable
from db.statement import Query, Statement, uuid
from domain.permissions import SchemeScope


def _id(value: UUID) -> UUID:
    return value


def _above(*, levels: int) -> Query:
    """The geography so many levels above that of the ECP in the parameter `ecp_id`; no row where there is none."""
    place: Any = aliased(GeographyTable)
    joined = join(EcpTable, place, place.id == EcpTable.geography_id)
    for _ in range(levels):
        parent: Any = aliased(GeographyTable)
        joined, place = join(joined, parent, parent.id == place.parent_id), parent
    return select(place.id).select_from(joined).where(EcpTable.id == uuid("ecp_id"))


_LEVELS: Final = 3

# Where an ECP is, from its geography up to the country, by the tree as it is now.
PLACES_OF_ECP = Statement(union_all(*(_above(levels=levels) for levels in range(_LEVELS))), _id)
PLACES_OF_SCHEME = Statement(
    select(SchemeGeographyTable.geography_id).where(SchemeGeographyTable.scheme_id == uuid("scheme_id")), _id
)
SHARE_APPLICANT = Statement(
    select(EcpTable.id, EcpTable.code, EcpTable.status, EcpTable.account_id)
    .where(EcpTable.id == uuid("id"))
    .with_for_update(read=True),
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
    query = select(
        SchemeTable.id,
        SchemeTable.title,
        SchemeTable.approved_at,
        SchemeTable.rejected_at,
        SchemeTable.enrollment_opens_on,
        SchemeTable.enrollment_closes_on,
        SchemeTable.ends_on,
        SchemeTable.terms_version,
    ).where(SchemeTable.id == uuid("id"), visible(scope), SchemeTable.revises.is_(None))
    return Statement(query.with_for_update(read=True), OfferRow)
