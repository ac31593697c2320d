"""Statements that read enrollments by id, and the one predicate of visibility."""

from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, TextClause, any_, select, text, true

from db.ecps.tables import EcpTable
from db.enrollments.rows import EnrollmentRow, EnrollmentStandingRow
from db.enrollments.tables import EnrollmentTable
from db.schemes.tables import SchemeTable
from db.statement import Statement, uuid, uuids
from domain.permissions import EcpScope

ENROLLMENT_COLUMNS: Final = (
    EnrollmentTable.id,
    EnrollmentTable.scheme_id,
    EnrollmentTable.ecp_id,
    EnrollmentTable.status,
    EnrollmentTable.terms_version,
    EnrollmentTable.requested_at,
    EnrollmentTable.requested_by,
    EnrollmentTable.enrolled_at,
    EnrollmentTable.decided_at,
    EnrollmentTable.decided_by,
    EnrollmentTable.reason,
    EnrollmentTable.withdrawn_at,
)


def visible(scope: EcpScope) -> ColumnElement[bool] | TextClause:
    """The one predicate that says which enrollments somebody sees: those of the ECPs that the scope shows.

    With the scope OWN it takes the parameter `viewer_ecp_id`.
    """
    if scope is EcpScope.OWN:
        return EnrollmentTable.ecp_id == uuid("viewer_ecp_id")
    # Not false(), which SQLAlchemy would let swallow every other predicate together with its parameters.
    return true() if scope is EcpScope.ALL else text("false")


@cache
def enrollments_by_id(scope: EcpScope) -> Statement[EnrollmentRow]:
    """The enrollments of the parameter `ids` that the viewer sees, in any order."""
    query = select(*ENROLLMENT_COLUMNS).where(EnrollmentTable.id == any_(uuids("ids")), visible(scope))
    return Statement(query, EnrollmentRow)


OWN_ENROLLMENTS = Statement(
    select(*ENROLLMENT_COLUMNS).where(
        EnrollmentTable.scheme_id == any_(uuids("ids")), EnrollmentTable.ecp_id == uuid("viewer_ecp_id")
    ),
    EnrollmentRow,
)


STANDINGS_BY_ID = Statement(
    select(
        EnrollmentTable.id,
        EnrollmentTable.status,
        SchemeTable.id,
        SchemeTable.title,
        SchemeTable.ends_on,
        EcpTable.id,
        EcpTable.code,
        EcpTable.status,
        EcpTable.account_id,
    )
    .join(SchemeTable, SchemeTable.id == EnrollmentTable.scheme_id)
    .join(EcpTable, EcpTable.id == EnrollmentTable.ecp_id)
    .where(EnrollmentTable.id == any_(uuids("ids"))),
    EnrollmentStandingRow,
)


def _reason(enrollment_id: UUID, reason: str) -> tuple[UUID, str]:
    return enrollment_id, reason


# The reasons that were given in decisions about an ECP, by enrollment.
REASONS_OF_ECP = Statement(
    select(EnrollmentTable.id, EnrollmentTable.reason).where(
        EnrollmentTable.ecp_id == uuid("ecp_id"), EnrollmentTable.reason.is_not(None)
    ),
    _reason,
)
