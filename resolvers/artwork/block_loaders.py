"""Loaders of the blocks of artwork: open requests for a revision, and what of that which they hold viewers may see."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.artwork.rows import HeldRow
from db.artwork.view_reads import BLOCKED_LINES, HELD_BY_ARTWORK
from db.catalog.reads import VENDORS_BY_ID
from db.catalog.rows import VendorRow
from db.consignments.rows import ConsignmentRow
from domain.artwork.sentences import write_request
from domain.artwork.state import ArtworkFacts, Decision
from domain.calendar import Calendar
from domain.viewers import ConsignmentScope
from resolvers.artwork.loaders import vendors_shared
from resolvers.consignments.artwork_locking import load_artwork_facts
from resolvers.consignments.loaders import consignments_by_id
from resolvers.context import Operation
from resolvers.loading import align_many

# A block lists at most so many consignments; the quantity counts all of them.
LISTED_CONSIGNMENTS: Final = 200


class BlockView(Struct, frozen=True, kw_only=True):
    """An open request for a revision as a viewer gets it."""

    variant_id: UUID
    requested_by: UUID | None
    comment: str | None
    message: str
    since: datetime
    held_vendor_ids: tuple[UUID, ...]
    held_consignment_ids: tuple[UUID, ...]
    held_quantity: int


async def blocks_by_artwork(operation: Operation, ids: list[UUID]) -> list[list[BlockView]]:
    """Load the open requests of each artwork, the oldest first.

    A vendor reads who asked, and why, only of vendors that share a chain of the variant with it, and of what is held
    only its own consignments with its neighbors in their chains.
    """
    blocked = [each for each in await load_artwork_facts(operation, ids) if each.requests]
    if not blocked:
        return [[] for _ in ids]
    keys = [each.id for each in blocked]
    shared = await vendors_shared(operation, keys)
    rows = await operation.fetch(HELD_BY_ARTWORK, ids=keys)
    held = dict(zip(keys, align_many(keys, rows, lambda row: row.artwork_id), strict=True))
    calendar = await operation.calendar()
    found = {
        facts.id: [_view(operation, (facts, request, calendar), held[facts.id], shared) for request in facts.requests]
        for facts in blocked
    }
    return [found.get(key, []) for key in ids]


async def blocks_by_consignment(operation: Operation, ids: list[UUID]) -> list[list[BlockView]]:
    """Load the open requests that hold coupons of each consignment, by SKU."""
    lines = await operation.fetch(BLOCKED_LINES, ids=ids)
    artwork_ids = list(dict.fromkeys(line.artwork_id for line in lines))
    if not artwork_ids:
        return [[] for _ in ids]
    blocks = dict(zip(artwork_ids, await blocks_by_artwork(operation, artwork_ids), strict=True))
    groups = align_many(ids, lines, lambda line: line.consignment_id)
    return [[block for line in group for block in blocks[line.artwork_id]] for group in groups]


async def vendors_by_block(operation: Operation, keys: list[tuple[UUID, ...]]) -> list[list[VendorRow]]:
    """Load the vendors that blocks name, in the order given."""
    ids = {vendor_id for key in keys for vendor_id in key}
    found = {row.id: row for row in await operation.fetch(VENDORS_BY_ID, ids=list(ids))} if ids else {}
    return [[found[vendor_id] for vendor_id in key] for key in keys]


async def asking_vendors(operation: Operation, ids: list[UUID]) -> list[VendorRow | None]:
    """Load the vendors that asked, of those that the viewer may read."""
    return [found[0] for found in await vendors_by_block(operation, [(vendor_id,) for vendor_id in ids])]


async def consignments_by_block(operation: Operation, keys: list[tuple[UUID, ...]]) -> list[list[ConsignmentRow]]:
    """Load the consignments that blocks hold, in the order given."""
    ids = list(dict.fromkeys(consignment_id for key in keys for consignment_id in key))
    rows: Mapping[UUID, ConsignmentRow | None] = (
        dict(zip(ids, await consignments_by_id(operation, ids), strict=True)) if ids else {}
    )
    return [[row for consignment_id in key if (row := rows[consignment_id]) is not None] for key in keys]


def _view(
    operation: Operation,
    asked: tuple[ArtworkFacts, Decision, Calendar],
    held: Sequence[HeldRow],
    shared: Collection[tuple[UUID, UUID]] | None,
) -> BlockView:
    facts, request, calendar = asked
    viewer = operation.viewer
    sees_all = viewer.consignment_scope is ConsignmentScope.ALL
    own = [row for row in held if sees_all or viewer.vendor_id in row.vendor_ids]
    vendors = [vendor_id for row in own for vendor_id in _near(row, None if sees_all else viewer.vendor_id)]
    readable = shared is None or (facts.id, request.vendor_id) in shared
    return BlockView(
        variant_id=facts.variant_id,
        requested_by=request.vendor_id if readable else None,
        comment=request.comment if readable else None,
        message=write_request(facts, request, calendar, readable=readable),
        since=request.decided_at,
        held_vendor_ids=tuple(dict.fromkeys(vendors)),
        held_consignment_ids=tuple(row.consignment_id for row in own[:LISTED_CONSIGNMENTS]),
        held_quantity=sum(row.quantity for row in own),
    )


def _near(row: HeldRow, vendor_id: UUID | None) -> Sequence[UUID]:
    """The vendors of a held chain that a vendor sees: itself and its neighbors. Staff see all of them."""
    if vendor_id is None:
        return row.vendor_ids
    index = row.vendor_ids.index(vendor_id)
    return row.vendor_ids[max(0, index - 1) : index + 2]
