"""Lists of adjustments: all of them, by ECP, and those that wait for a second person."""

from functools import partial
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.adjustments import pages as statements
from db.adjustments.pages import NEWEST_ADJUSTMENT, OLDEST_ADJUSTMENT, AdjustmentFilters
from db.adjustments.rows import AdjustmentRow
from domain.adjustments.facts import AdjustmentStatus
from domain.queue_keys import WorkQueueKey
from domain.viewers import EcpScope
from domain.work.queues import AdjustmentQueue, queue_of
from resolvers.context import Operation
from resolvers.ecps.loaders import scope_parameters
from resolvers.paging import Page, PageArguments, empty_page, read_page, read_pages


class AdjustmentFilter(Struct, frozen=True):
    """Filters of a list. None does not restrict the list; all other filters must match."""

    ecp_id: UUID | None = None
    scheme_id: UUID | None = None
    statuses: tuple[AdjustmentStatus, ...] | None = None


async def list_adjustments(
    operation: Operation, arguments: PageArguments, chosen: AdjustmentFilter
) -> Page[AdjustmentRow]:
    """List the adjustments that the viewer may see, newest first. Raises BadArgument."""
    viewer, scope = operation.viewer, operation.viewer.ecp_scope
    statuses = None if chosen.statuses is None else [status.value for status in chosen.statuses]
    given = {"ecp_id": chosen.ecp_id, "scheme_id": chosen.scheme_id, "statuses": statuses}
    parameters: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    filters = AdjustmentFilters(**dict.fromkeys(parameters, True))
    return await read_page(
        operation,
        arguments,
        NEWEST_ADJUSTMENT,
        partial(statements.adjustment_page, scope, filters),
        {**parameters, **scope_parameters(viewer, scope)},
        count=statements.adjustment_count(scope, filters),
    )


async def adjustments_by_ecp(
    operation: Operation, ids: list[UUID], arguments: PageArguments
) -> list[Page[AdjustmentRow]]:
    """Load a page of the adjustments of each ECP that the viewer may see, newest first. Raises BadArgument."""
    viewer, scope = operation.viewer, operation.viewer.ecp_scope
    if scope is EcpScope.NONE:
        return [empty_page(arguments, NEWEST_ADJUSTMENT)] * len(ids)
    return await read_pages(
        operation,
        arguments,
        NEWEST_ADJUSTMENT,
        partial(statements.adjustments_by_ecp, scope),
        ids,
        owner=lambda row: row.ecp_id,
        count=statements.adjustment_counts_by_ecp(scope),
        parameters=scope_parameters(viewer, scope),
    )


async def adjustments_by_queue(
    operation: Operation, keys: list[WorkQueueKey], arguments: PageArguments
) -> list[Page[AdjustmentRow]]:
    """Load a page of each queue's adjustments of others, oldest first; an empty page for queues of other objects.

    Raises BadArgument, and ForbiddenQueue for a queue of other roles.
    """
    queues = [queue_of(key, operation.viewer) for key in keys]
    viewer = {"viewer_id": operation.viewer.account_id}
    return [
        await read_page(
            operation, arguments, OLDEST_ADJUSTMENT, statements.pending_page, viewer, count=statements.PENDING_COUNT
        )
        if isinstance(queue, AdjustmentQueue)
        else empty_page(arguments, OLDEST_ADJUSTMENT)
        for queue in queues
    ]
