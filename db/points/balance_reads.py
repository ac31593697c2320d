"""The statement that reads balances as they are now, each with its scheme."""

from functools import cache

from sqlalchemy import and_, any_, exists, select
from sqlalchemy.orm import aliased

from db.columns import columns
from db.ecps.reads import visible
from db.ecps.tables import EcpTable
from db.enrollments.tables import EnrollmentTable
from db.points.entry_rows import BalanceRow, SchemeBalanceRow
from db.points.tables import PointsAccountTable
from db.schemes.reads import SCHEME_COLUMNS
from db.schemes.reads import visible as visible_scheme
from db.schemes.tables import SchemeTable
from db.statement import Statement, uuids
from domain.viewers import EcpScope, SchemeScope


@cache
def balances_by_ecp(scope: EcpScope, schemes: SchemeScope) -> Statement[SchemeBalanceRow]:
    """The balances of the ECPs in the parameter `ids`, by scheme in the order of their first points.

    Each has its scheme, if the scope of schemes shows it. A sale that an applicant made opens an account with 0 points;
    it is no balance before an enrollment.
    """
    named = aliased(SchemeTable)
    enrolled = exists().where(
        EnrollmentTable.scheme_id == named.id,
        EnrollmentTable.ecp_id == EcpTable.id,
        EnrollmentTable.first_enrolled_at.is_not(None),
    )
    balance = columns(PointsAccountTable, BalanceRow, ecp_id=EcpTable.id, scheme_id=named.id)
    query = (
        select(*columns(PointsAccountTable, SchemeBalanceRow, balance=balance, scheme=SCHEME_COLUMNS))
        .select_from(EcpTable)
        .join(PointsAccountTable, PointsAccountTable.ecp == EcpTable.number)
        .join(named, named.number == PointsAccountTable.scheme)
        .outerjoin(SchemeTable, and_(SchemeTable.id == named.id, visible_scheme(schemes)))
        .where(EcpTable.id == any_(uuids("ids")), visible(scope), enrolled)
        .order_by(EcpTable.number, PointsAccountTable.scheme)
    )
    return Statement(query, SchemeBalanceRow)
