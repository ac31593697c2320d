"""Statements that list packs: filters and keyset pages, last packed first."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from sqlalchemy import ColumnElement, exists

from db.consignments.pack_reads import select_packs
from db.consignments.pack_rows import PackViewRow
from db.consignments.pack_tables import BatchPackTable, PackTable
from db.consignments.tables import ConsignmentLineTable
from db.counting import counting
from db.keyset import Sort, keyset
from db.statement import Statement, string, uuid
from domain.viewers import ConsignmentScope

NEWEST_PACK: Final = Sort(PackTable.packed_at, descending=True)


class PackFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters. `open` is None for packs and opened ones."""

    consignment_id: bool = False
    batch_id: bool = False
    variant_id: bool = False
    lowest_sscc: bool = False
    highest_sscc: bool = False
    open: bool | None = None


@cache
def pack_page(
    scope: ConsignmentScope, filters: PackFilters, *, backward: bool, resumed: bool
) -> Statement[PackViewRow]:
    """A page of packs; see `db.keyset.keyset` for its parameters beside those of the filters."""
    query = select_packs(scope).where(*_predicates(filters))
    return Statement(keyset(query, NEWEST_PACK, backward=backward, resumed=resumed), PackViewRow)


@cache
def pack_count(scope: ConsignmentScope, filters: PackFilters) -> Statement[int]:
    """How many packs match."""
    return counting(select_packs(scope).where(*_predicates(filters)))


def _predicates(filters: PackFilters) -> list[ColumnElement[bool]]:
    chosen = [predicate() for name, predicate in _FILTERS.items() if getattr(filters, name)]
    if filters.open is not None:
        opened = PackTable.unpacked_at
        chosen.append(opened.is_(None) if filters.open else opened.is_not(None))
    return chosen


def _of_batch() -> ColumnElement[bool]:
    carried = exists().where(BatchPackTable.pack_id == PackTable.id, BatchPackTable.batch_id == uuid("batch_id"))
    return carried.correlate(PackTable)


_FILTERS: Final[Mapping[str, Callable[[], ColumnElement[bool]]]] = MappingProxyType(
    {
        "consignment_id": lambda: ConsignmentLineTable.consignment_id == uuid("consignment_id"),
        "batch_id": _of_batch,
        "variant_id": lambda: ConsignmentLineTable.variant_id == uuid("variant_id"),
        # Codes have the same number of digits, so that a range of them is all that begin alike.
        "lowest_sscc": lambda: PackTable.sscc >= string("lowest_sscc"),
        "highest_sscc": lambda: PackTable.sscc <= string("highest_sscc"),
    }
)
