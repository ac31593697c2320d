"""Statements that read and lock adjustments, and what adjusting points depends on."""

from functools import cache
from typing import Final

from sqlalchemy import BigInteger, Boolean, ColumnElement, and_, any_, exists, func, literal_column, or_, select, true

from db.adjustments.rows import (
    AdjustedEcpRow,
    AdjustedSchemeRow,
    AdjustmentReasonsRow,
    AdjustmentRow,
    AdjustmentStandingRow,
    BalanceRow,
)
from db.adjustments.tables import AdjustmentTable
from db.columns import columns, scalar
from db.ecps.tables import EcpTable
from db.enrollments.tables import EnrollmentTable
from db.points.tables import PointsAccountTable, PointsLedgerTable
from db.schemes.reads import visible as scheme_visible
from db.schemes.tables import SchemeTable
from db.statement import Query, Statement, moment, uuid, uuids
from domain.adjustments.facts import AdjustmentStatus
from domain.viewers import EcpScope, SchemeScope

ADJUSTMENT_COLUMNS: Final = columns(AdjustmentTable, AdjustmentRow)


def visible(scope: EcpScope) -> ColumnElement[bool]:
    """The one predicate of the adjustments that a viewer may see: those of the ECPs that the scope shows.

    With the scope OWN it takes the parameter `viewer_ecp_id`; an ECP sees what was posted.
    """
    if scope is EcpScope.OWN:
        posted = AdjustmentTable.status == literal_column(f"'{AdjustmentStatus.APPROVED}'")
        return and_(AdjustmentTable.ecp_id == uuid("viewer_ecp_id"), posted)
    # Not false(), which SQLAlchemy would let swallow every other predicate together with its parameters.
    return true() if scope is EcpScope.ALL else literal_column("false", Boolean)


@cache
def select_adjustments_by_id(scope: EcpScope) -> Statement[AdjustmentRow]:
    """The adjustments of the parameter `ids` that the viewer sees, in any order."""
    query = select(*ADJUSTMENT_COLUMNS).where(AdjustmentTable.id == any_(uuids("ids")), visible(scope))
    return Statement(query, AdjustmentRow)


def _standings() -> Query:
    named = columns(
        AdjustmentTable,
        AdjustmentStandingRow,
        ecp_account_id=EcpTable.account_id,
        code=EcpTable.code,
        title=SchemeTable.title,
    )
    return (
        select(*named)
        .select_from(AdjustmentTable)
        .join(EcpTable, EcpTable.id == AdjustmentTable.ecp_id)
        .join(SchemeTable, SchemeTable.id == AdjustmentTable.scheme_id)
    )


STANDINGS_BY_ID: Final = Statement(_standings().where(AdjustmentTable.id == any_(uuids("ids"))), AdjustmentStandingRow)
# Call it behind the lock of the ledger.
LOCK_ADJUSTMENT: Final = Statement(
    _standings().where(AdjustmentTable.id == uuid("id")).with_for_update(of=AdjustmentTable, key_share=True),
    AdjustmentStandingRow,
)
LOCK_PENDING_OF_ECP: Final = Statement(
    _standings()
    .where(
        AdjustmentTable.ecp_id == uuid("ecp_id"),
        AdjustmentTable.status == literal_column(f"'{AdjustmentStatus.PENDING}'"),
    )
    .order_by(AdjustmentTable.id)
    .with_for_update(of=AdjustmentTable, key_share=True),
    AdjustmentStandingRow,
)
# Postings lock ledgers before anything else. An ECP without a row has no points yet.
LOCK_LEDGER_OF_ECP: Final = Statement(
    select(PointsLedgerTable.seq)
    .join(EcpTable, EcpTable.number == PointsLedgerTable.ecp)
    .where(EcpTable.id == uuid("ecp_id"))
    .with_for_update(of=PointsLedgerTable),
    scalar(int),
)
# Adjustments of one ECP take turns, also before it has a ledger.
LOCK_ADJUSTED_ECP: Final = Statement(
    select(*columns(EcpTable, AdjustedEcpRow)).where(EcpTable.id == uuid("id")).with_for_update(key_share=True),
    AdjustedEcpRow,
)


@cache
def adjusted_scheme(scope: SchemeScope) -> Statement[AdjustedSchemeRow]:
    """The scheme of the parameter `id`, if the scope shows it and it is no revision, with the ECP `ecp_id` in it.

    An ECP takes part that was enrolled at any time, or has an account.
    """
    enrolled = exists().where(
        EnrollmentTable.scheme_id == SchemeTable.id,
        EnrollmentTable.ecp_id == uuid("ecp_id"),
        EnrollmentTable.first_enrolled_at.is_not(None),
    )
    account = (
        PointsAccountTable.scheme == SchemeTable.number,
        PointsAccountTable.ecp
        == select(EcpTable.number).where(EcpTable.id == uuid("ecp_id")).correlate(None).scalar_subquery(),
    )
    available = select(PointsAccountTable.available).where(*account).correlate(SchemeTable).scalar_subquery()
    query = select(
        *columns(
            SchemeTable,
            AdjustedSchemeRow,
            takes_part=or_(enrolled.correlate(SchemeTable), exists().where(*account).correlate(SchemeTable)),
            available=func.coalesce(available, literal_column("0", BigInteger)),
        )
    ).where(SchemeTable.id == uuid("id"), scheme_visible(scope), SchemeTable.revises.is_(None))
    return Statement(query, AdjustedSchemeRow)


# The points, without their signs, that an account adjusted for an ECP since a moment, and that may still be posted.
RECENT_POINTS: Final = Statement(
    select(func.coalesce(func.sum(func.abs(AdjustmentTable.points)), 0).cast(BigInteger)).where(
        AdjustmentTable.ecp_id == uuid("ecp_id"),
        AdjustmentTable.made_by == uuid("made_by"),
        AdjustmentTable.made_at > moment("since"),
        AdjustmentTable.status.in_(
            [literal_column(f"'{status}'") for status in (AdjustmentStatus.PENDING, AdjustmentStatus.APPROVED)]
        ),
    ),
    scalar(int),
)
# Where an ECP has points, by the numbers of schemes: the order in which accounts are posted to.
BALANCES_OF_ECP: Final = Statement(
    select(SchemeTable.id.label("scheme_id"), PointsAccountTable.available)
    .join(EcpTable, EcpTable.number == PointsAccountTable.ecp)
    .join(SchemeTable, SchemeTable.number == PointsAccountTable.scheme)
    .where(EcpTable.id == uuid("ecp_id"), PointsAccountTable.available > 0)
    .order_by(PointsAccountTable.scheme),
    BalanceRow,
)
REASONS_OF_ADJUSTMENTS: Final = Statement(
    select(*columns(AdjustmentTable, AdjustmentReasonsRow)).where(AdjustmentTable.ecp_id == uuid("ecp_id")),
    AdjustmentReasonsRow,
)
