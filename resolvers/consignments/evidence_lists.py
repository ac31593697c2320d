"""The evidence of discrepancies."""

from functools import partial
from uuid import UUID

from db.redemptions.evidence_pages import NEWEST_EVIDENCE, evidence_by_discrepancy, evidence_counts
from db.redemptions.rows import EvidenceRow
from domain.viewers import ConsignmentScope
from resolvers.consignments.loaders import scope_parameters
from resolvers.context import Operation
from resolvers.paging import Page, PageArguments, empty_page, read_pages


async def evidence_by_discrepancies(
    operation: Operation, ids: list[UUID], page: PageArguments
) -> list[Page[EvidenceRow]]:
    """Load a page of the evidence of each discrepancy that the viewer may see, newest first. Raises BadArgument."""
    scope = operation.viewer.consignment_scope
    if scope is ConsignmentScope.NONE:
        return [empty_page(page, NEWEST_EVIDENCE)] * len(ids)
    return await read_pages(
        operation,
        page,
        NEWEST_EVIDENCE,
        partial(evidence_by_discrepancy, scope),
        ids,
        owner=lambda row: row.discrepancy_id,
        count=evidence_counts(scope),
        parameters=scope_parameters(operation.viewer, scope),
    )
