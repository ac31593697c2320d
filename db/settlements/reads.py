"""Statements that read and lock settlements and their lines, and what settling a scheme depends on."""

from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    and_,
    any_,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import aliased

from db.columns import columns, named_columns, scalar
from db.ecps.tables import EcpTable
from db.points.tables import PointsAccountTable
from db.schemes.tables import SchemeTable
from db.settlements.rows import (
    InactiveEcpRow,
    OpenSettlementRow,
    OpenWorkRow,
    PayableLineRow,
    SettlementLineRow,
    SettlementRow,
    SettlementStandingRow,
    SettlementStateRow,
    SettlingRow,
)
from db.settlements.tables import SettlementLineTable, SettlementTable
from db.statement import Query, Statement, number, numbers, uuid, uuids
from domain.ecps.facts import EcpStatus
from domain.settlements.facts import APPROVED, OPEN, LineStatus, SettlementStatus
from domain.settlements.payable_file import PayableRow
from domain.viewers import SettlementScope

# Constants and no parameters, so that partial indexes can be used.
_APPROVED: Final[list[ColumnElement[Any]]] = [literal_column(f"'{status}'") for status in APPROVED]


def constant(value: str) -> ColumnElement[Any]:
    """A text as a constant of a statement."""
    return literal_column(f"'{value}'")


def visible(scope: SettlementScope) -> ColumnElement[bool]:
    """The one predicate of the settlements that a viewer may see."""
    if scope is SettlementScope.ALL:
        return true()
    if scope is SettlementScope.APPROVED:
        return SettlementTable.status.in_(_APPROVED)
    return literal_column("false", Boolean)


def line_visible(scope: SettlementScope) -> ColumnElement[bool]:
    """The one predicate of the lines that a viewer may see; with OWN_LINES it takes the parameter `viewer_ecp_id`."""
    if scope is SettlementScope.OWN_LINES:
        return and_(SettlementTable.status.in_(_APPROVED), EcpTable.id == uuid("viewer_ecp_id"))
    return visible(scope)


def _is_supplementary() -> ColumnElement[bool]:
    """Whether an earlier settlement of the scheme was approved."""
    earlier = aliased(SettlementTable)
    return exists().where(
        earlier.scheme_id == SettlementTable.scheme_id,
        earlier.number < SettlementTable.number,
        earlier.status.in_(_APPROVED),
    )


def settlements() -> Query:
    """Settlements with the codes of their schemes."""
    named = columns(SettlementTable, SettlementRow, scheme_code=SchemeTable.code, is_supplementary=_is_supplementary())
    return select(*named).join(SchemeTable, SchemeTable.id == SettlementTable.scheme_id)


def lines() -> Query:
    """Lines with their settlements, schemes, and ECPs."""
    named = columns(
        SettlementLineTable,
        SettlementLineRow,
        settlement_number=SettlementTable.number,
        settlement_status=SettlementTable.status,
        scheme_id=SettlementTable.scheme_id,
        currency=SettlementTable.currency,
        ecp_id=EcpTable.id,
        ecp_code=EcpTable.code,
    )
    return (
        select(*named)
        .select_from(SettlementLineTable)
        .join(SettlementTable, SettlementTable.id == SettlementLineTable.settlement_id)
        .join(EcpTable, EcpTable.number == SettlementLineTable.ecp)
    )


@cache
def settlements_by_id(scope: SettlementScope) -> Statement[SettlementRow]:
    """The settlements of the parameter `ids` that the viewer sees, in any order."""
    return Statement(settlements().where(SettlementTable.id == any_(uuids("ids")), visible(scope)), SettlementRow)


@cache
def settlements_with_file(scope: SettlementScope) -> Statement[UUID]:
    """The settlements that a viewer sees and that have the file `file_id` of payable lines."""
    query = select(SettlementTable.id).where(SettlementTable.payable_file_id == uuid("file_id"), visible(scope))
    return Statement(query, scalar(UUID))


@cache
def lines_by_id(scope: SettlementScope) -> Statement[SettlementLineRow]:
    """The lines of the parameter `ids` that the viewer sees, in any order."""
    query = lines().where(SettlementLineTable.id == any_(uuids("ids")), line_visible(scope))
    return Statement(query, SettlementLineRow)


def own_line() -> ColumnElement[bool]:
    """Whether a line of the settlement belongs to the account `viewer_id` as an ECP."""
    return (
        exists()
        .where(
            SettlementLineTable.settlement_id == SettlementTable.id,
            SettlementLineTable.ecp == EcpTable.number,
            EcpTable.account_id == uuid("viewer_id"),
        )
        .correlate(SettlementTable)
    )


def _standings() -> Query:
    named = columns(
        SettlementTable,
        SettlementStandingRow,
        scheme=SchemeTable.number,
        scheme_code=SchemeTable.code,
        title=SchemeTable.title,
        has_own_line=own_line(),
    )
    return select(*named).select_from(SettlementTable).join(SchemeTable, SchemeTable.id == SettlementTable.scheme_id)


STANDINGS_BY_ID: Final = Statement(_standings().where(SettlementTable.id == any_(uuids("ids"))), SettlementStandingRow)
# Behind the locks of ledgers, and before that of the scheme.
LOCK_SETTLEMENT: Final = Statement(
    _standings().where(SettlementTable.id == uuid("id")).with_for_update(of=SettlementTable, key_share=True),
    SettlementStandingRow,
)


# Settlements of a scheme begin one after another.
LOCK_SCHEME_TO_SETTLE: Final = Statement(
    select(SchemeTable.number).where(SchemeTable.id == uuid("id")).with_for_update(key_share=True), scalar(int)
)
LAST_NUMBER: Final = Statement(
    select(func.coalesce(func.max(SettlementTable.number), 0)).where(SettlementTable.scheme_id == uuid("scheme_id")),
    scalar(int),
)
# Whether something is left to settle: the scheme was never settled, or an ECP has points of it, or owes some.
IS_LEFT_TO_SETTLE: Final = Statement(
    select(
        or_(
            ~exists().where(SettlementTable.scheme_id == uuid("scheme_id"), SettlementTable.status.in_(_APPROVED)),
            exists().where(PointsAccountTable.scheme == number("scheme"), PointsAccountTable.available != 0),
        )
    ),
    scalar(bool),
)
# A parked sale names an ECP or a variant that is not known, so it may belong to any scheme.
OPEN_WORK: Final = Statement(
    text("""
SELECT
    (
        SELECT count(*) FROM discrepancy JOIN consignment ON consignment.id = discrepancy.consignment_id
        WHERE consignment.scheme_id = :scheme_id AND discrepancy.resolved_at IS NULL
    ) AS discrepancies,
    (SELECT count(*) FROM parked_sale) AS parked_sales,
    (SELECT count(*) FROM adjustment WHERE scheme_id = :scheme_id AND status = 'PENDING') AS pending_adjustments,
    (
        SELECT count(*) FROM points_account WHERE scheme = :scheme AND revalue_from IS NOT NULL
    ) AS waiting_accounts
""")
    .bindparams(uuid("scheme_id"), number("scheme"))
    .columns(*named_columns(OpenWorkRow)),
    OpenWorkRow,
)
_PAYABLE: Final = columns(
    SettlementLineTable,
    PayableLineRow,
    ecp_id=EcpTable.id,
    ecp_account_id=EcpTable.account_id,
    ecp_is_erased=EcpTable.erased_at.is_not(None),
)
_PAYABLE_LINES: Final = (
    select(*_PAYABLE).select_from(SettlementLineTable).join(EcpTable, EcpTable.number == SettlementLineTable.ecp)
)
# The lines after the ECP `after` whose points are to be posted. Nothing changes them meanwhile but their own job.
NEXT_LINES_TO_POST: Final = Statement(
    _PAYABLE_LINES.where(
        SettlementLineTable.settlement_id == uuid("settlement_id"),
        SettlementLineTable.status == constant(LineStatus.PENDING),
        SettlementLineTable.ecp > number("after"),
    )
    .order_by(SettlementLineTable.ecp)
    .limit(number("limit")),
    PayableLineRow,
)
# The same lines after their points were posted, for the file of a payment system.
NEXT_PAYABLE_LINES: Final = Statement(
    select(*columns(SettlementLineTable, PayableRow, ecp_code=EcpTable.code))
    .select_from(SettlementLineTable)
    .join(EcpTable, EcpTable.number == SettlementLineTable.ecp)
    .where(
        SettlementLineTable.settlement_id == uuid("settlement_id"),
        SettlementLineTable.status == constant(LineStatus.PENDING),
        SettlementLineTable.ecp > number("after"),
    )
    .order_by(SettlementLineTable.ecp)
    .limit(number("limit")),
    PayableRow,
)
# Whatever changes a line holds the lock of the ledger of its ECP, so these stay as they are behind those locks.
LINES_OF_REPORT: Final = Statement(
    _PAYABLE_LINES.where(
        SettlementLineTable.settlement_id == uuid("settlement_id"), SettlementLineTable.id == any_(uuids("ids"))
    ),
    PayableLineRow,
)
# The numbers of those ECPs that are not active, so that nothing is paid to them.
INACTIVE_ECPS: Final = Statement(
    select(*columns(EcpTable, InactiveEcpRow)).where(
        EcpTable.number == any_(numbers("ecps")), EcpTable.status != constant(EcpStatus.ACTIVE)
    ),
    InactiveEcpRow,
)
# Which of the accounts `account_ids` have a line of their own in the settlement.
OWNERS_OF_LINES: Final = Statement(
    select(EcpTable.account_id)
    .select_from(SettlementLineTable)
    .join(EcpTable, EcpTable.number == SettlementLineTable.ecp)
    .where(
        SettlementLineTable.settlement_id == uuid("settlement_id"), EcpTable.account_id == any_(uuids("account_ids"))
    ),
    scalar(UUID),
)
SETTLING_OF_ECP: Final = Statement(
    select(EcpTable.code, func.sum(PointsAccountTable.settling).cast(BigInteger).label("points"))
    .join(PointsAccountTable, PointsAccountTable.ecp == EcpTable.number)
    .where(EcpTable.id == uuid("ecp_id"))
    .group_by(EcpTable.code),
    SettlingRow,
)
# When a settlement reached its status.
_SINCE: Final = case(
    (SettlementTable.status == constant(SettlementStatus.SETTLED), SettlementTable.settled_at),
    (SettlementTable.decided_at.is_not(None), SettlementTable.decided_at),
    else_=SettlementTable.made_at,
)
OPEN_BY_SCHEME: Final = Statement(
    select(*columns(SettlementTable, OpenSettlementRow)).where(
        SettlementTable.scheme_id == any_(uuids("ids")),
        SettlementTable.status.in_([constant(status) for status in OPEN]),
    ),
    OpenSettlementRow,
)
STATES_BY_SCHEME: Final = Statement(
    select(*columns(SettlementTable, SettlementStateRow, since=_SINCE))
    .where(SettlementTable.scheme_id == any_(uuids("ids")))
    .order_by(SettlementTable.scheme_id, SettlementTable.number),
    SettlementStateRow,
)


def to_decide() -> tuple[ColumnElement[bool], ...]:
    """The predicates of the proposed settlements that the account `viewer_id` did not make, and has no line in."""
    return (
        SettlementTable.status == constant(SettlementStatus.PROPOSED),
        SettlementTable.made_by != uuid("viewer_id"),
        ~own_line(),
    )
