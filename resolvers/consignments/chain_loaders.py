"""Loaders of the parts of consignments: chains, lines, custody, and progress."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from msgspec import Struct

from db.accounts.rows import AccountRow
from db.catalog.rows import VariantRow, VendorRow
from db.consignments import reads as statements
from db.consignments import view_reads as views
from db.consignments.rows import LineRow
from db.consignments.view_rows import ChainLegRow, CustodyRow
from domain.consignments.facts import Condition, ConsignmentStatus
from domain.consignments.sentences import waiting_label
from domain.consignments.state import Holding, Progress, measure_progress
from domain.consignments.tallies import LegTally, measure_leg
from domain.spans import Span, Spans
from domain.viewers import ConsignmentScope
from resolvers.accounts.loaders import accounts_by_id
from resolvers.context import Operation
from resolvers.loading import align_many

# Ranges of serials that one field lists. Fragments are many only where somebody dispatched or received piece by piece.
LISTED_RANGES: Final = 100
_CONDITIONS: Final = {condition.value: condition for condition in Condition}


class LegKey(NamedTuple):
    """A leg of a consignment; `shown` is whether the viewer may read its custody."""

    consignment_id: UUID
    position: int
    shown: bool


class Leg(Struct, frozen=True):
    """A leg of a chain as the viewer may see it."""

    key: LegKey
    position: int
    vendor: VendorRow
    waiting: bool


class Chain(Struct, frozen=True):
    """The legs of a consignment that the viewer may see, and who must act, in words."""

    legs: tuple[Leg, ...]
    waiting_on: str | None


class LegCustody(Struct, frozen=True):
    """The coupons of a variant, seen from one leg."""

    variant: VariantRow
    tally: LegTally


class _Custody(Struct, frozen=True):
    """Where the coupons of a consignment are, by variant, and how many legs it has."""

    legs: int
    variants: Sequence[tuple[VariantRow, Sequence[Holding]]]


class ListedSerials(Struct, frozen=True):
    """A set of serials: its first ranges, and how many ranges there are."""

    ranges: tuple[Span, ...]
    count: int


async def chains_by_consignment(operation: Operation, ids: list[UUID]) -> list[Chain]:
    """Load the chain of each consignment. A vendor sees itself and its neighbors."""
    rows = await operation.fetch(views.CHAIN_LEGS, ids=ids)
    viewer = operation.viewer
    sees_all = viewer.consignment_scope is ConsignmentScope.ALL
    vendors_of_chains(operation).update((row.vendor.id, row.vendor) for row in rows)
    groups = align_many(ids, rows, lambda row: row.consignment_id)
    return [_build_chain(viewer.vendor_id, legs, sees_all=sees_all) for legs in groups]


def vendors_of_chains(operation: Operation) -> dict[UUID, VendorRow | None]:
    """The vendors that this operation has loaded with chains and batches: those of batches are in chains, too."""
    found: dict[UUID, VendorRow | None] = operation.loaders.setdefault(vendors_of_chains, {})
    return found


async def lines_by_consignment(operation: Operation, ids: list[UUID]) -> list[list[LineRow]]:
    """Load the lines of each consignment, by SKU."""
    rows = await operation.fetch(statements.LINES_BY_CONSIGNMENT, ids=ids)
    return align_many(ids, rows, lambda row: row.consignment_id)


async def serials_by_line(operation: Operation, ids: list[UUID]) -> list[ListedSerials]:
    """Load the serials that each line has."""
    found = dict(await operation.fetch(views.SERIALS_BY_LINE, ids=ids))
    return [list_serials(found.get(key)) for key in ids]


async def custody_by_leg(operation: Operation, keys: list[LegKey]) -> list[list[LegCustody]]:
    """Load the custody of legs by variant, by SKU; nothing for legs whose custody the viewer may not read."""
    found = await _load_custody(operation, [key.consignment_id for key in keys if key.shown])
    return [
        [
            LegCustody(variant, measure_leg(holdings, key.position))
            for variant, holdings in found[key.consignment_id].variants
        ]
        if key.shown
        else []
        for key in keys
    ]


async def progress_by_consignment(operation: Operation, ids: list[UUID]) -> list[Progress]:
    """Load the progress of each consignment, from custody."""
    found = await _load_custody(operation, ids)
    return [
        measure_progress([each for _, holdings in found[key].variants for each in holdings], legs=found[key].legs)
        for key in ids
    ]


async def overdue_by_deadline(operation: Operation, deadlines: list[tuple[date | None, str]]) -> list[bool]:
    """Whether the due date has passed before the consignment was delivered."""
    if all(due_on is None for due_on, _ in deadlines):
        return [False] * len(deadlines)
    today = (await operation.calendar()).day_of(operation.now)
    finished = {ConsignmentStatus.DELIVERED, ConsignmentStatus.CANCELED}
    return [due_on is not None and due_on < today and status not in finished for due_on, status in deadlines]


async def people_by_id(operation: Operation, ids: list[UUID]) -> list[AccountRow | None]:
    """Load the accounts that did something. A vendor sees its own people only, and deals with companies otherwise."""
    rows = await accounts_by_id(operation, ids)
    if operation.viewer.consignment_scope is ConsignmentScope.ALL:
        return rows
    own = operation.viewer.vendor_id
    return [row if row is not None and own is not None and row.vendor_id == own else None for row in rows]


def list_serials(text: str | None) -> ListedSerials:
    """The serials of the text of a multirange; None has none."""
    spans = Spans() if text is None else Spans.parse(text)
    return ListedSerials(spans.spans[:LISTED_RANGES], len(spans.spans))


def _build_chain(vendor_id: UUID | None, rows: Sequence[ChainLegRow], *, sees_all: bool) -> Chain:
    own = next((row.position for row in rows if row.vendor.id == vendor_id), None)
    near = {row.position for row in rows if sees_all or (own is not None and abs(row.position - own) <= 1)}
    legs = tuple(
        Leg(
            key=LegKey(row.consignment_id, row.position, sees_all or row.position == own),
            position=row.position,
            vendor=row.vendor,
            waiting=row.waiting,
        )
        for row in rows
        if row.position in near
    )
    names = [row.vendor.name if row.position in near else "another vendor" for row in rows if row.waiting]
    discrepancy = bool(rows) and rows[0].has_discrepancy
    designer = bool(rows) and rows[0].designer
    label = waiting_label(list(dict.fromkeys(names)), discrepancy=discrepancy, designer=designer)
    return Chain(legs=legs, waiting_on=label)


async def _load_custody(operation: Operation, ids: Iterable[UUID]) -> Mapping[UUID, _Custody]:
    """Load where the coupons of consignments are: at most once in an operation, for legs and progress alike."""
    known: dict[UUID, _Custody] = operation.loaders.setdefault(_Custody, {})
    missing = [key for key in dict.fromkeys(ids) if key not in known]
    if missing:
        rows = await operation.fetch(views.CUSTODY_BY_CONSIGNMENT, ids=missing)
        for key, group in zip(missing, align_many(missing, rows, lambda row: row.consignment_id), strict=True):
            known[key] = _gather(group)
    return known


def _gather(rows: Sequence[CustodyRow]) -> _Custody:
    by_variant: dict[UUID, tuple[VariantRow, list[Holding]]] = {}
    for row in rows:
        _, holdings = by_variant.setdefault(row.variant.id, (row.variant, []))
        if row.leg is not None and row.condition is not None:
            holding = Holding(
                leg=row.leg, in_batch=row.in_batch, condition=_CONDITIONS[row.condition], quantity=row.quantity
            )
            holdings.append(holding)
    return _Custody(rows[0].legs if rows else 1, list(by_variant.values()))
