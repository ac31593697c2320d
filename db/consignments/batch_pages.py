"""Statements that list batches: filters and keyset pages, last dispatched first."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from sqlalchemy import ColumnElement, any_, func, select, union_all

from db.consignments.queue_reads import on_the_road
from db.consignments.reads import BATCH_COLUMNS, batch_visible, select_batches
from db.consignments.rows import BatchRow
from db.consignments.tables import BatchTable, ConsignmentTable
from db.counting import OwnerCount, counting, counting_by
from db.keyset import Sort, keyset, keyset_by_owner
from db.statement import Query, Statement, moment, string, texts, uuid, uuids
from domain.viewers import ConsignmentScope

NEWEST_BATCH: Final = Sort(BatchTable.dispatched_at, descending=True)
OLDEST_BATCH: Final = Sort(BatchTable.dispatched_at)


class BatchFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters. Statements are cached by this shape."""

    search: bool = False
    consignment_id: bool = False
    scheme_ids: bool = False
    from_vendor_id: bool = False
    to_vendor_id: bool = False
    statuses: bool = False
    dispatched_from: bool = False
    dispatched_before: bool = False


@cache
def batch_page(scope: ConsignmentScope, filters: BatchFilters, *, backward: bool, resumed: bool) -> Statement[BatchRow]:
    """A page of batches; see `db.keyset.keyset` for its parameters beside those of the filters.

    A vendor sends or receives a batch, never both: its page is the first part of two pages, each read off an index.
    """

    def first(*predicates: ColumnElement[bool]) -> Query:
        query = select(*BATCH_COLUMNS).where(*predicates, *_predicates(filters))
        return keyset(query, NEWEST_BATCH, backward=backward, resumed=resumed)

    if scope is not ConsignmentScope.OWN:
        return Statement(first(batch_visible(scope)), BatchRow)
    own = uuid("viewer_vendor_id")
    sent, received = first(BatchTable.from_vendor_id == own), first(BatchTable.to_vendor_id == own)
    both = union_all(select(*sent.subquery("sent").c), select(*received.subquery("received").c)).subquery("own").c
    return Statement(keyset(select(*both), NEWEST_BATCH, rows=both, backward=backward, resumed=False), BatchRow)


@cache
def batch_count(scope: ConsignmentScope, filters: BatchFilters) -> Statement[int]:
    """How many batches match."""
    return counting(select_batches(scope).where(*_predicates(filters)))


@cache
def batches_by_consignment(scope: ConsignmentScope, *, resumed: bool) -> Statement[BatchRow]:
    """A page of the batches of each of the consignments in the parameter `ids`, last dispatched first."""
    page = keyset_by_owner(select_batches(scope), BatchTable.consignment_id, NEWEST_BATCH, resumed=resumed)
    return Statement(page, BatchRow)


@cache
def batch_counts_by_consignment(scope: ConsignmentScope) -> Statement[OwnerCount]:
    """How many batches each of the consignments in the parameter `ids` has."""
    return counting_by(BatchTable.consignment_id, batch_visible(scope))


@cache
def batches_to_receive(*, backward: bool, resumed: bool) -> Statement[BatchRow]:
    """A page of the batches on the road to the vendor in the parameter `vendor_id`, the longest dispatched first."""
    return Statement(keyset(_to_receive(), OLDEST_BATCH, backward=backward, resumed=resumed), BatchRow)


def _to_receive() -> Query:
    return select_batches(ConsignmentScope.ALL).where(on_the_road())


COUNT_TO_RECEIVE: Final = counting(_to_receive())


def _predicates(filters: BatchFilters) -> list[ColumnElement[bool]]:
    return [predicate() for name, predicate in _FILTERS.items() if getattr(filters, name)]


_FILTERS: Final[Mapping[str, Callable[[], ColumnElement[bool]]]] = MappingProxyType(
    {
        "search": lambda: func.strpos(BatchTable.code, string("search")) > 0,
        "consignment_id": lambda: BatchTable.consignment_id == uuid("consignment_id"),
        "scheme_ids": lambda: BatchTable.consignment_id.in_(
            select(ConsignmentTable.id).where(ConsignmentTable.scheme_id == any_(uuids("scheme_ids")))
        ),
        "from_vendor_id": lambda: BatchTable.from_vendor_id == uuid("from_vendor_id"),
        "to_vendor_id": lambda: BatchTable.to_vendor_id == uuid("to_vendor_id"),
        "statuses": lambda: BatchTable.status == any_(texts("statuses")),
        "dispatched_from": lambda: BatchTable.dispatched_at >= moment("dispatched_from"),
        "dispatched_before": lambda: BatchTable.dispatched_at < moment("dispatched_before"),
    }
)
