"""Lists of settlements and of their lines: all of them, by scheme, by ECP, and those that wait for a second person."""

from functools import partial
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.settlements import pages as statements
from db.settlements.pages import (
    LINES_BY_ECP,
    NEWEST_LINE,
    NEWEST_SETTLEMENT,
    OLDEST_SETTLEMENT,
    LineFilters,
    SettlementFilters,
)
from db.settlements.rows import SettlementLineRow, SettlementRow
from domain.queue_keys import WorkQueueKey
from domain.settlements.facts import LineStatus, SettlementStatus
from domain.viewers import SettlementScope
from domain.work.queues import SettlementQueue, queue_of
from resolvers.context import Operation
from resolvers.paging import Page, PageArguments, empty_page, read_page, read_pages
from resolvers.settlements.loaders import scope_parameters


class SettlementFilter(Struct, frozen=True):
    """Filters of a list. None does not restrict the list; all other filters must match."""

    scheme_id: UUID | None = None
    statuses: tuple[SettlementStatus, ...] | None = None


class LineFilter(Struct, frozen=True):
    """Filters of the lines of a settlement, as above."""

    statuses: tuple[LineStatus, ...] | None = None
    ecp_code: str | None = None


LineArguments = tuple[LineFilter, PageArguments]


async def list_settlements(
    operation: Operation, arguments: PageArguments, chosen: SettlementFilter
) -> Page[SettlementRow]:
    """List the settlements that the viewer may see, newest first. Raises BadArgument."""
    statuses = None if chosen.statuses is None else [status.value for status in chosen.statuses]
    parameters = _given(scheme_id=chosen.scheme_id, statuses=statuses)
    filters = SettlementFilters(**dict.fromkeys(parameters, True))
    scope = operation.viewer.settlement_scope
    return await read_page(
        operation,
        arguments,
        NEWEST_SETTLEMENT,
        partial(statements.settlement_page, scope, filters),
        parameters,
        count=statements.settlement_count(scope, filters),
    )


async def settlements_by_scheme(
    operation: Operation, ids: list[UUID], arguments: PageArguments
) -> list[Page[SettlementRow]]:
    """Load a page of the settlements of each scheme that the viewer may see, newest first. Raises BadArgument."""
    scope = operation.viewer.settlement_scope
    if scope < SettlementScope.APPROVED:
        return [empty_page(arguments, NEWEST_SETTLEMENT)] * len(ids)
    return await read_pages(
        operation,
        arguments,
        NEWEST_SETTLEMENT,
        partial(statements.settlements_by_scheme, scope),
        ids,
        owner=lambda row: row.scheme_id,
        count=statements.settlement_counts_by_scheme(scope),
    )


async def settlements_by_queue(
    operation: Operation, keys: list[WorkQueueKey], arguments: PageArguments
) -> list[Page[SettlementRow]]:
    """Load a page of each queue's settlements of others, oldest first; an empty page for queues of other objects.

    Raises BadArgument, and ForbiddenQueue for a queue of other roles.
    """
    queues = [queue_of(key, operation.viewer) for key in keys]
    viewer = {"viewer_id": operation.viewer.account_id}
    return [
        await read_page(
            operation, arguments, OLDEST_SETTLEMENT, statements.proposed_page, viewer, count=statements.PROPOSED_COUNT
        )
        if isinstance(queue, SettlementQueue)
        else empty_page(arguments, OLDEST_SETTLEMENT)
        for queue in queues
    ]


async def lines_by_settlement(
    operation: Operation, ids: list[UUID], arguments: LineArguments
) -> list[Page[SettlementLineRow]]:
    """Load a page of the lines of each settlement that the viewer may see. Raises BadArgument."""
    chosen, page = arguments
    scope = operation.viewer.settlement_scope
    statuses = None if chosen.statuses is None else [status.value for status in chosen.statuses]
    parameters = _given(statuses=statuses, ecp_code=chosen.ecp_code)
    filters = LineFilters(**dict.fromkeys(parameters, True))
    return await read_pages(
        operation,
        page,
        LINES_BY_ECP,
        partial(statements.lines_by_settlement, scope, filters),
        ids,
        owner=lambda row: row.settlement_id,
        count=statements.line_counts_by_settlement(scope, filters),
        parameters={**parameters, **scope_parameters(operation.viewer)},
    )


async def lines_by_ecp(
    operation: Operation, ids: list[UUID], arguments: PageArguments
) -> list[Page[SettlementLineRow]]:
    """Load a page of the lines of each ECP that the viewer may see, newest first. Raises BadArgument."""
    scope = operation.viewer.settlement_scope
    if scope is SettlementScope.NONE:
        return [empty_page(arguments, NEWEST_LINE)] * len(ids)
    return await read_pages(
        operation,
        arguments,
        NEWEST_LINE,
        partial(statements.lines_by_ecp, scope),
        ids,
        owner=lambda row: row.ecp_id,
        count=statements.line_counts_by_ecp(scope),
        parameters=scope_parameters(operation.viewer),
    )


def _given(**parameters: Any) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value is not None}
