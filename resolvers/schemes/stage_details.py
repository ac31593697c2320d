"""The parts of stages that are read when they are shown: names, and the progress of a production that goes on."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from db.catalog.reads import VARIANTS_BY_ID, VENDORS_BY_ID
from db.consignments.execution_reads import SETTLED_BY_SCHEME
from db.schemes.stage_rows import NO_BLOCKS, NamedStageRow, StageRow
from domain.collation import sort_names
from domain.schemes.stages import StageKind, StageState
from domain.schemes.stored_facts import ArtworkMissing, CouponsMissing, DiscrepancyOpen, RevisionRequested, StageBlock
from domain.viewers import ConsignmentScope, Viewer
from resolvers.context import Operation
from resolvers.schemes.disclosure import sees_chain_only

_PRODUCTION: Final = StageKind.PRODUCTION.value
_ABOUT_VARIANT: Final = (ArtworkMissing, CouponsMissing, RevisionRequested)
_ONGOING: Final = frozenset({StageState.IN_PROGRESS.value, StageState.BLOCKED.value})


async def add_details(operation: Operation, stages: list[StageRow]) -> list[StageRow]:
    """Complete stages by the names in their texts and by the progress of productions.

    Runs at most three statements for any number of stages: for the vendors that must act, for the variants that a
    stage is about, and for settled coupons. Each runs only if a stage needs it. People who see schemes only as a vendor
    read neither quantities nor blocks.
    """
    if sees_chain_only(operation.viewer):
        stages = [_withhold(row) for row in stages]
    # Few stages of a page need more than they have.
    places = [place for place, row in enumerate(stages) if _needs_details(row)]
    if not places:
        return stages
    rows = [stages[place] for place in places]
    settled = await _count_settled(operation, rows)
    vendors = await _vendor_names(operation, rows)
    skus = await _skus(operation, rows)
    found = list(stages)
    for place in places:
        row = stages[place]
        if row.kind == _PRODUCTION and row.scheme_id in settled:
            row = replace(row, done=min(row.total, settled[row.scheme_id]))
        named = [vendors[key] for key in row.waiting_vendor_ids or () if key in vendors]
        found[place] = NamedStageRow(
            **msgspec.structs.asdict(row),
            waiting_names=tuple(named or sort_names(skus[key] for key in row.waiting_variant_ids or ())),
            block_names=tuple(_block_names(operation.viewer, row, block, {**skus, **vendors}) for block in row.blocks),
        )
    return found


def _needs_details(row: StageRow) -> bool:
    return bool(
        row.waiting_vendor_ids
        or row.waiting_variant_ids
        or row.blocks_json != NO_BLOCKS
        or (row.kind == _PRODUCTION and row.state in _ONGOING)
    )


def _withhold(row: StageRow) -> StageRow:
    """The stage without what other chains have: a stage is done or not."""
    done, needed = row.state == StageState.DONE, row.state != StageState.SKIPPED
    return replace(row, done=int(done), total=int(needed), waiting_variant_ids=None, blocks_json=NO_BLOCKS)


async def _count_settled(operation: Operation, stages: Sequence[StageRow]) -> Mapping[UUID, int]:
    ids = [row.scheme_id for row in stages if row.kind == _PRODUCTION and row.state in _ONGOING]
    if not ids or sees_chain_only(operation.viewer):
        return {}
    return dict(await operation.fetch(SETTLED_BY_SCHEME, ids=ids))


async def _vendor_names(operation: Operation, stages: Sequence[StageRow]) -> Mapping[UUID, str]:
    """The names of the vendors that must act, as far as the viewer may see who works on the scheme."""
    ids = {key for row in stages if row.waiting_vendor_ids for key in row.waiting_vendor_ids}
    ids |= {block.vendor_id for row in stages for block in row.blocks if isinstance(block, RevisionRequested)}
    scope = operation.viewer.consignment_scope
    if scope is ConsignmentScope.OWN:
        ids &= {operation.viewer.vendor_id}
    if not ids or scope is ConsignmentScope.NONE:
        return {}
    return {row.id: row.name for row in await operation.fetch(VENDORS_BY_ID, ids=list(ids))}


async def _skus(operation: Operation, stages: Sequence[StageRow]) -> Mapping[UUID, str]:
    ids = {key for row in stages if row.waiting_variant_ids for key in row.waiting_variant_ids}
    ids |= {block.variant_id for row in stages for block in row.blocks if isinstance(block, _ABOUT_VARIANT)}
    return {row.id: row.sku for row in await operation.fetch(VARIANTS_BY_ID, ids=list(ids))} if ids else {}


def _block_names(viewer: Viewer, row: StageRow, block: StageBlock, names: Mapping[UUID, str]) -> tuple[str | None, ...]:
    """The names that the sentence of a block needs. Only people who see all consignments read the code of one."""
    match block:
        case RevisionRequested(variant_id=variant_id, vendor_id=vendor_id):
            return names[variant_id], names.get(vendor_id)
        case CouponsMissing(variant_id=variant_id) | ArtworkMissing(variant_id=variant_id):
            return (names[variant_id],)
        case DiscrepancyOpen(consignment_code=code):
            return (code if viewer.consignment_scope is ConsignmentScope.ALL else None,)
        case _:
            return (row.blocking_name,)
