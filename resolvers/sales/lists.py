"""Lists of sales of an ECP, of parked sales, and of aliases."""

from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.sales import pages as statements
from db.sales.pages import NEWEST_ALIAS, NEWEST_SALE, OLDEST_PARKED, ParkedFilters, SaleFilters
from db.sales.rows import AliasRow, ParkedSaleRow, SaleRow
from domain.queue_keys import WorkQueueKey
from domain.sales.aliases import code_key
from domain.sales.facts import ALIAS_LENGTH
from domain.sales.scope import parked_scope_of, sale_scope_of
from domain.text import text_key
from domain.work.queues import ParkedSaleQueue, queue_of
from resolvers.context import Operation
from resolvers.filtering import moments_of_days
from resolvers.paging import Page, PageArguments, empty_page, read_page, read_pages
from resolvers.sales.loaders import scope_parameters


class SaleFilter(Struct, frozen=True):
    """Filters of a list. None does not restrict the list; all other filters must match."""

    sold_from: date | None = None
    sold_to: date | None = None
    scheme_ids: tuple[UUID, ...] | None = None


SaleListArguments = tuple[SaleFilter, PageArguments]


async def sales_by_ecp(operation: Operation, ids: list[UUID], arguments: SaleListArguments) -> list[Page[SaleRow]]:
    """Load a page of the sales of each ECP that the viewer may see, newest first. Raises BadArgument."""
    chosen, page = arguments
    scope = sale_scope_of(operation.viewer)
    if scope.is_empty:
        return [empty_page(page, NEWEST_SALE)] * len(ids)
    begins, ends = await moments_of_days(operation, chosen.sold_from, chosen.sold_to)
    schemes = None if chosen.scheme_ids is None else list(chosen.scheme_ids)
    parameters: dict[str, Any] = {"sold_from": begins, "sold_before": ends, "scheme_ids": schemes}
    given = {name: value for name, value in parameters.items() if value is not None}
    filters = SaleFilters(**dict.fromkeys(given, True))
    return await read_pages(
        operation,
        page,
        NEWEST_SALE,
        lambda **directions: statements.sales_by_ecp(scope, filters, **directions),
        ids,
        owner=lambda row: row.ecp_id,
        count=statements.sale_counts_by_ecp(scope, filters),
        parameters={**given, **scope_parameters(operation.viewer, scope)},
    )


async def list_parked_sales(
    operation: Operation, arguments: PageArguments, source: str | None, search: str | None = None
) -> Page[ParkedSaleRow]:
    """List the parked sales that the viewer may see, the longest parked first. Raises BadArgument."""
    scope = parked_scope_of(operation.viewer)
    given = {"source": None if source is None else text_key(source), "search": _part(search)}
    chosen = {name: text for name, text in given.items() if text is not None}
    filters = ParkedFilters(**dict.fromkeys(chosen, True))
    return await read_page(
        operation,
        arguments,
        OLDEST_PARKED,
        lambda **directions: statements.parked_page(scope, filters, **directions),
        {**chosen, **scope_parameters(operation.viewer, scope)},
        count=statements.parked_count(scope, filters),
    )


async def parked_sales_by_queue(
    operation: Operation, keys: list[WorkQueueKey], arguments: PageArguments
) -> list[Page[ParkedSaleRow]]:
    """Load a page of the parked sales of each queue, longest parked first; an empty page for queues of other objects.

    Raises BadArgument, and ForbiddenQueue for a queue of other roles.
    """
    queues = [queue_of(key, operation.viewer) for key in keys]
    return [
        await list_parked_sales(operation, arguments, None)
        if isinstance(queue, ParkedSaleQueue)
        else empty_page(arguments, OLDEST_PARKED)
        for queue in queues
    ]


async def list_aliases(operation: Operation, arguments: PageArguments, search: str | None = None) -> Page[AliasRow]:
    """List aliases, newest first. Raises BadArgument."""
    part = _part(search)
    is_searched = part is not None
    return await read_page(
        operation,
        arguments,
        NEWEST_ALIAS,
        lambda **directions: statements.alias_page(is_searched=is_searched, **directions),
        {"search": part} if is_searched else {},
        count=statements.alias_count(is_searched=is_searched),
    )


def _part(search: str | None) -> str | None:
    """Return what is searched for, in capital letters; None for nothing."""
    return None if search is None else code_key(search)[: ALIAS_LENGTH[1]] or None
