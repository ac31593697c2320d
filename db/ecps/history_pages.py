"""Statements that list the history of ECPs: a version for each change of status, tier or place."""

from functools import cache
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from db.columns import columns
from db.counting import OwnerCount, counting_by
from db.ecps.reads import visible
from db.ecps.rows import EcpVersionRow
from db.ecps.tables import EcpTable, EcpVersionTable
from db.keyset import Sort, keyset_by_owner
from db.statement import Statement
from domain.viewers import EcpScope

NEWEST_VERSION: Final = Sort(EcpVersionTable.valid_from, descending=True)


@cache
def versions_by_ecp(scope: EcpScope, *, resumed: bool) -> Statement[EcpVersionRow]:
    """A page of the versions of each of the ECPs in the parameter `ids`, newest first."""
    later: Any = aliased(EcpVersionTable)
    next_from = (
        select(func.min(later.valid_from))
        .where(later.ecp_id == EcpVersionTable.ecp_id, later.valid_from > EcpVersionTable.valid_from)
        .scalar_subquery()
    )
    of_ecps = (
        select(*columns(EcpVersionTable, EcpVersionRow, id=EcpVersionTable.ecp_id, valid_to=next_from))
        .join(EcpTable, EcpTable.id == EcpVersionTable.ecp_id)
        .where(visible(scope))
    )
    rows = of_ecps.subquery("version").c
    return Statement(keyset_by_owner(select(*rows), rows.id, NEWEST_VERSION, resumed=resumed, rows=rows), EcpVersionRow)


@cache
def version_counts_by_ecp(scope: EcpScope) -> Statement[OwnerCount]:
    """How many versions each of the ECPs in the parameter `ids` has."""
    total = select(func.count()).where(EcpVersionTable.ecp_id == EcpTable.id).scalar_subquery()
    return counting_by(EcpTable.id, visible(scope), total=total)
