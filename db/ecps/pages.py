"""Statements that list and count ECPs: filters, orders and keyset pages."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, Subquery, Text, TextClause, column, func, select, table, text, true
from sqlalchemy.dialects.postgresql import TIMESTAMP

from db.ecps.filters import in_place, in_places, of_statuses, of_tiers, tallied
from db.ecps.reads import ECP_COLUMNS, visible
from db.ecps.rows import EcpRow
from db.ecps.tables import EcpCountTable, EcpTable
from db.keyset import Sort, keyset
from db.planning import NEAR, for_these_values
from db.search import matches_words
from db.statement import Statement, moment, number, string, uuid
from domain.catalog.facts import GeographyLevel
from domain.ecps.facts import EcpOrder
from domain.enrollments.facts import EnrollmentStatus
from domain.permissions import EcpScope


class EcpFilters(Struct, frozen=True):
    """Which filters a statement has; their values are its parameters. Statements are cached by this shape.

    One chosen geography, tier or status is compared for equality, which an index serves in the order of the list; so
    the level of one geography belongs to the shape.
    """

    words: bool = False
    email: bool = False
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
    def tallied(self) -> bool:
        """Whether counts of ECPs, or of enrollments in the one scheme, are kept by all that is chosen here."""
        dated = self.registered_from or self.registered_before
        enrolled = self.enrolled_in and (self.status or self.statuses)
        return not (self.words or self.email or dated or enrolled)

    @property
    def scattered(self) -> bool:
        """Whether those that match may lie anywhere in the order of the list, however few or many they are."""
        return self.words or self.geography_ids or self.enrolled_in


# What each order sorts by, of which type, and whether the greatest comes first.
_ORDERS: Final[Mapping[EcpOrder, tuple[str, Any, bool]]] = MappingProxyType(
    {
        EcpOrder.NAME_ASC: ("sort_name", Text(), False),
        EcpOrder.CODE_ASC: ("code", Text(), False),
        EcpOrder.REGISTERED_AT_DESC: ("registered_at", TIMESTAMP(timezone=True), True),
        EcpOrder.REGISTERED_AT_ASC: ("registered_at", TIMESTAMP(timezone=True), False),
    }
)


# Enrollments stand above ECPs, so their tables are named here, not imported.
_ENROLLMENT: Final = table("enrollment", column("scheme_id"), column("ecp_id"), column("status")).c
_ENROLLMENT_COUNT: Final = table(
    "enrollment_count",
    *(column(name) for name in ("scheme_id", "geography_id", "tier_id", "status", "count")),
).c


@cache
def ecp_page(  # noqa: PLR0913 - what to list, in which order and direction, and how
    scope: EcpScope, filters: EcpFilters, order: EcpOrder, *, backward: bool, resumed: bool, near: bool = False
) -> Statement[EcpRow]:
    """A page of ECPs; see `db.keyset.keyset` for its parameters beside those of the filters.

    No index holds what is scattered in its order. Such a page is either looked for `near` where it begins, among so
    many ECPs, and may then be shorter than the list is; or everything that matches is found first, and then sorted.
    PostgreSQL would choose one of the two by a guess, and walk through a million ECPs when it is wrong.
    """
    if not filters.scattered:
        query = select(*ECP_COLUMNS).where(*_predicates(scope, filters), for_these_values(number("limit"), EcpTable))
        return Statement(keyset(query, _sort(EcpTable, order), backward=backward, resumed=resumed), EcpRow)
    if near:
        dense = (*_dense(scope, filters), for_these_values(number("limit"), EcpTable))
        query = select(*ECP_COLUMNS, EcpTable.search_words).where(*dense)
        query = keyset(query, _sort(EcpTable, order), backward=backward, resumed=resumed)
        around = query.limit(NEAR).subquery("around")
        query = select(*_columns(around)).where(*_scattered(around.c, filters))
        return Statement(keyset(query, _sort(around.c, order), backward=backward, resumed=False), EcpRow)
    # OFFSET keeps PostgreSQL from looking into it.
    found = select(*ECP_COLUMNS).where(*_predicates(scope, filters)).offset(0).subquery("found")
    query = select(*_columns(found))
    return Statement(keyset(query, _sort(found.c, order), backward=backward, resumed=resumed), EcpRow)


@cache
def ecp_count(scope: EcpScope, filters: EcpFilters) -> Statement[int]:
    """How many ECPs match: the sum of the counts that are kept, where they are kept by what is chosen."""
    if scope is not EcpScope.ALL or not filters.tallied:
        return Statement(select(func.count()).select_from(EcpTable).where(*_predicates(scope, filters)), int)
    if not filters.enrolled_in:
        kept = (*tallied(EcpCountTable, filters), *of_statuses(EcpCountTable, filters))
        return Statement(select(func.coalesce(func.sum(EcpCountTable.count), 0)).where(*kept), int)
    # An ECP has one enrollment in a scheme.
    kept = (*tallied(_ENROLLMENT_COUNT, filters), *_enrolled(_ENROLLMENT_COUNT))
    return Statement(select(func.coalesce(func.sum(_ENROLLMENT_COUNT.count), 0)).where(*kept), int)


def _predicates(scope: EcpScope, filters: EcpFilters) -> list[ColumnElement[bool] | TextClause]:
    return [*_dense(scope, filters), *_scattered(EcpTable, filters)]


def _dense(scope: EcpScope, filters: EcpFilters) -> list[ColumnElement[bool] | TextClause]:
    """What is not scattered."""
    chosen = [predicate() for name, predicate in _DENSE.items() if getattr(filters, name)]
    of_sort = (*in_place(EcpTable, filters), *of_tiers(EcpTable, filters), *of_statuses(EcpTable, filters))
    return [visible(scope), *chosen, *of_sort]


def _scattered(ecp: Any, filters: EcpFilters) -> list[ColumnElement[bool]]:
    return [predicate(ecp) for name, predicate in _SCATTERED.items() if getattr(filters, name)]


def _columns(subquery: Subquery) -> list[Any]:
    return [subquery.c[name] for name in EcpRow.__struct_fields__]


def _sort(ecp: Any, order: EcpOrder) -> Sort:
    """The order, by the columns of the table or of a subquery."""
    column, type_, descending = _ORDERS[order]
    return Sort(getattr(ecp, column), ecp.id, type_, descending)


def _enrolled(rows: Any) -> tuple[ColumnElement[bool], ...]:
    """The enrollments of those who are enrolled now, or their counts."""
    status = text(f"'{EnrollmentStatus.ENROLLED.value}'")
    return rows.scheme_id == uuid("enrolled_in"), rows.status == status


_DENSE: Final[Mapping[str, Callable[[], ColumnElement[bool]]]] = MappingProxyType(
    {
        "email": lambda: func.lower(EcpTable.email) == func.lower(string("email")),
        "registered_from": lambda: EcpTable.registered_at >= moment("registered_from"),
        "registered_before": lambda: EcpTable.registered_at < moment("registered_before"),
    }
)
_SCATTERED: Final[Mapping[str, Callable[[Any], ColumnElement[bool]]]] = MappingProxyType(
    {
        "words": lambda ecp: matches_words(ecp.search_words),
        "geography_ids": in_places,
        "enrolled_in": lambda ecp: select(true()).where(_ENROLLMENT.ecp_id == ecp.id, *_enrolled(_ENROLLMENT)).exists(),
    }
)
