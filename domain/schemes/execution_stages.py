"""Derives the stages from coupon generation to production from the facts of the execution (R8, R9).

Damaged and lost coupons are settled and never reopen a stage. Void ones do: they must be generated and allocated again.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.permissions import Role
from domain.schemes.artwork_stage import revision_requests
from domain.schemes.execution import ConsignmentFact, ExecutionFacts, latest
from domain.schemes.lifecycle_facts import SchemeFacts, Stage, pending_stage
from domain.schemes.stages import SchemeStatus, StageKind, StageState
from domain.schemes.stored_facts import ArtworkMissing, CouponsMissing, DiscrepancyOpen, StageBlock


def coupon_generation(facts: SchemeFacts, _at: datetime) -> Stage:
    """Operations generate the shortfall of every variant: all of it at first, later what became void."""
    kind, execution, approved_at = StageKind.COUPON_GENERATION, facts.execution, facts.approved_at
    total = execution.needed
    if approved_at is None:
        return Stage(kind, StageState.NOT_STARTED, total=total)
    if execution.shortfall == 0:
        moments = [moment for each in execution.variants for moment in (each.generated_at, each.closed_at)]
        since = latest(moments, approved_at)
        status = SchemeStatus.COUPONS_GENERATED
        return Stage(kind=kind, state=StageState.DONE, status=status, since=since, done=total, total=total)
    begun = any(each.generated for each in execution.variants)
    return pending_stage(
        kind,
        SchemeStatus.COUPONS_NOT_GENERATED,
        latest([execution.voided_at], approved_at),
        done=total - execution.shortfall,
        total=total,
        # Before the first run all variants are missing, which names none.
        waiting_variant_ids=tuple(each.variant_id for each in execution.variants if begun and each.shortfall),
        due_on=facts.starts_on,
    )


def vendor_allocation(facts: SchemeFacts, _at: datetime) -> Stage:
    """Operations give every needed coupon to a consignment. Consignments consist of generated coupons."""
    kind, execution, approved_at = StageKind.VENDOR_ALLOCATION, facts.execution, facts.approved_at
    total, pending = execution.needed, execution.pending
    if approved_at is not None and execution.is_needless:
        return Stage(kind, StageState.SKIPPED, total=0)
    if approved_at is None or not any(each.generated for each in execution.variants):
        return Stage(kind, StageState.NOT_STARTED, total=total)
    status, since = _allocation_status(execution, approved_at)
    if status is SchemeStatus.FULLY_ALLOCATED:
        return Stage(kind=kind, state=StageState.DONE, status=status, since=since, done=total, total=total)
    blocked = not any(each.available for each in execution.variants)
    waiting = [each for each in execution.variants if each.pending]
    return Stage(
        kind=kind,
        state=StageState.BLOCKED if blocked else StageState.PENDING,
        status=status,
        since=since,
        done=total - pending,
        total=total,
        waiting_role=kind.owner,
        waiting_variant_ids=tuple(each.variant_id for each in waiting),
        due_on=facts.starts_on,
        blocked_by=tuple(CouponsMissing(each.variant_id, each.shortfall) for each in waiting if blocked),
    )


def production(facts: SchemeFacts, _at: datetime) -> Stage:
    """Vendors produce, move, and commission the coupons of every consignment."""
    kind, execution, approved_at = StageKind.PRODUCTION, facts.execution, facts.approved_at
    total = execution.needed
    if approved_at is not None and execution.is_needless:
        return Stage(kind, StageState.SKIPPED, total=0)
    if approved_at is None or not execution.consignments:
        return Stage(kind, StageState.NOT_STARTED, total=total)
    status, since = _production_status(execution, approved_at)
    if status is SchemeStatus.DELIVERED:
        return Stage(kind=kind, state=StageState.DONE, status=status, since=since, done=total, total=total)
    vendors = _waiting_vendors(execution.consignments)
    blocks = _production_blocks(execution)
    state = StageState.PENDING if status is SchemeStatus.PRODUCTION_NOT_STARTED else StageState.IN_PROGRESS
    # Where no vendor can act, only Operations or a designer can continue.
    blocked = bool(blocks) and not vendors
    return Stage(
        kind=kind,
        state=StageState.BLOCKED if blocked else state,
        status=status,
        since=since,
        total=total,
        waiting_role=_unblocking_role(blocks) if blocked else kind.owner if vendors else None,
        waiting_vendor_ids=vendors,
        due_on=facts.starts_on,
        blocked_by=blocks,
    )


def _production_blocks(execution: ExecutionFacts) -> tuple[StageBlock, ...]:
    """Why coupons cannot move: discrepancies, and artwork that is not uploaded or must be revised."""
    discrepancies = [DiscrepancyOpen(each.code) for each in execution.consignments if each.has_discrepancy]
    blocked = any(each.artwork_blocked for each in execution.consignments)
    awaiting = any(each.awaits_artwork for each in execution.consignments)
    carried = [each for each in execution.needed_artworks if each.reviews]
    missing = [ArtworkMissing(each.variant_id) for each in carried if awaiting and each.version == 0]
    return (*discrepancies, *missing, *(revision_requests(carried) if blocked else ()))


def _unblocking_role(blocks: Sequence[StageBlock]) -> Role:
    """The role that must act on a production in which no vendor can act."""
    by_operations = any(isinstance(block, DiscrepancyOpen) for block in blocks)
    return Role.OPERATIONS if by_operations else Role.DESIGNER


def _allocation_status(execution: ExecutionFacts, approved_at: datetime) -> tuple[SchemeStatus, datetime]:
    """The status of the allocation, and when the scheme reached it."""
    created = [each.created_at for each in execution.consignments]
    if execution.pending == 0:
        return SchemeStatus.FULLY_ALLOCATED, latest(
            [*created, *(each.closed_at for each in execution.variants)], approved_at
        )
    if execution.pending == execution.needed:
        begun = min(filter(None, (each.first_generated_at for each in execution.variants)), default=approved_at)
        return SchemeStatus.VENDOR_NOT_ASSIGNED, latest(
            [begun, execution.canceled_at, execution.voided_at], approved_at
        )
    first = min(created, default=approved_at)
    # As long as more is pending than ever became void, some of it has been pending since the first allocation.
    void = sum(each.void for each in execution.variants)
    reopened = execution.voided_at if execution.pending <= void else None
    return SchemeStatus.PARTLY_ALLOCATED, latest([execution.canceled_at, reopened, first], approved_at)


def _production_status(execution: ExecutionFacts, approved_at: datetime) -> tuple[SchemeStatus, datetime]:
    """The status of the production, and when the scheme reached it."""
    consignments = execution.consignments
    if not any(each.is_started for each in consignments):
        return SchemeStatus.PRODUCTION_NOT_STARTED, latest([min(each.created_at for each in consignments)], approved_at)
    allocation, allocated_at = _allocation_status(execution, approved_at)
    past_production = (SchemeStatus.IN_TRANSIT, SchemeStatus.DELIVERED)
    produced = all(each.status in past_production for each in consignments)
    if allocation is SchemeStatus.FULLY_ALLOCATED and produced:
        if all(each.is_delivered for each in consignments):
            return SchemeStatus.DELIVERED, latest([each.since for each in consignments], allocated_at)
        in_transit = [each.since for each in consignments if not each.is_delivered]
        return SchemeStatus.IN_TRANSIT, latest(in_transit, allocated_at)
    started = min(each.started_at or each.since for each in consignments if each.is_started)
    return SchemeStatus.IN_PRODUCTION, latest([started, allocated_at if produced else None], approved_at)


def _waiting_vendors(consignments: tuple[ConsignmentFact, ...]) -> tuple[UUID, ...]:
    """The vendors that must act, each once."""
    return tuple(dict.fromkeys(vendor for each in consignments for vendor in each.waiting_vendor_ids))
