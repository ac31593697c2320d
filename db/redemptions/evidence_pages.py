"""Statements that list the evidence of discrepancies: scans of missing and lost coupons."""

from functools import cache
from typing import Final

from sqlalchemy import func, select

from db.columns import columns
from db.consignments.movement_reads import discrepancy_visible
from db.consignments.tables import DiscrepancyTable
from db.counting import OwnerCount, counting_by
from db.ecps.tables import EcpTable
from db.keyset import Sort, keyset_by_owner
from db.redemptions.rows import EvidenceRow
from db.redemptions.tables import DiscrepancyEvidenceTable
from db.statement import Statement
from domain.viewers import ConsignmentScope

NEWEST_EVIDENCE: Final = Sort(DiscrepancyEvidenceTable.scanned_at, descending=True)


@cache
def evidence_by_discrepancy(scope: ConsignmentScope, *, resumed: bool) -> Statement[EvidenceRow]:
    """A page of the evidence of each of the discrepancies in the parameter `ids`, newest first."""
    found = (
        select(*columns(DiscrepancyEvidenceTable, EvidenceRow, ecp_id=EcpTable.id))
        .join(DiscrepancyTable, DiscrepancyTable.id == DiscrepancyEvidenceTable.discrepancy_id)
        .join(EcpTable, EcpTable.number == DiscrepancyEvidenceTable.ecp)
        .where(discrepancy_visible(scope))
    )
    rows = found.subquery("evidence").c
    query = keyset_by_owner(select(*rows), rows.discrepancy_id, NEWEST_EVIDENCE, resumed=resumed, rows=rows)
    return Statement(query, EvidenceRow)


@cache
def evidence_counts(scope: ConsignmentScope) -> Statement[OwnerCount]:
    """How much evidence each of the discrepancies in the parameter `ids` has."""
    total = select(func.count()).where(DiscrepancyEvidenceTable.discrepancy_id == DiscrepancyTable.id).scalar_subquery()
    return counting_by(DiscrepancyTable.id, discrepancy_visible(scope), total=total)
