"""Loaders of packs: by id and by code, of batches, and of mutations."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db.consignments import pack_reads as statements
from db.consignments.pack_rows import BatchPackRow, PackViewRow, RequestPackRow
from domain.consignments.packs import normalize_sscc
from resolvers.consignments.chain_loaders import ListedSerials, list_serials
from resolvers.consignments.loaders import scope_parameters
from resolvers.context import Operation
from resolvers.loading import align_many, align_one

# Packs that a batch lists; the list of packs has all of them.
LISTED_PACKS: Final = 200


async def packs_by_id(operation: Operation, ids: list[UUID]) -> list[PackViewRow | None]:
    """Load packs; None for unknown ids and for packs that the viewer may not see."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    rows = await operation.fetch(statements.packs_by_id(scope), ids=ids, **scope_parameters(viewer, scope))
    return align_one(ids, rows, lambda row: row.id)


async def find_pack(operation: Operation, sscc: str) -> PackViewRow | None:
    """Find the pack with this code, if the viewer may see it."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    parameters = {"sscc": normalize_sscc(sscc[:40]), **scope_parameters(viewer, scope)}
    rows = await operation.fetch(statements.pack_by_sscc(scope), **parameters)
    return rows[0] if rows else None


async def serials_by_pack(operation: Operation, ids: list[UUID]) -> list[ListedSerials]:
    """Load the serials of packs."""
    rows = await operation.fetch(statements.SERIALS_OF_PACKS, ids=ids)
    found = {row.id: row.text for row in rows}
    return [list_serials(found.get(pack_id)) for pack_id in ids]


async def packs_by_batch(operation: Operation, ids: list[UUID]) -> list[list[PackViewRow]]:
    """Load the packs that each batch carried when it was dispatched, in the order in which they were made."""
    rows = await operation.fetch(statements.packs_of_batches(), ids=ids, limit=LISTED_PACKS)
    return await _load(operation, _ids(align_many(ids, rows, lambda row: row.batch_id)))


async def packs_declared(operation: Operation, request_ids: list[UUID]) -> list[list[PackViewRow]]:
    """Load the packs that each mutation made."""
    return await _of_requests(operation, request_ids, opened=False)


async def packs_opened(operation: Operation, request_ids: list[UUID]) -> list[list[PackViewRow]]:
    """Load the packs that each mutation opened."""
    return await _of_requests(operation, request_ids, opened=True)


async def _of_requests(operation: Operation, request_ids: Sequence[UUID], *, opened: bool) -> list[list[PackViewRow]]:
    statement = statements.packs_of_requests(opened=opened)
    rows = await operation.fetch(statement, ids=list(request_ids))
    return await _load(operation, _ids(align_many(request_ids, rows, lambda row: row.request_id)))


def _ids(groups: Sequence[Sequence[BatchPackRow]] | Sequence[Sequence[RequestPackRow]]) -> list[list[UUID]]:
    return [[row.pack_id for row in group] for group in groups]


async def _load(operation: Operation, groups: Sequence[Sequence[UUID]]) -> list[list[PackViewRow]]:
    """Load the packs of each group that the viewer may see."""
    ids = list(dict.fromkeys(pack_id for group in groups for pack_id in group))
    packs = await packs_by_id(operation, ids) if ids else []
    found = {pack.id: pack for pack in packs if pack is not None}
    return [[found[pack_id] for pack_id in group if pack_id in found] for group in groups]
