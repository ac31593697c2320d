"""Statements that list and count consignments: filters, orders, and keyset pages."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from msgspec import Struct
from sqlalchemy import ColumnElement, Date, Uuid, and_, any_, bindparam, column, exists, func, or_, select, table
from sqlalchemy.dialects.postgresql import TSVECTOR

from db.consignments.queue_reads import waits_for_vendor
from db.consignments.reads import select_consignments, visible
from db.consignments.rows import ConsignmentRow
from db.consignments.tables import (
    ConsignmentLegTable,
    ConsignmentLineTable,
    ConsignmentStateTable,
    ConsignmentTable,
)
from db.counting import OwnerCount, counting, counting_by
from db.keyset import Sort, keyset, keyset_by_owner
from db.search import matches_words
from db.statement import Query, Statement, string, texts, uuids
from domain.consignments.facts import ConsignmentOrder, ConsignmentStatus
from domain.viewers import ConsignmentScope
from domain.work.queues import ConsignmentTask


class ConsignmentFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters. Statements are cached by this shape."""

    search: bool = False
    words: bool = False
    scheme_ids: bool = False
    variant_ids: bool = False
    vendor_ids: bool = False
    waiting_on_vendor_ids: bool = False
    statuses: bool = False
    overdue: bool | None = None
    has_discrepancy: bool | None = None
    due_from: bool = False
    due_to: bool = False


# The package of schemes stands above this one, so its table is named here by the columns that are searched.
_SCHEME: Final = table("scheme", column("id", Uuid), column("search_words", TSVECTOR))


class _Keys(NamedTuple):
    """The sort keys of the two tables, each with the id that its indexes have."""

    id: Any
    created_at: Any = None
    due_on: Any = None
    moved_at: Any = None
    waiting_since: Any = None


SORTS: Final[Mapping[ConsignmentOrder, Sort]] = MappingProxyType(
    {
        ConsignmentOrder.CREATED_AT_DESC: Sort(
            ConsignmentTable.created_at, descending=True, description="Newest first."
        ),
        ConsignmentOrder.DUE_ON_ASC: Sort(
            ConsignmentTable.due_on,
            null_as="infinity",
            description="Earliest due first; consignments without a due date last.",
        ),
        ConsignmentOrder.MOVED_AT_DESC: Sort(
            ConsignmentStateTable.moved_at, descending=True, description="Last moved first."
        ),
        ConsignmentOrder.WAITING_SINCE_ASC: Sort(
            ConsignmentStateTable.waiting_since,
            null_as="infinity",
            description="Longest waiting first; consignments that wait for no vendor last.",
        ),
    }
)
CONSIGNMENT_KEYS: Final = _Keys(
    ConsignmentTable.id, created_at=ConsignmentTable.created_at, due_on=ConsignmentTable.due_on
)
STATE_KEYS: Final = _Keys(
    ConsignmentStateTable.consignment_id,
    moved_at=ConsignmentStateTable.moved_at,
    waiting_since=ConsignmentStateTable.waiting_since,
)


@cache
def consignment_page(
    scope: ConsignmentScope, filters: ConsignmentFilters, order: ConsignmentOrder, *, backward: bool, resumed: bool
) -> Statement[ConsignmentRow]:
    """A page of consignments; see `db.keyset.keyset` for its parameters beside those of the filters."""
    sort = SORTS[order]
    query = select_consignments(scope).where(*_predicates(filters))
    return Statement(
        keyset(
            query,
            sort,
            rows=STATE_KEYS if sort.table is ConsignmentStateTable else CONSIGNMENT_KEYS,
            backward=backward,
            resumed=resumed,
        ),
        ConsignmentRow,
    )


@cache
def consignment_count(scope: ConsignmentScope, filters: ConsignmentFilters) -> Statement[int]:
    """How many consignments match."""
    return counting(select_consignments(scope).where(*_predicates(filters)))


@cache
def consignments_by_scheme(scope: ConsignmentScope, *, resumed: bool) -> Statement[ConsignmentRow]:
    """A page of the consignments of each of the schemes in the parameter `ids`, newest first."""
    newest = SORTS[ConsignmentOrder.CREATED_AT_DESC]
    page = keyset_by_owner(select_consignments(scope), ConsignmentTable.scheme_id, newest, resumed=resumed)
    return Statement(page, ConsignmentRow)


@cache
def consignment_counts_by_scheme(scope: ConsignmentScope) -> Statement[OwnerCount]:
    """How many consignments each of the schemes in the parameter `ids` has."""
    return counting_by(ConsignmentTable.scheme_id, visible(scope))


@cache
def consignments_of_task(task: ConsignmentTask, *, backward: bool, resumed: bool) -> Statement[ConsignmentRow]:
    """A page of the consignments with a task for the vendor in the parameter `vendor_id`, the longest waiting first."""
    sort = SORTS[ConsignmentOrder.WAITING_SINCE_ASC]
    query = _of_task(task)
    return Statement(keyset(query, sort, rows=STATE_KEYS, backward=backward, resumed=resumed), ConsignmentRow)


@cache
def count_of_task(task: ConsignmentTask) -> Statement[int]:
    """How many consignments have a task for the vendor in the parameter `vendor_id`."""
    return counting(_of_task(task))


def _of_task(task: ConsignmentTask) -> Query:
    # The task belongs to a vendor of the chain, who sees the consignment.
    return select_consignments(ConsignmentScope.ALL).where(waits_for_vendor(task))


def _predicates(filters: ConsignmentFilters) -> list[ColumnElement[bool]]:
    chosen = [predicate() for name, predicate in _FILTERS.items() if getattr(filters, name)]
    if filters.search or filters.words:
        chosen.append(_matching(filters))
    if filters.overdue is not None:
        late = _overdue()
        chosen.append(late if filters.overdue else ~func.coalesce(late, False))
    if filters.has_discrepancy is not None:
        chosen.append(ConsignmentStateTable.has_discrepancy.is_(filters.has_discrepancy))
    return chosen


def _matching(filters: ConsignmentFilters) -> ColumnElement[bool]:
    """A part of the code, or words of the scheme."""
    found = func.strpos(ConsignmentTable.code, string("search")) > 0
    if not filters.words:
        return found
    schemes = select(_SCHEME.c.id).where(matches_words(_SCHEME.c.search_words))
    return or_(found, ConsignmentTable.scheme_id.in_(schemes))


def _day(name: str) -> Any:
    return bindparam(name, type_=Date(), required=True)


def unfinished() -> ColumnElement[bool]:
    """The predicate of consignments that are neither delivered nor canceled."""
    status = ConsignmentStateTable.status
    return and_(status != ConsignmentStatus.DELIVERED.value, status != ConsignmentStatus.CANCELED.value)


def _overdue() -> ColumnElement[bool]:
    return and_(ConsignmentTable.due_on < _day("today"), unfinished())


def _has_leg(*predicates: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(ConsignmentLegTable.consignment_id == ConsignmentTable.id, *predicates)


_FILTERS: Final[Mapping[str, Callable[[], ColumnElement[bool]]]] = MappingProxyType(
    {
        "scheme_ids": lambda: ConsignmentTable.scheme_id == any_(uuids("scheme_ids")),
        "variant_ids": lambda: exists().where(
            ConsignmentLineTable.consignment_id == ConsignmentTable.id,
            ConsignmentLineTable.variant_id == any_(uuids("variant_ids")),
        ),
        "vendor_ids": lambda: _has_leg(ConsignmentLegTable.vendor_id == any_(uuids("vendor_ids"))),
        "waiting_on_vendor_ids": lambda: _has_leg(
            ConsignmentLegTable.vendor_id == any_(uuids("waiting_on_vendor_ids")),
            ConsignmentLegTable.position == any_(ConsignmentStateTable.waiting_legs),
        ),
        "statuses": lambda: ConsignmentStateTable.status == any_(texts("statuses")),
        "due_from": lambda: ConsignmentTable.due_on >= _day("due_from"),
        "due_to": lambda: ConsignmentTable.due_on <= _day("due_to"),
    }
)
