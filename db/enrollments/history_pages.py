"""Statements that list the history of enrollments: the latest application, and those that it replaced."""

from functools import cache
from typing import Final

from sqlalchemy import func, select, union_all

from db.columns import columns
from db.counting import OwnerCount, counting_by
from db.enrollments.reads import visible
from db.enrollments.rows import EnrollmentSpanRow
from db.enrollments.tables import EnrollmentTable, PastEnrollmentTable
from db.keyset import Sort, keyset_by_owner
from db.statement import Statement
from domain.viewers import EcpScope

NEWEST_SPAN: Final = Sort(PastEnrollmentTable.requested_at, descending=True)


@cache
def spans_by_enrollment(scope: EcpScope, *, resumed: bool) -> Statement[EnrollmentSpanRow]:
    """A page of the applications of each of the enrollments in the parameter `ids`, newest first."""
    latest = select(*columns(EnrollmentTable, EnrollmentSpanRow)).where(visible(scope))
    past = (
        select(*columns(PastEnrollmentTable, EnrollmentSpanRow, id=PastEnrollmentTable.enrollment_id))
        .join(EnrollmentTable, EnrollmentTable.id == PastEnrollmentTable.enrollment_id)
        .where(visible(scope))
    )
    rows = union_all(latest, past).subquery("span").c
    return Statement(
        keyset_by_owner(select(*rows), rows.id, NEWEST_SPAN, resumed=resumed, rows=rows), EnrollmentSpanRow
    )


@cache
def span_counts_by_enrollment(scope: EcpScope) -> Statement[OwnerCount]:
    """How many applications each of the enrollments in the parameter `ids` has."""
    past = select(func.count()).where(PastEnrollmentTable.enrollment_id == EnrollmentTable.id).scalar_subquery()
    return counting_by(EnrollmentTable.id, visible(scope), total=past + 1)
