"""Lists of the ledger: the entries of ECPs, newest first, as they are now or as they were known at a time (R22)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.points.entry_reads import NEWEST_ENTRY, EntryFilters, entries_by_ecp, entry_counts_by_ecp
from db.points.entry_rows import EntryRow
from domain.points.ledger import PointsEntryKind
from domain.viewers import EcpScope
from resolvers.context import Operation
from resolvers.ecps.loaders import scope_parameters
from resolvers.filtering import moments_of_days
from resolvers.loading import align_many
from resolvers.paging import CountOf, Page, PageArguments, decode_page_cursor, empty_page, page_size, sorted_pairs
from resolvers.points.known_time import end_of_known


class LedgerFilter(Struct, frozen=True):
    """Filters of entries. None does not restrict the list; days are those on which entries were recorded."""

    scheme_ids: tuple[UUID, ...] | None = None
    kinds: tuple[PointsEntryKind, ...] | None = None
    recorded_from: date | None = None
    recorded_to: date | None = None
    as_known_at: datetime | None = None


LedgerArguments = tuple[LedgerFilter, PageArguments]


async def ledger_by_ecp(operation: Operation, ids: list[UUID], arguments: LedgerArguments) -> list[Page[EntryRow]]:
    """Load a page of the entries of each ECP that the viewer may see, newest first. Raises BadArgument."""
    chosen, page = arguments
    scope = operation.viewer.ecp_scope
    if scope is EcpScope.NONE:
        return [empty_page(page, NEWEST_ENTRY)] * len(ids)
    size, place = forward_place(page)
    filters, parameters = await _compile_filter(operation, chosen)
    statement = entries_by_ecp(scope, filters, resumed=bool(place))
    rows = await operation.fetch(statement, ids=ids, limit=size + 1, **place, **parameters)
    count = entry_counts_by_ecp(scope, filters)
    return [
        page_of_entries(found, size, place, CountOf(count, key, sorted_pairs(parameters)))
        for key, found in zip(ids, align_many(ids, rows, lambda row: row.ecp_id), strict=True)
    ]


def forward_place(page: PageArguments) -> tuple[int, dict[str, int]]:
    """The size of a page of entries, and the number that its entries come before, if any. Raises BadArgument."""
    size, _ = page_size(page)
    if page.after is None:
        return size, {}
    return size, {"cursor_value": decode_page_cursor(NEWEST_ENTRY, page.after, "after")["cursor_value"]}


def page_of_entries(rows: Sequence[EntryRow], size: int, place: dict[str, int], count: CountOf | int) -> Page[EntryRow]:
    """The page of these rows, of which one more than its size was read."""
    more = len(rows) > size
    return Page(list(rows[:size]), NEWEST_ENTRY, has_next=more, has_previous=bool(place), count=count)


async def _compile_filter(operation: Operation, chosen: LedgerFilter) -> tuple[EntryFilters, dict[str, Any]]:
    """Return the predicates that the filter needs, and the values of all parameters."""
    begins, ends = await moments_of_days(operation, chosen.recorded_from, chosen.recorded_to)
    known = None if chosen.as_known_at is None else await end_of_known(operation, chosen.as_known_at)
    bounds = [end for end in (ends, known) if end is not None]
    parameters: dict[str, Any] = {
        "scheme_ids": None if chosen.scheme_ids is None else list(dict.fromkeys(chosen.scheme_ids)),
        "kinds": None if chosen.kinds is None else [int(kind) for kind in dict.fromkeys(chosen.kinds)],
        "since": begins,
        "until": min(bounds) if bounds else None,
    }
    given = {name: value for name, value in parameters.items() if value is not None}
    flags: dict[str, Any] = dict.fromkeys(given, True)
    return EntryFilters(**flags), {**given, **scope_parameters(operation.viewer, operation.viewer.ecp_scope)}
