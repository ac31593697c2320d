"""Lists of consignments, batches, movements, and discrepancies: filters, orders, and pages."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.consignments import batch_pages, movement_pages, pages
from db.consignments.batch_pages import NEWEST_BATCH, BatchFilters
from db.consignments.movement_pages import NEWEST_MOVEMENT, OLDEST_DISCREPANCY, DiscrepancyFilters
from db.consignments.pages import SORTS, ConsignmentFilters
from db.consignments.rows import BatchRow, ConsignmentRow
from db.consignments.view_rows import DiscrepancyViewRow, MovementViewRow
from db.search import words_of
from domain.codes import normalize_code
from domain.consignments.facts import BatchStatus, ConsignmentOrder, ConsignmentStatus, DiscrepancyKind
from resolvers.consignments.loaders import scope_parameters
from resolvers.context import Operation
from resolvers.filtering import moments_of_days
from resolvers.paging import Page, PageArguments, read_page, read_pages


class ConsignmentFilter(Struct, frozen=True):
    """Filters of a list. None does not restrict the list; all other filters must match."""

    search: str | None = None
    scheme_ids: Sequence[UUID] | None = None
    variant_ids: Sequence[UUID] | None = None
    vendor_ids: Sequence[UUID] | None = None
    waiting_on_vendor_ids: Sequence[UUID] | None = None
    statuses: Sequence[ConsignmentStatus] | None = None
    overdue: bool | None = None
    has_discrepancy: bool | None = None
    due_from: date | None = None
    due_to: date | None = None


class BatchFilter(Struct, frozen=True):
    """Filters of a list. None does not restrict the list; all other filters must match."""

    search: str | None = None
    consignment_id: UUID | None = None
    scheme_ids: Sequence[UUID] | None = None
    from_vendor_id: UUID | None = None
    to_vendor_id: UUID | None = None
    statuses: Sequence[BatchStatus] | None = None
    dispatched_from: date | None = None
    dispatched_to: date | None = None


class DiscrepancyFilter(Struct, frozen=True):
    """Filters of a list. None does not restrict the list; all other filters must match."""

    consignment_id: UUID | None = None
    scheme_id: UUID | None = None
    vendor_id: UUID | None = None
    kinds: Sequence[DiscrepancyKind] | None = None
    open: bool | None = None


async def list_consignments(
    operation: Operation, arguments: PageArguments, chosen: ConsignmentFilter, order: ConsignmentOrder
) -> Page[ConsignmentRow]:
    """List the consignments that the viewer may see. Raises BadArgument."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    filters, parameters = await _compile_consignments(operation, chosen)
    return await read_page(
        operation,
        arguments,
        SORTS[order],
        lambda **page: pages.consignment_page(scope, filters, order, **page),
        {**parameters, **scope_parameters(viewer, scope)},
        count=pages.consignment_count(scope, filters),
    )


async def consignments_by_scheme(
    operation: Operation, ids: list[UUID], arguments: PageArguments
) -> list[Page[ConsignmentRow]]:
    """Load a page of the consignments of each scheme that the viewer may see, newest first. Raises BadArgument."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    return await read_pages(
        operation,
        arguments,
        SORTS[ConsignmentOrder.CREATED_AT_DESC],
        partial(pages.consignments_by_scheme, scope),
        ids,
        owner=lambda row: row.scheme_id,
        count=pages.consignment_counts_by_scheme(scope),
        parameters=scope_parameters(viewer, scope),
    )


async def list_batches(operation: Operation, arguments: PageArguments, chosen: BatchFilter) -> Page[BatchRow]:
    """List the batches that the viewer may see, last dispatched first. Raises BadArgument."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    begins, ends = await moments_of_days(operation, chosen.dispatched_from, chosen.dispatched_to)
    parameters = _given(
        search=_part_of_code(chosen.search),
        consignment_id=chosen.consignment_id,
        scheme_ids=chosen.scheme_ids,
        from_vendor_id=chosen.from_vendor_id,
        to_vendor_id=chosen.to_vendor_id,
        statuses=chosen.statuses,
        dispatched_from=begins,
        dispatched_before=ends,
    )
    filters = BatchFilters(**dict.fromkeys(parameters, True))
    return await read_page(
        operation,
        arguments,
        NEWEST_BATCH,
        lambda **page: batch_pages.batch_page(scope, filters, **page),
        {**parameters, **scope_parameters(viewer, scope)},
        count=batch_pages.batch_count(scope, filters),
    )


async def batches_by_consignment(
    operation: Operation, ids: list[UUID], arguments: PageArguments
) -> list[Page[BatchRow]]:
    """Load a page of the batches of each consignment that the viewer may see, last dispatched first.

    Raises BadArgument.
    """
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    return await read_pages(
        operation,
        arguments,
        NEWEST_BATCH,
        partial(batch_pages.batches_by_consignment, scope),
        ids,
        owner=lambda row: row.consignment_id,
        count=batch_pages.batch_counts_by_consignment(scope),
        parameters=scope_parameters(viewer, scope),
    )


async def movements_by_consignment(
    operation: Operation, ids: list[UUID], arguments: PageArguments
) -> list[Page[MovementViewRow]]:
    """Load a page of the movements of each consignment that the viewer may see, newest first. Raises BadArgument."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    return await read_pages(
        operation,
        arguments,
        NEWEST_MOVEMENT,
        partial(movement_pages.movements_by_consignment, scope),
        ids,
        owner=lambda row: row.consignment_id,
        count=movement_pages.movement_counts_by_consignment(scope),
        parameters=scope_parameters(viewer, scope),
    )


async def list_discrepancies(
    operation: Operation, arguments: PageArguments, chosen: DiscrepancyFilter
) -> Page[DiscrepancyViewRow]:
    """List the discrepancies that the viewer may see, oldest first. Raises BadArgument."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    parameters = _given(
        consignment_id=chosen.consignment_id,
        scheme_id=chosen.scheme_id,
        vendor_id=chosen.vendor_id,
        kinds=chosen.kinds,
    )
    filters = DiscrepancyFilters(open=chosen.open, **dict.fromkeys(parameters, True))
    return await read_page(
        operation,
        arguments,
        OLDEST_DISCREPANCY,
        lambda **page: movement_pages.discrepancy_page(scope, filters, **page),
        {**parameters, **scope_parameters(viewer, scope)},
        count=movement_pages.discrepancy_count(scope, filters),
    )


async def _compile_consignments(
    operation: Operation, chosen: ConsignmentFilter
) -> tuple[ConsignmentFilters, dict[str, Any]]:
    """Return the predicates that the filter needs, and the values of their parameters."""
    parameters = _given(
        search=_part_of_code(chosen.search),
        words=words_of(chosen.search),
        scheme_ids=chosen.scheme_ids,
        variant_ids=chosen.variant_ids,
        vendor_ids=chosen.vendor_ids,
        waiting_on_vendor_ids=chosen.waiting_on_vendor_ids,
        statuses=chosen.statuses,
        due_from=chosen.due_from,
        due_to=chosen.due_to,
    )
    flags = dict.fromkeys(parameters, True)
    if chosen.overdue is not None:
        parameters["today"] = (await operation.calendar()).day_of(operation.now)
    return ConsignmentFilters(overdue=chosen.overdue, has_discrepancy=chosen.has_discrepancy, **flags), parameters


def _given(**parameters: Any) -> dict[str, Any]:
    """The parameters that are not None, with lists for sequences and the values of enums."""
    return {
        name: value if isinstance(value, str) or not isinstance(value, Sequence) else list(value)
        for name, value in parameters.items()
        if value is not None
    }


def _part_of_code(search: str | None) -> str | None:
    return (normalize_code(search) or None) if search is not None else None
