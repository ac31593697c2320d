"""Lists of enrollments: by scheme, by ECP, those that wait for a decision, and the history of each."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.enrollments import pages as statements
from db.enrollments.history_pages import NEWEST_SPAN, span_counts_by_enrollment, spans_by_enrollment
from db.enrollments.pages import SORTS, EnrollmentFilters
from db.enrollments.rows import EnrollmentRow, EnrollmentSpanRow
from db.search import words_of
from domain.enrollments.facts import EnrollmentOrder, EnrollmentStatus
from domain.queue_keys import WorkQueueKey
from domain.viewers import EcpScope
from domain.work.queues import EnrollmentQueue, queue_of
from resolvers.context import Operation
from resolvers.ecps.loaders import scope_parameters
from resolvers.filtering import level_of, moments_of_days, one_or_many
from resolvers.paging import (
    CountOf,
    Page,
    PageArguments,
    empty_page,
    read_nearby_first,
    read_page,
    read_pages,
    sorted_pairs,
)


class EnrollmentFilter(Struct, frozen=True):
    """Filters of a list. None does not restrict the list; all other filters must match."""

    search: str | None = None
    statuses: tuple[EnrollmentStatus, ...] | None = None
    geography_ids: tuple[UUID, ...] | None = None
    tier_ids: tuple[UUID, ...] | None = None
    enrolled_from: date | None = None
    enrolled_to: date | None = None


ListArguments = tuple[EnrollmentFilter, EnrollmentOrder, PageArguments]


async def enrollments_by_scheme(
    operation: Operation, ids: list[UUID], arguments: ListArguments
) -> list[Page[EnrollmentRow]]:
    """Load a page of the enrollments of each scheme that the viewer may see. Raises BadArgument."""
    chosen, order, page = arguments
    scope = operation.viewer.ecp_scope
    if scope is EcpScope.NONE:
        return [empty_page(page, SORTS[order])] * len(ids)
    filters, parameters = await _compile_filter(operation, chosen)
    count = statements.counts_by_scheme(scope, filters)
    if len(ids) == 1:
        found = await _read_one_scheme(operation, (filters, order, page), {**parameters, "scheme_id": ids[0]})
        return [replace(found, count=CountOf(count, ids[0], sorted_pairs(parameters)))]
    return await read_pages(
        operation,
        page,
        SORTS[order],
        lambda **directions: statements.pages_by_scheme(scope, filters, order, **directions),
        ids,
        owner=lambda row: row.scheme_id,
        count=count,
        parameters=parameters,
    )


async def _read_one_scheme(
    operation: Operation,
    listing: tuple[EnrollmentFilters, EnrollmentOrder, PageArguments],
    parameters: Mapping[str, Any],
) -> Page[EnrollmentRow]:
    """Read the page with a plan for this scheme: its list may be a thousand times as long as others."""
    filters, order, page = listing

    async def read(*, nearby: bool) -> Page[EnrollmentRow]:
        return await read_page(
            operation,
            page,
            SORTS[order],
            lambda **directions: statements.page_of_scheme(
                operation.viewer.ecp_scope, filters, order, nearby=nearby, **directions
            ),
            parameters,
        )

    return await read_nearby_first(read, page, nearby_first=filters.search_nearby_first)


async def enrollments_by_ecp(
    operation: Operation, ids: list[UUID], arguments: ListArguments
) -> list[Page[EnrollmentRow]]:
    """Load a page of the enrollments of each ECP that the viewer may see, newest first. Raises BadArgument."""
    chosen, _, page = arguments
    scope = operation.viewer.ecp_scope
    if scope is EcpScope.NONE:
        return [empty_page(page, SORTS[EnrollmentOrder.REQUESTED_AT_DESC])] * len(ids)
    filters, parameters = await _compile_filter(operation, chosen)
    return await read_pages(
        operation,
        page,
        SORTS[EnrollmentOrder.REQUESTED_AT_DESC],
        lambda **directions: statements.pages_by_ecp(scope, filters, **directions),
        ids,
        owner=lambda row: row.ecp_id,
        count=statements.counts_by_ecp(scope, filters),
        parameters=parameters,
    )


async def history_by_enrollment(
    operation: Operation, ids: list[UUID], page: PageArguments
) -> list[Page[EnrollmentSpanRow]]:
    """Load a page of the applications of each enrollment that the viewer may see, newest first. Raises BadArgument."""
    scope = operation.viewer.ecp_scope
    if scope is EcpScope.NONE:
        return [empty_page(page, NEWEST_SPAN)] * len(ids)
    return await read_pages(
        operation,
        page,
        NEWEST_SPAN,
        partial(spans_by_enrollment, scope),
        ids,
        owner=lambda row: row.id,
        count=span_counts_by_enrollment(scope),
        parameters=scope_parameters(operation.viewer, scope),
    )


async def enrollments_by_queue(
    operation: Operation, keys: list[WorkQueueKey], arguments: PageArguments
) -> list[Page[EnrollmentRow]]:
    """Load a page of the enrollments of each queue, longest waiting first; an empty page for queues of other objects.

    Raises BadArgument, and ForbiddenQueue for a queue of other roles.
    """
    oldest = SORTS[EnrollmentOrder.REQUESTED_AT_ASC]
    queues = [queue_of(key, operation.viewer) for key in keys]
    return [
        await read_page(operation, arguments, oldest, statements.waiting_page, {}, count=statements.WAITING_COUNT)
        if isinstance(queue, EnrollmentQueue)
        else empty_page(arguments, oldest)
        for queue in queues
    ]


async def _compile_filter(operation: Operation, chosen: EnrollmentFilter) -> tuple[EnrollmentFilters, dict[str, Any]]:
    """Return the predicates that the filter needs, and the values of all parameters."""
    statuses = None if chosen.statuses is None else [status.value for status in chosen.statuses]
    begins, ends = await moments_of_days(operation, chosen.enrolled_from, chosen.enrolled_to)
    parameters: dict[str, Any] = {
        "words": words_of(chosen.search),
        **one_or_many("status", "statuses", statuses),
        **one_or_many("tier_id", "tier_ids", chosen.tier_ids),
        **one_or_many("geography_id", "geography_ids", chosen.geography_ids),
        "enrolled_from": begins,
        "enrolled_before": ends,
    }
    given = {name: value for name, value in parameters.items() if value is not None}
    flags: dict[str, Any] = dict.fromkeys(given, True)
    if flags.pop("geography_id", False):
        flags["place"] = await level_of(operation, given["geography_id"])
    own = scope_parameters(operation.viewer, operation.viewer.ecp_scope)
    return EnrollmentFilters(**flags), {**given, **own}
