"""Statements that read attempts, and the standing of who tries a code."""

from functools import cache
from typing import Final

from sqlalchemy import func, literal_column, select

from db.columns import columns
from db.counting import OwnerCount, counting_by
from db.ecps.reads import visible
from db.ecps.tables import EcpTable
from db.keyset import Sort, keyset_by_owner
from db.redemptions.rows import AttemptRow, StandingRow
from db.redemptions.tables import RedemptionAttemptTable, WrongCodesTable
from db.statement import Statement, uuid
from domain.viewers import EcpScope

NEWEST_ATTEMPT: Final = Sort(RedemptionAttemptTable.at, descending=True)

# The standing of an ECP, or of an account that is none.
STANDING = Statement(
    select(
        EcpTable.redemption_locked_at.label("locked_at"), WrongCodesTable.tokens, WrongCodesTable.refilled_at
    ).select_from(
        select(literal_column("1").label("one"))
        .subquery("asked")
        .outerjoin(EcpTable, EcpTable.id == uuid("owner_id"))
        .outerjoin(WrongCodesTable, WrongCodesTable.owner_id == uuid("owner_id"))
    ),
    StandingRow,
)


@cache
def attempts_by_ecp(scope: EcpScope, *, resumed: bool) -> Statement[AttemptRow]:
    """A page of the attempts of each of the ECPs in the parameter `ids`, newest first."""
    of_ecps = (
        select(*columns(RedemptionAttemptTable, AttemptRow, ecp_id=EcpTable.id))
        .join(EcpTable, EcpTable.number == RedemptionAttemptTable.ecp)
        .where(visible(scope))
    )
    rows = of_ecps.subquery("attempt").c
    return Statement(
        keyset_by_owner(select(*rows), rows.ecp_id, NEWEST_ATTEMPT, resumed=resumed, rows=rows), AttemptRow
    )


@cache
def attempt_counts_by_ecp(scope: EcpScope) -> Statement[OwnerCount]:
    """How many attempts each of the ECPs in the parameter `ids` has."""
    total = select(func.count()).where(RedemptionAttemptTable.ecp == EcpTable.number).scalar_subquery()
    return counting_by(EcpTable.id, visible(scope), total=total)
