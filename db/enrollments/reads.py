"""Statements that read enrollments by id, and the one predicate of visibility."""

from functools import cache
from typing import Final

from sqlalchemy import Boolean, ColumnElement, any_, func, literal, literal_column, select, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from db.columns import columns
from db.ecps.tables import EcpTable
from db.enrollments.rows import ApplicantRow, EnrollmentRow, EnrollmentStandingRow, OfferRow, ReasonRow
from db.enrollments.tables import EnrollmentTable, PastEnrollmentTable
from db.schemes.tables import SchemeGeographyTable, SchemeTable
from db.statement import Statement, uuid, uuids
from domain.viewers import EcpScope

ENROLLMENT_COLUMNS: Final = columns(EnrollmentTable, EnrollmentRow)


def visible(scope: EcpScope) -> ColumnElement[bool]:
    """The one predicate of the enrollments that a viewer may see: those of the ECPs that the scope shows.

    With the scope OWN it takes the parameter `viewer_ecp_id`.
    """
    if scope is EcpScope.OWN:
        return EnrollmentTable.ecp_id == uuid("viewer_ecp_id")
    # Not false(), which SQLAlchemy would let swallow every other predicate together with its parameters.
    return true() if scope is EcpScope.ALL else literal_column("false", Boolean)


@cache
def select_enrollments_by_id(scope: EcpScope) -> Statement[EnrollmentRow]:
    """The enrollments of the parameter `ids` that the viewer sees, in any order."""
    query = select(*ENROLLMENT_COLUMNS).where(EnrollmentTable.id == any_(uuids("ids")), visible(scope))
    return Statement(query, EnrollmentRow)


OWN_ENROLLMENTS = Statement(
    select(*ENROLLMENT_COLUMNS).where(
        EnrollmentTable.scheme_id == any_(uuids("ids")), EnrollmentTable.ecp_id == uuid("viewer_ecp_id")
    ),
    EnrollmentRow,
)


_COMMON_PLACES: Final = (
    select(func.coalesce(func.array_agg(SchemeGeographyTable.geography_id), literal([], ARRAY(UUID()))))
    .where(
        SchemeGeographyTable.scheme_id == EnrollmentTable.scheme_id,
        SchemeGeographyTable.geography_id.in_([EcpTable.geography_id, EcpTable.region_id, EcpTable.country_id]),
    )
    .correlate(EnrollmentTable, EcpTable)
    .scalar_subquery()
)
STANDINGS_BY_ID = Statement(
    select(
        *columns(
            EnrollmentTable,
            EnrollmentStandingRow,
            ecp=columns(EcpTable, ApplicantRow),
            scheme=columns(SchemeTable, OfferRow),
            places=_COMMON_PLACES,
        )
    )
    .join(SchemeTable, SchemeTable.id == EnrollmentTable.scheme_id)
    .join(EcpTable, EcpTable.id == EnrollmentTable.ecp_id)
    .where(EnrollmentTable.id == any_(uuids("ids"))),
    EnrollmentStandingRow,
)
# The reasons of decisions about an ECP, past ones too.
REASONS_OF_ECP = Statement(
    union_all(
        select(*columns(EnrollmentTable, ReasonRow)).where(
            EnrollmentTable.ecp_id == uuid("ecp_id"), EnrollmentTable.reason.is_not(None)
        ),
        select(*columns(PastEnrollmentTable, ReasonRow, id=PastEnrollmentTable.enrollment_id))
        .join(EnrollmentTable, EnrollmentTable.id == PastEnrollmentTable.enrollment_id)
        .where(EnrollmentTable.ecp_id == uuid("ecp_id"), PastEnrollmentTable.reason.is_not(None)),
    ),
    ReasonRow,
)
