"""The list of imports."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from db.imports.pages import NEWEST_IMPORTS, ImportFilters, import_count, import_page
from db.imports.rows import ListedImportRow
from domain.imports.facts import ImportStatus
from domain.text import drop_repeats
from resolvers.context import Operation
from resolvers.imports.loaders import scope_parameters
from resolvers.paging import Page, PageArguments, empty_page, read_page


class ImportFilter(Struct, frozen=True):
    """Filters of the list. None does not restrict the list; all other filters must match."""

    sources: Sequence[str] | None = None
    statuses: Sequence[ImportStatus] | None = None
    dry_run: bool | None = None


async def list_imports(operation: Operation, chosen: ImportFilter, arguments: PageArguments) -> Page[ListedImportRow]:
    """List the viewer's own imports, or all for a viewer who sees all sales, newest first. Raises BadArgument."""
    given = _parameters(chosen)
    if any(value == [] for value in given.values()):
        return empty_page(arguments, NEWEST_IMPORTS)
    scope = scope_parameters(operation.viewer)
    filters = ImportFilters(own=bool(scope), dry_run=chosen.dry_run, **dict.fromkeys(given, True))
    return await read_page(
        operation,
        arguments,
        NEWEST_IMPORTS,
        lambda **directions: import_page(filters, **directions),
        {**given, **scope},
        count=import_count(filters),
    )


def _parameters(chosen: ImportFilter) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if chosen.sources is not None:
        given["sources"] = list(drop_repeats(source.strip() for source in chosen.sources))
    if chosen.statuses is not None:
        given["statuses"] = list(drop_repeats(status.value for status in chosen.statuses))
    return given
