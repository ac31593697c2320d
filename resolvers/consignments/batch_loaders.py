"""Loaders of the parts of batches, of movements, and of discrepancies."""

from datetime import datetime
from typing import Final
from uuid import UUID

from db.catalog.rows import VendorRow
from db.consignments import movement_pages as pages
from db.consignments import movement_reads as statements
from db.consignments import view_reads as views
from db.consignments.view_rows import BatchLineViewRow, DiscrepancyViewRow, MovementViewRow
from resolvers.catalog.loaders import vendors_by_id
from resolvers.consignments.chain_loaders import ListedSerials, list_serials, vendors_of_chains
from resolvers.consignments.loaders import scope_parameters
from resolvers.context import Operation
from resolvers.loading import align_many, align_one

# Movements that a batch lists. One with more was received in many pieces; the consignment lists all of them.
_MOVEMENTS_OF_BATCH: Final = 200


async def vendors_of_ends(
    operation: Operation, ends: list[tuple[UUID, UUID]]
) -> list[tuple[VendorRow | None, VendorRow | None]]:
    """Load the vendors that send and receive batches, with one statement, or none if chains of them are loaded."""
    known = vendors_of_chains(operation)
    missing = [key for key in dict.fromkeys(key for pair in ends for key in pair) if key not in known]
    if missing:
        known.update(zip(missing, await vendors_by_id(operation, missing), strict=True))
    return [(known[sender], known[receiver]) for sender, receiver in ends]


async def lines_by_batch(operation: Operation, ids: list[UUID]) -> list[list[BatchLineViewRow]]:
    """Load the lines of each batch, by SKU."""
    rows = await operation.fetch(views.BATCH_LINE_VIEWS, ids=ids)
    return align_many(ids, rows, lambda row: row.batch_id)


async def serials_by_batch_line(operation: Operation, keys: list[tuple[UUID, UUID]]) -> list[ListedSerials]:
    """Load the serials that were sent, for keys of a batch and a line."""
    ids = list(dict.fromkeys(batch_id for batch_id, _ in keys))
    rows = await operation.fetch(views.SERIALS_SENT, ids=ids)
    found = {(row.batch_id, row.line_id): row.text for row in rows}
    return [list_serials(found.get(key)) for key in keys]


async def movements_by_batch(operation: Operation, ids: list[UUID]) -> list[list[MovementViewRow]]:
    """Load the newest movements of each batch, newest first."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    statement = pages.movements_by_batch(scope)
    rows = await operation.fetch(statement, ids=ids, limit=_MOVEMENTS_OF_BATCH, **scope_parameters(viewer, scope))
    found: list[list[MovementViewRow]] = align_many(ids, rows, lambda row: row.batch_id or row.id)
    return found


async def movements_by_id(operation: Operation, ids: list[UUID]) -> list[MovementViewRow | None]:
    """Load movements; None for unknown ids and for movements that the viewer may not see."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    rows = await operation.fetch(statements.movements_by_id(scope), ids=ids, **scope_parameters(viewer, scope))
    return align_one(ids, rows, lambda row: row.id)


async def discrepancies_by_id(operation: Operation, ids: list[UUID]) -> list[DiscrepancyViewRow | None]:
    """Load discrepancies; None for unknown ids and for discrepancies that the viewer may not see."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    rows = await operation.fetch(statements.discrepancies_by_id(scope), ids=ids, **scope_parameters(viewer, scope))
    return align_one(ids, rows, lambda row: row.id)


async def discrepancies_by_consignment(operation: Operation, ids: list[UUID]) -> list[list[DiscrepancyViewRow]]:
    """Load the discrepancies of each consignment that the viewer may see, oldest first."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    statement = statements.discrepancies_by_consignment(scope)
    rows = await operation.fetch(statement, ids=ids, **scope_parameters(viewer, scope))
    return align_many(ids, rows, lambda row: row.consignment_id)


async def ages_in_days(operation: Operation, lifetimes: list[tuple[datetime, datetime | None]]) -> list[int]:
    """How many whole days each discrepancy has been open, or was until it was resolved; without a statement."""
    return [((until or operation.now) - since).days for since, until in lifetimes]
