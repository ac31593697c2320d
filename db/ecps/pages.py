"""Statements that list and count ECPs: filters, orders and keyset pages."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import BigInteger, ColumnElement, column, func, select, table, text, true

from db.columns import columns, scalar
from db.ecps.filters import count_filters, in_place, in_places, of_statuses, of_tiers
from db.ecps.reads import ECP_COLUMNS, visible
from db.ecps.rows import EcpRow
from db.ecps.tables import EcpCountTable, EcpTable
from db.keyset import Sort, keyset
from db.planning import NEARBY_ROWS, force_custom_plan
from db.search import matches_words
from db.statement import Statement, moment, number, string, uuid
from domain.catalog.facts import GeographyLevel
from domain.ecps.facts import EcpOrder
from domain.enrollments.facts import EnrollmentStatus
from domain.viewers import EcpScope


class EcpFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters. Statements are cached by this shape.

    One chosen geography, tier or status is compared for equality, which an index serves in the order of the list; so
    the level of one geography belongs to the shape.
    """

    words: bool = False
    email_key: bool = False
    place: GeographyLevel | None = None
    geography_ids: bool = False
    tier_id: bool = False
    tier_ids: bool = False
    status: bool = False
    statuses: bool = False
    enrolled_in: bool = False
    registered_from: bool = False
    registered_before: bool = False

    @property
    def counts_are_kept(self) -> bool:
        """Whether a table of counts, of ECPs or of enrollments in a scheme, has every column that is filtered by."""
        dated = self.registered_from or self.registered_before
        enrolled = self.enrolled_in and (self.status or self.statuses)
        return not (self.words or self.email_key or dated or enrolled)

    @property
    def spans_indexes(self) -> bool:
        """Whether no index has the matches in the order of the list: they may be anywhere in it, few or many."""
        return self.words or self.geography_ids or self.enrolled_in


SORTS: Final[Mapping[EcpOrder, Sort]] = MappingProxyType(
    {
        EcpOrder.NAME_ASC: Sort(EcpTable.sort_name, description="By name, in the order of Unicode for all languages."),
        EcpOrder.CODE_ASC: Sort(EcpTable.code, description="By code."),
        EcpOrder.REGISTERED_AT_DESC: Sort(EcpTable.registered_at, descending=True, description="Newest first."),
        EcpOrder.REGISTERED_AT_ASC: Sort(EcpTable.registered_at, description="Longest registered first."),
    }
)


# The area of enrollments imports this one, so its tables are named here and not imported.
_ENROLLMENT: Final = table("enrollment", column("scheme_id"), column("ecp_id"), column("status")).c
_ENROLLMENT_COUNT: Final = table(
    "enrollment_count",
    *(column(name) for name in ("scheme_id", "geography_id", "tier_id", "status", "count")),
).c


@cache
def ecp_page(  # noqa: PLR0913 - filters, order and direction of a list
    scope: EcpScope, filters: EcpFilters, order: EcpOrder, *, backward: bool, resumed: bool, nearby: bool = False
) -> Statement[EcpRow]:
    """A page of ECPs; see `db.keyset.keyset` for its parameters beside those of the filters.

    Where the filters span indexes, there are two ways to a page. With `nearby` the first NEARBY_ROWS of the list are
    searched, and the page may be shorter than the list. Without it all matches are found first and then sorted.
    PostgreSQL would choose one of the two by a guess, and walk through a million ECPs when the guess is wrong.
    """
    sort = SORTS[order]
    if not filters.spans_indexes:
        indexed = (*_predicates(scope, filters), force_custom_plan(number("limit"), EcpTable))
        query = select(*ECP_COLUMNS).where(*indexed)
        return Statement(keyset(query, sort, backward=backward, resumed=resumed), EcpRow)
    if nearby:
        indexed = (*_indexed(scope, filters), force_custom_plan(number("limit"), EcpTable))
        first = keyset(
            select(*ECP_COLUMNS, EcpTable.search_words).where(*indexed),
            sort,
            backward=backward,
            resumed=resumed,
        )
        found = first.limit(NEARBY_ROWS).subquery("nearby")
        query = select(*columns(found.c, EcpRow)).where(*_spanning(found.c, filters))
        return Statement(keyset(query, sort, rows=found.c, backward=backward, resumed=False), EcpRow)
    # PostgreSQL does not push conditions or orders into a subquery with OFFSET.
    found = select(*ECP_COLUMNS).where(*_predicates(scope, filters)).offset(0).subquery("found")
    query = select(*columns(found.c, EcpRow))
    return Statement(keyset(query, sort, rows=found.c, backward=backward, resumed=resumed), EcpRow)


@cache
def ecp_count(scope: EcpScope, filters: EcpFilters) -> Statement[int]:
    """How many ECPs match: a sum from a table of counts where it has every column that is filtered by."""
    if scope is not EcpScope.ALL or not filters.counts_are_kept:
        return Statement(select(func.count()).select_from(EcpTable).where(*_predicates(scope, filters)), scalar(int))
    if not filters.enrolled_in:
        kept = (*count_filters(EcpCountTable, filters), *of_statuses(EcpCountTable, filters))
        return Statement(select(_total(EcpCountTable.count)).where(*kept), scalar(int))
    # An ECP has one enrollment in a scheme.
    kept = (*count_filters(_ENROLLMENT_COUNT, filters), *_enrolled(_ENROLLMENT_COUNT))
    return Statement(select(_total(_ENROLLMENT_COUNT.count)).where(*kept), scalar(int))


def _predicates(scope: EcpScope, filters: EcpFilters) -> list[ColumnElement[bool]]:
    return [*_indexed(scope, filters), *_spanning(EcpTable, filters)]


def _indexed(scope: EcpScope, filters: EcpFilters) -> list[ColumnElement[bool]]:
    """The filters that an index serves in the order of the list."""
    chosen = [predicate() for name, predicate in _INDEXED.items() if getattr(filters, name)]
    of_sort = (*in_place(EcpTable, filters), *of_tiers(EcpTable, filters), *of_statuses(EcpTable, filters))
    return [visible(scope), *chosen, *of_sort]


def _spanning(ecp: Any, filters: EcpFilters) -> list[ColumnElement[bool]]:
    return [predicate(ecp) for name, predicate in _SPANNING.items() if getattr(filters, name)]


def _total(count: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(count), 0).cast(BigInteger)


def _enrolled(rows: Any) -> tuple[ColumnElement[bool], ...]:
    """The enrollments of ECPs who are enrolled now, or their counts."""
    status = text(f"'{EnrollmentStatus.ENROLLED.value}'")
    return rows.scheme_id == uuid("enrolled_in"), rows.status == status


_INDEXED: Final[Mapping[str, Callable[[], ColumnElement[bool]]]] = MappingProxyType(
    {
        "email_key": lambda: EcpTable.email_key == string("email_key"),
        "registered_from": lambda: EcpTable.registered_at >= moment("registered_from"),
        "registered_before": lambda: EcpTable.registered_at < moment("registered_before"),
    }
)
_SPANNING: Final[Mapping[str, Callable[[Any], ColumnElement[bool]]]] = MappingProxyType(
    {
        "words": lambda ecp: matches_words(ecp.search_words),
        "geography_ids": in_places,
        "enrolled_in": lambda ecp: select(true()).where(_ENROLLMENT.ecp_id == ecp.id, *_enrolled(_ENROLLMENT)).exists(),
    }
)
