"""Lists of ECPs: filters, orders and pages, the ECPs of a work queue, and the history of each ECP."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.ecps.history_pages import NEWEST_VERSION, version_counts_by_ecp, versions_by_ecp
from db.ecps.pages import SORTS, EcpFilters, ecp_count, ecp_page
from db.ecps.rows import EcpRow, EcpVersionRow
from db.search import words_of
from domain.ecps.facts import EcpOrder, EcpStatus
from domain.queue_keys import WorkQueueKey
from domain.text import text_key
from domain.viewers import EcpScope
from domain.work.queues import EcpQueue, queue_of
from resolvers.context import Operation
from resolvers.ecps.loaders import scope_parameters
from resolvers.filtering import level_of, moments_of_days, one_or_many
from resolvers.paging import Page, PageArguments, empty_page, read_nearby_first, read_page, read_pages


class EcpFilter(Struct, frozen=True):
    """Filters of a list. None does not restrict the list; all other filters must match."""

    search: str | None = None
    geography_ids: Sequence[UUID] | None = None
    tier_ids: Sequence[UUID] | None = None
    statuses: Sequence[EcpStatus] | None = None
    enrolled_in: UUID | None = None
    registered_from: date | None = None
    registered_to: date | None = None


async def list_ecps(operation: Operation, arguments: PageArguments, chosen: EcpFilter, order: EcpOrder) -> Page[EcpRow]:
    """List the ECPs that the viewer may see. Raises BadArgument."""
    scope = operation.viewer.ecp_scope
    filters, parameters = await _compile_filter(operation, chosen)

    async def read(*, nearby: bool) -> Page[EcpRow]:
        return await read_page(
            operation,
            arguments,
            SORTS[order],
            lambda **page: ecp_page(scope, filters, order, nearby=nearby, **page),
            {**parameters, **scope_parameters(operation.viewer, scope)},
            count=ecp_count(scope, filters),
        )

    return await read_nearby_first(read, arguments, nearby_first=filters.spans_indexes)


async def ecps_by_queue(operation: Operation, keys: list[WorkQueueKey], arguments: PageArguments) -> list[Page[EcpRow]]:
    """Load a page of the ECPs of each queue, longest registered first; an empty page for queues of other objects."""
    order = EcpOrder.REGISTERED_AT_ASC
    queues = [queue_of(key, operation.viewer) for key in keys]
    return [
        await list_ecps(operation, arguments, EcpFilter(statuses=[queue.status]), order)
        if isinstance(queue, EcpQueue)
        else empty_page(arguments, SORTS[order])
        for queue in queues
    ]


async def history_by_ecp(operation: Operation, ids: list[UUID], page: PageArguments) -> list[Page[EcpVersionRow]]:
    """Load a page of the history of each ECP that the viewer may see, newest first. Raises BadArgument."""
    scope = operation.viewer.ecp_scope
    if scope is EcpScope.NONE:
        return [empty_page(page, NEWEST_VERSION)] * len(ids)
    return await read_pages(
        operation,
        page,
        NEWEST_VERSION,
        partial(versions_by_ecp, scope),
        ids,
        owner=lambda row: row.id,
        count=version_counts_by_ecp(scope),
        parameters=scope_parameters(operation.viewer, scope),
    )


async def _compile_filter(operation: Operation, chosen: EcpFilter) -> tuple[EcpFilters, dict[str, Any]]:
    """Return the predicates that the filter needs, and the values of their parameters."""
    places = one_or_many("geography_id", "geography_ids", chosen.geography_ids)
    statuses = None if chosen.statuses is None else [status.value for status in chosen.statuses]
    begins, ends = await moments_of_days(operation, chosen.registered_from, chosen.registered_to)
    parameters: dict[str, Any] = {
        **_search_parameters(operation, chosen.search),
        **places,
        **one_or_many("tier_id", "tier_ids", chosen.tier_ids),
        **one_or_many("status", "statuses", statuses),
        "enrolled_in": chosen.enrolled_in,
        "registered_from": begins,
        "registered_before": ends,
    }
    given = {name: value for name, value in parameters.items() if value is not None}
    flags: dict[str, Any] = dict.fromkeys(given, True)
    if flags.pop("geography_id", False):
        flags["place"] = await level_of(operation, places["geography_id"])
    return EcpFilters(**flags), given


def _search_parameters(operation: Operation, search: str | None) -> dict[str, str]:
    """Search by e-mail address for viewers who may see all addresses; otherwise search by words."""
    if search is not None and "@" in search and operation.viewer.contact_scope is EcpScope.ALL:
        return {"email_key": text_key(search)}
    words = words_of(search)
    return {} if words is None else {"words": words}
