"""The stages from coupon generation to production: every status, its progress, and for whom it waits (R8, R9)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.coupons.quantities import CouponQuantities
from domain.permissions import Role
from domain.schemes.execution import ConsignmentFact, ExecutionFacts
from domain.schemes.lifecycle import stages_at
from domain.schemes.lifecycle_facts import Decision, Stage
from domain.schemes.stages import SchemeStatus, StageKind, StageState, status_label, waiting_label
from domain.schemes.stored_facts import CouponsMissing, DiscrepancyOpen
from tests.domain.schemes.test_lifecycle import DECIDED, STARTS, facts

ONE, OTHER = UUID(int=1), UUID(int=2)
PRINTER, PACKAGER = UUID(int=11), UUID(int=12)
GENERATION, ALLOCATION, PRODUCTION = (
    StageKind.COUPON_GENERATION,
    StageKind.VENDOR_ALLOCATION,
    StageKind.PRODUCTION,
)
READY = SchemeStatus.PRODUCTION_NOT_STARTED


def day(number: int) -> datetime:
    """So many days after the approval."""
    return DECIDED + timedelta(days=number)


def variant(variant_id: UUID = ONE, planned: int = 1000, **known: Any) -> CouponQuantities:
    """A variant, generated on the first day if it is generated."""
    if known.get("generated"):
        known = {"first_generated_at": day(1), "generated_at": day(1), **known}
    return CouponQuantities(variant_id=variant_id, sku=f"SKU-{variant_id.int}", planned=planned, **known)


def consignment(status: SchemeStatus, since: datetime, **known: Any) -> ConsignmentFact:
    """A consignment, created on the second day."""
    return ConsignmentFact(code="CON-2026-000017", status=status, since=since, **{"created_at": day(2), **known})


def executed(*variants: CouponQuantities, **known: Any) -> dict[StageKind, Stage]:
    """The three stages of a scheme that was approved and executed so far."""
    found = facts(Decision.APPROVED, execution=ExecutionFacts(variants, **known))
    return {
        stage.kind: stage for stage in stages_at(found, day(30)) if stage.kind in {GENERATION, ALLOCATION, PRODUCTION}
    }


def test_coupons_are_generated_first() -> None:
    """R11: before the first run nothing names variants, and nothing else has begun."""
    stages = executed(variant(ONE), variant(OTHER, 2000))
    assert stages[GENERATION] == Stage(
        kind=GENERATION,
        state=StageState.PENDING,
        status=SchemeStatus.COUPONS_NOT_GENERATED,
        since=DECIDED,
        total=3000,
        waiting_role=Role.OPERATIONS,
        due_on=STARTS,
        current=True,
    )
    assert stages[ALLOCATION] == Stage(ALLOCATION, StageState.NOT_STARTED, total=3000)
    assert stages[PRODUCTION] == Stage(PRODUCTION, StageState.NOT_STARTED, total=3000)


def test_generated_coupons_wait_for_a_vendor() -> None:
    """R12."""
    stages = executed(variant(ONE, generated=1000), variant(OTHER, 2000, generated=2000, generated_at=day(3)))
    assert stages[GENERATION] == Stage(
        kind=GENERATION,
        state=StageState.DONE,
        status=SchemeStatus.COUPONS_GENERATED,
        since=day(3),
        done=3000,
        total=3000,
    )
    assert stages[ALLOCATION] == Stage(
        kind=ALLOCATION,
        state=StageState.PENDING,
        status=SchemeStatus.VENDOR_NOT_ASSIGNED,
        since=day(1),
        total=3000,
        waiting_role=Role.OPERATIONS,
        waiting_variant_ids=(ONE, OTHER),
        due_on=STARTS,
        current=True,
    )


def test_some_coupons_are_not_allocated() -> None:
    """R13: only what is left is named; the production of the rest has not begun."""
    stages = executed(
        variant(ONE, generated=1000, allotted=1000),
        variant(OTHER, 2000, generated=2000, allotted=500),
        consignments=(consignment(READY, day(2), waiting_vendor_ids=(PRINTER,)),),
    )
    assert stages[ALLOCATION] == Stage(
        kind=ALLOCATION,
        state=StageState.PENDING,
        status=SchemeStatus.PARTLY_ALLOCATED,
        since=day(2),
        done=1500,
        total=3000,
        waiting_role=Role.OPERATIONS,
        waiting_variant_ids=(OTHER,),
        due_on=STARTS,
        current=True,
    )
    assert stages[PRODUCTION] == Stage(
        kind=PRODUCTION,
        state=StageState.PENDING,
        status=READY,
        since=day(2),
        total=3000,
        waiting_role=Role.VENDOR,
        waiting_vendor_ids=(PRINTER,),
        due_on=STARTS,
    )


def test_missing_coupons_block_their_allocation() -> None:
    """R12: 120 coupons were spoiled after everything was allocated, so generation and allocation are open again."""
    stages = executed(
        variant(ONE, generated=1000, allotted=1000, void=120),
        variant(OTHER, 2000, generated=2000, allotted=2000),
        consignments=(consignment(SchemeStatus.IN_TRANSIT, day(6), started_at=day(3), waiting_vendor_ids=(PACKAGER,)),),
        voided_at=day(5),
    )
    assert stages[GENERATION] == Stage(
        kind=GENERATION,
        state=StageState.PENDING,
        status=SchemeStatus.COUPONS_NOT_GENERATED,
        since=day(5),
        done=2880,
        total=3000,
        waiting_role=Role.OPERATIONS,
        waiting_variant_ids=(ONE,),
        due_on=STARTS,
        current=True,
    )
    assert stages[ALLOCATION] == Stage(
        kind=ALLOCATION,
        state=StageState.BLOCKED,
        status=SchemeStatus.PARTLY_ALLOCATED,
        since=day(5),
        done=2880,
        total=3000,
        waiting_role=Role.OPERATIONS,
        waiting_variant_ids=(ONE,),
        due_on=STARTS,
        blocked_by=(CouponsMissing(ONE, 120),),
    )
    production = stages[PRODUCTION]
    assert (production.state, production.status, production.since) == (
        StageState.IN_PROGRESS,
        SchemeStatus.IN_PRODUCTION,
        day(5),
    )


def test_allocation_is_blocked_only_if_nothing_can_be_allocated() -> None:
    """One variant must be generated first, and another one can be allocated meanwhile."""
    stages = executed(
        variant(ONE, generated=1000, allotted=1000, void=1),
        variant(OTHER, generated=1000, allotted=999),
        consignments=(consignment(READY, day(2)),),
        voided_at=day(4),
    )
    assert (stages[ALLOCATION].state, stages[ALLOCATION].blocked_by) == (StageState.PENDING, ())
    assert stages[ALLOCATION].waiting_variant_ids == (ONE, OTHER)
    # One coupon was pending before the other one became void.
    assert stages[ALLOCATION].since == day(2)


def test_new_coupons_end_the_block() -> None:
    """R12: a second run, not allocated yet."""
    stages = executed(
        variant(ONE, generated=1120, generated_at=day(8), allotted=1000, void=120),
        consignments=(consignment(SchemeStatus.IN_PRODUCTION, day(3), started_at=day(3)),),
        voided_at=day(5),
    )
    assert (stages[GENERATION].status, stages[GENERATION].since) == (SchemeStatus.COUPONS_GENERATED, day(8))
    assert (stages[ALLOCATION].state, stages[ALLOCATION].blocked_by) == (StageState.PENDING, ())
    assert (stages[ALLOCATION].done, stages[ALLOCATION].total) == (880, 1000)


def test_a_closed_shortfall_is_missed_by_nobody() -> None:
    """R12: 120 coupons fewer are enough."""
    stages = executed(
        variant(ONE, generated=1000, allotted=1000, void=120, closed=120, closed_at=day(9)),
        consignments=(consignment(SchemeStatus.DELIVERED, day(7), started_at=day(3)),),
        voided_at=day(5),
    )
    assert [(stage.state, stage.since, stage.done, stage.total) for stage in stages.values()] == [
        (StageState.DONE, day(9), 880, 880),
        (StageState.DONE, day(9), 880, 880),
        (StageState.DONE, day(9), 880, 880),
    ]


def test_a_scheme_whose_coupons_are_all_closed_has_nothing_to_make() -> None:
    stages = executed(variant(ONE, closed=1000, closed_at=day(2)))
    assert (stages[GENERATION].state, stages[GENERATION].done, stages[GENERATION].total) == (StageState.DONE, 0, 0)
    assert stages[ALLOCATION] == Stage(ALLOCATION, StageState.SKIPPED, total=0)
    assert stages[PRODUCTION] == Stage(PRODUCTION, StageState.SKIPPED, total=0)


def test_a_canceled_consignment_leaves_no_vendor() -> None:
    """R12: its coupons are back, or void; the scheme has had no vendor since then."""
    stages = executed(variant(ONE, generated=1000), canceled_at=day(4))
    assert (stages[ALLOCATION].status, stages[ALLOCATION].since) == (SchemeStatus.VENDOR_NOT_ASSIGNED, day(4))
    assert stages[PRODUCTION] == Stage(PRODUCTION, StageState.NOT_STARTED, total=1000)


@pytest.mark.parametrize(
    ("first", "second", "status", "since"),
    [
        (READY, READY, READY, 2),
        (SchemeStatus.IN_PRODUCTION, READY, SchemeStatus.IN_PRODUCTION, 3),
        (SchemeStatus.IN_TRANSIT, READY, SchemeStatus.IN_PRODUCTION, 3),
        (SchemeStatus.DELIVERED, SchemeStatus.IN_PRODUCTION, SchemeStatus.IN_PRODUCTION, 3),
        (SchemeStatus.IN_TRANSIT, SchemeStatus.IN_TRANSIT, SchemeStatus.IN_TRANSIT, 7),
        (SchemeStatus.DELIVERED, SchemeStatus.IN_TRANSIT, SchemeStatus.IN_TRANSIT, 7),
        (SchemeStatus.DELIVERED, SchemeStatus.DELIVERED, SchemeStatus.DELIVERED, 7),
    ],
)
def test_production_follows_its_consignments(
    first: SchemeStatus, second: SchemeStatus, status: SchemeStatus, since: int
) -> None:
    """R15: everything is allocated; the slowest consignment decides."""

    def started(found: SchemeStatus, at: int) -> datetime | None:
        return None if found is READY else day(at)

    stages = executed(
        variant(ONE, generated=1000, allotted=1000),
        consignments=(
            consignment(first, day(6), started_at=started(first, 3)),
            consignment(second, day(7), started_at=started(second, 5)),
        ),
    )
    assert (stages[PRODUCTION].status, stages[PRODUCTION].since) == (status, day(since))


def test_what_is_not_allocated_is_still_to_be_produced() -> None:
    """R15: nothing is planned any more in the only consignment, and still the scheme is in production."""
    for status in (SchemeStatus.IN_TRANSIT, SchemeStatus.DELIVERED):
        stages = executed(
            variant(ONE, generated=1000, allotted=400),
            consignments=(consignment(status, day(6), started_at=day(3)),),
        )
        assert (stages[PRODUCTION].state, stages[PRODUCTION].status) == (
            StageState.IN_PROGRESS,
            SchemeStatus.IN_PRODUCTION,
        )
        # No vendor can do anything, and the allocation says who can.
        assert (stages[PRODUCTION].waiting_role, stages[ALLOCATION].waiting_role) == (None, Role.OPERATIONS)


def test_production_waits_for_vendors_and_names_open_discrepancies() -> None:
    """R9, R15: in the order of consignments, each vendor once."""
    stages = executed(
        variant(ONE, generated=1000, allotted=1000),
        consignments=(
            consignment(SchemeStatus.IN_TRANSIT, day(6), waiting_vendor_ids=(PACKAGER,), has_discrepancy=True),
            consignment(SchemeStatus.IN_TRANSIT, day(6), waiting_vendor_ids=(PRINTER, PACKAGER)),
        ),
    )
    assert (stages[PRODUCTION].waiting_role, stages[PRODUCTION].waiting_vendor_ids) == (
        Role.VENDOR,
        (PACKAGER, PRINTER),
    )
    assert stages[PRODUCTION].state is StageState.IN_PROGRESS
    assert stages[PRODUCTION].blocked_by == (DiscrepancyOpen("CON-2026-000017"),)


def test_production_is_blocked_when_only_operations_can_continue() -> None:
    """R15: all that is left is unresolved."""
    stages = executed(
        variant(ONE, generated=1000, allotted=1000),
        consignments=(consignment(SchemeStatus.IN_TRANSIT, day(6), has_discrepancy=True),),
    )
    assert (stages[PRODUCTION].state, stages[PRODUCTION].waiting_role) == (StageState.BLOCKED, Role.OPERATIONS)
    assert stages[PRODUCTION].blocked_by == (DiscrepancyOpen("CON-2026-000017"),)


@pytest.mark.parametrize(
    ("status", "missing", "label"),
    [
        (SchemeStatus.COUPONS_NOT_GENERATED, None, "Coupons not generated"),
        (SchemeStatus.COUPONS_NOT_GENERATED, 120, "120 coupons not generated"),
        (SchemeStatus.COUPONS_NOT_GENERATED, 1, "1 coupon not generated"),
        (SchemeStatus.VENDOR_NOT_ASSIGNED, None, "Vendor not assigned"),
        (SchemeStatus.PARTLY_ALLOCATED, 12_000, "12,000 coupons not allocated"),
        (SchemeStatus.FULLY_ALLOCATED, None, "Fully allocated"),
        (SchemeStatus.IN_PRODUCTION, 500, "In production"),
    ],
)
def test_labels_count_what_is_missing(status: SchemeStatus, missing: int | None, label: str) -> None:
    """R9, R26."""
    assert status_label(status, StageState.PENDING, missing=missing) == label


@pytest.mark.parametrize(
    ("role", "names", "label"),
    [
        (Role.OPERATIONS, [], "Operations"),
        (Role.OPERATIONS, ["AMB-1L"], "Operations: AMB-1L"),
        (Role.OPERATIONS, ["AMB-1L", "AMB-4L"], "Operations: AMB-1L and AMB-4L"),
        (Role.OPERATIONS, ["A", "B", "C", "D"], "Operations: A, B, C and D"),
        (Role.OPERATIONS, ["A", "B", "C", "D", "E"], "Operations: A, B, C and 2 more"),
        (Role.VENDOR, [], "Vendor"),
        (Role.VENDOR, ["First Print", "Second Pack"], "First Print and Second Pack"),
        (Role.PROGRAM_MANAGER, [], "Program manager"),
    ],
)
def test_a_label_says_for_whom_a_stage_waits(role: Role, names: list[str], label: str) -> None:
    """R9, R26: by name where there are few."""
    assert waiting_label(role, names) == label
