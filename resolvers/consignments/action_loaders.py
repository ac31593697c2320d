"""Loaders of the actions that the viewer may take on consignments and batches, by the guards of the mutations."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from db.artwork.action_reads import ARTWORK_ACTIONS
from db.consignments.guard_reads import BATCH_FACTS, CHAIN_FACTS
from db.consignments.view_rows import ChainFactsRow
from domain.consignments.facts import BatchStatus, Condition
from domain.consignments.guards import (
    BATCH_GUARDS,
    CONSIGNMENT_GUARDS,
    BatchAction,
    BatchFacts,
    ConsignmentAction,
    ConsignmentFacts,
)
from domain.consignments.state import Holding
from domain.permissions import Permission
from resolvers.context import Operation
from resolvers.loading import align_many

_ACTING = (Permission.CONSIGNMENT_MANAGE, Permission.CODES_DOWNLOAD, Permission.CUSTODY_RECORD)


async def actions_by_consignment(operation: Operation, ids: list[UUID]) -> list[list[ConsignmentAction]]:
    """Load the actions that the viewer may take on each consignment now; most roles have none, without a statement."""
    viewer = operation.viewer
    if not any(viewer.may(permission) for permission in _ACTING):
        return [[] for _ in ids]
    rows = await operation.fetch(CHAIN_FACTS, ids=ids)
    held_back = await _load_held_back(operation, ids)
    return [
        list(CONSIGNMENT_GUARDS.allowed(_build_facts(group, held_back), viewer))
        for group in align_many(ids, rows, lambda row: row.id)
    ]


async def _load_held_back(operation: Operation, ids: list[UUID]) -> dict[UUID, frozenset[ConsignmentAction]]:
    """The actions that artwork leaves for no variant of each consignment; they concern vendors only."""
    viewer = operation.viewer
    if viewer.vendor_id is None or not viewer.may(Permission.CUSTODY_RECORD):
        return {}
    rows = await operation.fetch(ARTWORK_ACTIONS, ids=ids, viewer_vendor_id=viewer.vendor_id)
    return {
        row.id: frozenset(
            action
            for action, possible in (
                (ConsignmentAction.RECORD_PRODUCTION, row.may_produce),
                (ConsignmentAction.DISPATCH, row.may_dispatch),
                (ConsignmentAction.COMMISSION, row.may_commission),
            )
            if not possible
        )
        for row in rows
    }


async def actions_by_batch(operation: Operation, ids: list[UUID]) -> list[list[BatchAction]]:
    """Load the actions that the viewer may take on each batch now; only vendors have some."""
    viewer = operation.viewer
    if viewer.vendor_id is None or not viewer.may(Permission.CUSTODY_RECORD):
        return [[] for _ in ids]
    rows = await operation.fetch(BATCH_FACTS, ids=ids, viewer_vendor_id=viewer.vendor_id)
    facts = {
        row.id: BatchFacts(
            code=row.code,
            consignment=row.consignment,
            canceled=row.canceled,
            from_vendor_id=row.from_vendor_id,
            to_vendor_id=row.to_vendor_id,
            status=BatchStatus(row.status),
            moved_on=row.moved_on,
        )
        for row in rows
    }
    return [list(BATCH_GUARDS.allowed(facts[key], viewer)) for key in ids]


def _build_facts(
    rows: Sequence[ChainFactsRow], held_back: Mapping[UUID, frozenset[ConsignmentAction]]
) -> ConsignmentFacts:
    """The facts about a consignment, which has at least one row."""
    return ConsignmentFacts(
        code=rows[0].code,
        canceled=rows[0].canceled,
        vendor_ids=rows[0].vendor_ids,
        held_back=held_back.get(rows[0].id, frozenset()),
        holdings=[
            Holding(leg=row.leg, in_batch=row.in_batch, condition=Condition(row.condition), quantity=row.quantity)
            for row in rows
            if row.leg is not None and row.condition is not None
        ],
        packed={row.leg: row.packed for row in rows if row.leg is not None},
    )
