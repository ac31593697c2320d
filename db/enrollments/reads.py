"""Statements that read enrollments by id, and the one predicate of visibility."""

from functools import cache
from typing import Final

from sqlalchemy import Boolean, ColumnElement, any_, literal_column, select, true

from db.columns import columns
from db.ecps.tables import EcpTable
from db.enrollments.rows import EnrollmentRow, EnrollmentStandingRow, ReasonRow
from db.enrollments.tables import EnrollmentTable
from db.schemes.tables import SchemeTable
from db.statement import Statement, uuid, uuids
from domain.permissions import EcpScope

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


STANDINGS_BY_ID = Statement(
    select(
        *columns(
            EnrollmentTable,
            EnrollmentStandingRow,
            scheme_title=SchemeTable.title,
            scheme_ends_on=SchemeTable.ends_on,
            ecp_code=EcpTable.code,
            ecp_status=EcpTable.status,
            account_id=EcpTable.account_id,
        )
    )
    .join(SchemeTable, SchemeTable.id == EnrollmentTable.scheme_id)
    .join(EcpTable, EcpTable.id == EnrollmentTable.ecp_id)
    .where(EnrollmentTable.id == any_(uuids("ids"))),
    EnrollmentStandingRow,
)
# The reasons of decisions about an ECP.
REASONS_OF_ECP = Statement(
    select(*columns(EnrollmentTable, ReasonRow)).where(
        EnrollmentTable.ecp_id == uuid("ecp_id"), EnrollmentTable.reason.is_not(None)
    ),
    ReasonRow,
)
