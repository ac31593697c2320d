"""Statements that list movements of serials and discrepancies, page by page."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, any_, or_, select

from db.consignments.custody_tables import MovementTable
from db.consignments.movement_reads import (
    MOVEMENT_COLUMNS,
    discrepancy_visible,
    join_movement,
    movement_visible,
    select_discrepancies,
)
from db.consignments.tables import BatchTable, ConsignmentTable, DiscrepancyTable
from db.consignments.view_rows import DiscrepancyViewRow, MovementViewRow
from db.counting import OwnerCount, counting, counting_by
from db.keyset import Sort, keyset, keyset_by_owner
from db.statement import Query, Statement, texts, uuid
from domain.viewers import ConsignmentScope

NEWEST_MOVEMENT: Final = Sort(MovementTable.recorded_at, descending=True)
OLDEST_DISCREPANCY: Final = Sort(DiscrepancyTable.opened_at)


class DiscrepancyFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters. `open` is None for open and resolved ones."""

    consignment_id: bool = False
    scheme_id: bool = False
    vendor_id: bool = False
    kinds: bool = False
    open: bool | None = None


@cache
def movements_by_consignment(scope: ConsignmentScope, *, resumed: bool) -> Statement[MovementViewRow]:
    """A page of the movements of each of the consignments in the parameter `ids`, newest first."""
    page = keyset_by_owner(_movements(scope), MovementTable.consignment_id, NEWEST_MOVEMENT, resumed=resumed)
    return Statement(page, MovementViewRow)


@cache
def movements_by_batch(scope: ConsignmentScope) -> Statement[MovementViewRow]:
    """The newest movements of each of the batches in the parameter `ids`, at most `limit` of each."""
    page = keyset_by_owner(_movements(scope), MovementTable.batch_id, NEWEST_MOVEMENT, resumed=False)
    return Statement(page, MovementViewRow)


@cache
def movement_counts_by_consignment(scope: ConsignmentScope) -> Statement[OwnerCount]:
    """How many movements each of the consignments in the parameter `ids` has."""
    return counting_by(MovementTable.consignment_id, movement_visible(scope))


@cache
def discrepancy_page(
    scope: ConsignmentScope, filters: DiscrepancyFilters, *, backward: bool, resumed: bool
) -> Statement[DiscrepancyViewRow]:
    """A page of discrepancies, oldest first."""
    query = select_discrepancies(scope).where(*_predicates(filters))
    return Statement(keyset(query, OLDEST_DISCREPANCY, backward=backward, resumed=resumed), DiscrepancyViewRow)


@cache
def discrepancy_count(scope: ConsignmentScope, filters: DiscrepancyFilters) -> Statement[int]:
    """How many discrepancies match."""
    return counting(select(DiscrepancyTable.id).where(discrepancy_visible(scope), *_predicates(filters)))


def _movements(scope: ConsignmentScope) -> Query:
    return join_movement(select(*MOVEMENT_COLUMNS)).where(movement_visible(scope))


def _predicates(filters: DiscrepancyFilters) -> list[ColumnElement[bool]]:
    chosen = [predicate() for name, predicate in _FILTERS.items() if getattr(filters, name)]
    if filters.open is not None:
        resolved = DiscrepancyTable.resolved_at
        chosen.append(resolved.is_(None) if filters.open else resolved.is_not(None))
    return chosen


def _of_vendor() -> ColumnElement[bool]:
    vendor_id = uuid("vendor_id")
    sent = select(BatchTable.id).where(
        or_(BatchTable.from_vendor_id == vendor_id, BatchTable.to_vendor_id == vendor_id)
    )
    printed = and_(DiscrepancyTable.batch_id.is_(None), DiscrepancyTable.vendor_id == vendor_id)
    return or_(DiscrepancyTable.batch_id.in_(sent), printed)


def _of_scheme() -> ColumnElement[bool]:
    found = select(ConsignmentTable.id).where(ConsignmentTable.scheme_id == uuid("scheme_id"))
    return DiscrepancyTable.consignment_id.in_(found)


_FILTERS: Final[Mapping[str, Callable[[], ColumnElement[bool]]]] = MappingProxyType(
    {
        "consignment_id": lambda: DiscrepancyTable.consignment_id == uuid("consignment_id"),
        "scheme_id": _of_scheme,
        "vendor_id": _of_vendor,
        "kinds": lambda: DiscrepancyTable.kind == any_(texts("kinds")),
    }
)
