"""The basic types of the lifecycle: stages, states and statuses, wizard steps, and their labels."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from domain.calendar import format_day
from domain.permissions import Role
from domain.text import format_count, join_words


class WizardStepKind(StrEnum):
    """The five sections of a scheme's definition, in the order of the wizard."""

    BASICS = "BASICS"
    PRODUCTS = "PRODUCTS"
    GEOGRAPHIES = "GEOGRAPHIES"
    COUPON_VALUES = "COUPON_VALUES"
    BONUS_RULES = "BONUS_RULES"

    @property
    def label(self) -> str:
        """The step as a title: “Coupon values”."""
        return self.value.replace("_", " ").capitalize()

    @property
    def position(self) -> int:
        """1 for the first step, 5 for the last."""
        return STEP_ORDER.index(self) + 1


STEP_ORDER = tuple(WizardStepKind)


class WizardStepState(StrEnum):
    """The state of a step: never saved, saved with open problems, or complete."""

    PENDING = "PENDING"
    INCOMPLETE = "INCOMPLETE"
    COMPLETE = "COMPLETE"


class StageKind(StrEnum):
    """The eight stages of every scheme, in order."""

    DEFINITION = "DEFINITION"
    APPROVAL = "APPROVAL"
    COUPON_GENERATION = "COUPON_GENERATION"
    VENDOR_ALLOCATION = "VENDOR_ALLOCATION"
    ARTWORK = "ARTWORK"
    PRODUCTION = "PRODUCTION"
    RUNNING = "RUNNING"
    SETTLEMENT = "SETTLEMENT"

    @property
    def position(self) -> int:
        """1 for the first stage, 8 for the last."""
        return STAGE_ORDER.index(self) + 1

    @property
    def owner(self) -> Role:
        """The role that must act while the stage is pending."""
        return STAGE_OWNERS[self]


STAGE_ORDER = tuple(StageKind)

STAGE_OWNERS: Mapping[StageKind, Role] = MappingProxyType(
    {
        StageKind.DEFINITION: Role.PROGRAM_MANAGER,
        StageKind.APPROVAL: Role.APPROVER,
        StageKind.COUPON_GENERATION: Role.OPERATIONS,
        StageKind.VENDOR_ALLOCATION: Role.OPERATIONS,
        StageKind.ARTWORK: Role.DESIGNER,
        StageKind.PRODUCTION: Role.VENDOR,
        StageKind.RUNNING: Role.PROGRAM_MANAGER,
        StageKind.SETTLEMENT: Role.PROGRAM_MANAGER,
    }
)


def owner_of(kind: StageKind, status: str | None) -> Role:
    """The role that owns a stage at a status: vendors review artwork, and approvers decide about settlements."""
    if status == SchemeStatus.SETTLEMENT_PROPOSED:
        return Role.APPROVER
    return Role.VENDOR if status == SchemeStatus.ARTWORK_APPROVAL_PENDING else STAGE_OWNERS[kind]


COUPON_STAGES = frozenset(
    {
        StageKind.COUPON_GENERATION,
        StageKind.VENDOR_ALLOCATION,
        StageKind.ARTWORK,
        StageKind.PRODUCTION,
    }
)


# A revision is only defined and approved; the other stages belong to the scheme itself.
REVISION_STAGES = frozenset({StageKind.DEFINITION, StageKind.APPROVAL})


class StageState(StrEnum):
    """The state of a stage; `PENDING` means that its owner must act."""

    NOT_STARTED = "NOT_STARTED"
    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    BLOCKED = "BLOCKED"
    DONE = "DONE"
    SKIPPED = "SKIPPED"


class SchemeStatus(StrEnum):
    """What is happening within a stage. Each status belongs to one stage and makes the next step obvious."""

    STEP_PENDING = "STEP_PENDING"
    REVIEW_PENDING = "REVIEW_PENDING"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    SUBMITTED = "SUBMITTED"
    APPROVAL_PENDING = "APPROVAL_PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    COUPONS_NOT_GENERATED = "COUPONS_NOT_GENERATED"
    COUPONS_GENERATED = "COUPONS_GENERATED"
    VENDOR_NOT_ASSIGNED = "VENDOR_NOT_ASSIGNED"
    PARTLY_ALLOCATED = "PARTLY_ALLOCATED"
    FULLY_ALLOCATED = "FULLY_ALLOCATED"
    ARTWORK_NOT_UPLOADED = "ARTWORK_NOT_UPLOADED"
    ARTWORK_APPROVAL_PENDING = "ARTWORK_APPROVAL_PENDING"
    ARTWORK_REVISION_REQUESTED = "ARTWORK_REVISION_REQUESTED"
    ARTWORK_APPROVED = "ARTWORK_APPROVED"
    PRODUCTION_NOT_STARTED = "PRODUCTION_NOT_STARTED"
    IN_PRODUCTION = "IN_PRODUCTION"
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"
    NOT_STARTED = "NOT_STARTED"
    ENROLLMENT_OPEN = "ENROLLMENT_OPEN"
    RUNNING = "RUNNING"
    ENDED = "ENDED"
    GRACE_PERIOD = "GRACE_PERIOD"
    SETTLEMENT_PENDING = "SETTLEMENT_PENDING"
    SETTLEMENT_PROPOSED = "SETTLEMENT_PROPOSED"
    PAYOUTS_PENDING = "PAYOUTS_PENDING"
    SETTLED = "SETTLED"


# Statuses whose label counts what is missing, once some of it is done.
_COUNTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        SchemeStatus.COUPONS_NOT_GENERATED: "not generated",
        SchemeStatus.PARTLY_ALLOCATED: "not allocated",
    }
)
# More names than these are counted in a label.
_MOST_NAMES: Final = 3


def status_label(
    status: str | None,
    state: str,
    open_step: str | None = None,
    due_on: date | None = None,
    missing: int | None = None,
) -> str:
    """Write the label of a stage: “Products pending”, “12,000 coupons not allocated”, “Not needed”.

    Only STEP_PENDING uses `open_step`, the first open step of the wizard. APPROVED uses `due_on`, which revisions have,
    and so does GRACE_PERIOD. `missing` is the number of coupons that are missing where others are done;
    None leaves it out. A stage without a status is labeled by its state.
    """
    if status == SchemeStatus.GRACE_PERIOD and due_on is not None:
        return f"Settlement begins on {format_day(due_on)}"
    if status is None:
        return "Not needed" if state == StageState.SKIPPED else "Not started"
    if status == SchemeStatus.STEP_PENDING and open_step is not None:
        return f"{WizardStepKind(open_step).label} pending"
    if status == SchemeStatus.APPROVED and due_on is not None:
        return f"Approved, takes effect on {format_day(due_on)}"
    if missing is not None and status in _COUNTED:
        return f"{format_count(missing, 'coupon')} {_COUNTED[status]}"
    return status.replace("_", " ").capitalize()


def waiting_label(role: Role, names: Sequence[str]) -> str:
    """Write whom a stage waits for: “Operations: AMB-1L and AMB-4L”, “First Print and Second Pack”, or just the role.

    `names` are the names of the vendors that must act, or the SKUs that the role must act on.
    """
    if not names:
        return role.label
    rest = len(names) - _MOST_NAMES
    shown = [*names[:_MOST_NAMES], f"{rest} more"] if rest > 1 else names
    listed = join_words(shown, "and")
    return listed if role is Role.VENDOR else f"{role.label}: {listed}"
