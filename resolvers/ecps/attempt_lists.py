"""The attempts of ECPs to redeem coupons."""

from functools import partial
from uuid import UUID

from db.redemptions.reads import NEWEST_ATTEMPT, attempt_counts_by_ecp, attempts_by_ecp
from db.redemptions.rows import AttemptRow
from domain.viewers import EcpScope
from resolvers.context import Operation
from resolvers.ecps.loaders import scope_parameters
from resolvers.paging import Page, PageArguments, empty_page, read_pages


async def attempts_by_ecps(operation: Operation, ids: list[UUID], page: PageArguments) -> list[Page[AttemptRow]]:
    """Load a page of the attempts of each ECP whose contact data the viewer may see, newest first.

    Raises BadArgument.
    """
    scope = operation.viewer.contact_scope
    if scope is EcpScope.NONE:
        return [empty_page(page, NEWEST_ATTEMPT)] * len(ids)
    return await read_pages(
        operation,
        page,
        NEWEST_ATTEMPT,
        partial(attempts_by_ecp, scope),
        ids,
        owner=lambda row: row.ecp_id,
        count=attempt_counts_by_ecp(scope),
        parameters=scope_parameters(operation.viewer, scope),
    )
