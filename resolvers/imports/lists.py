"""The list of imports, and the rejected rows of each."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.imports.pages import (
    BY_LINE,
    SORTS,
    ImportFilters,
    import_count,
    import_page,
    rejection_counts_by_import,
    rejections_by_import,
)
from db.imports.rows import ListedImportRow, ListedRejectionRow
from domain.imports.facts import ImportOrder, ImportStatus
from domain.text import drop_repeats, text_key
from resolvers.context import Operation
from resolvers.imports.loaders import scope_parameters
from resolvers.paging import Page, PageArguments, empty_page, read_page, read_pages


class ImportFilter(Struct, frozen=True):
    """Filters of the list. None does not restrict the list; all other filters must match."""

    sources: Sequence[str] | None = None
    statuses: Sequence[ImportStatus] | None = None
    dry_run: bool | None = None


async def list_imports(
    operation: Operation, chosen: ImportFilter, order: ImportOrder, arguments: PageArguments
) -> Page[ListedImportRow]:
    """List the viewer's own imports, or all for a viewer who sees all sales. Raises BadArgument."""
    given = _parameters(chosen)
    if any(value == [] for value in given.values()):
        return empty_page(arguments, SORTS[order])
    scope = scope_parameters(operation.viewer)
    filters = ImportFilters(own=bool(scope), dry_run=chosen.dry_run, **dict.fromkeys(given, True))
    return await read_page(
        operation,
        arguments,
        SORTS[order],
        lambda **directions: import_page(filters, order, **directions),
        {**given, **scope},
        count=import_count(filters),
    )


async def rejections_of_imports(
    operation: Operation, ids: list[UUID], page: PageArguments
) -> list[Page[ListedRejectionRow]]:
    """Load a page of the rejected rows of each import, which the viewer sees, in the order of the file.

    Raises BadArgument.
    """
    return await read_pages(
        operation,
        page,
        BY_LINE,
        rejections_by_import,
        ids,
        owner=lambda row: row.id,
        count=rejection_counts_by_import(),
    )


def _parameters(chosen: ImportFilter) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if chosen.sources is not None:
        given["sources"] = list(drop_repeats(text_key(source) for source in chosen.sources))
    if chosen.statuses is not None:
        given["statuses"] = list(drop_repeats(status.value for status in chosen.statuses))
    return given
