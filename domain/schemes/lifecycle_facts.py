"""The facts from which the stages of a scheme derive, and the stages themselves."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.calendar import Calendar
from domain.channels import EarningChannel
from domain.permissions import Role
from domain.schemes.execution import ExecutionFacts
from domain.schemes.stages import SchemeStatus, StageKind, StageState, WizardStepKind, WizardStepState
from domain.schemes.stored_facts import StageBlock
from domain.settlements.facts import SettlementStatus


class Decision(StrEnum):
    """The decision of an approver on a submission."""

    APPROVED = "APPROVED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    REJECTED = "REJECTED"


class StepFact(Struct, frozen=True):
    """The state of one wizard step, and when it was last saved (None: never)."""

    kind: WizardStepKind
    state: WizardStepState
    saved_at: datetime | None


class SubmissionFact(Struct, frozen=True):
    """The latest submission. It is `current` while the scheme still has the content that was submitted."""

    submitted_at: datetime
    current: bool
    decision: Decision | None = None
    decided_at: datetime | None = None
    decided_by: UUID | None = None
    reason: str | None = None


class SettlementFact(Struct, frozen=True):
    """A settlement of a scheme: its status, and since when it has it."""

    status: SettlementStatus
    since: datetime


class SchemeFacts(Struct, frozen=True):
    """The facts from which the stages of one scheme are derived. Dates are days of `calendar`, `ends_on` included.

    Only a revision has `effective_at`, the time at which it takes effect. `first_approved_at` is when the scheme was
    first approved; the later approval of a revision does not restart any stage. `execution` has the planned quantities
    of every scheme; the rest of it is known of approved schemes with coupons. Without `grace_days`, the grace period
    after the last day has those of `domain.schemes.coupon_period`.
    """

    created_at: datetime
    calendar: Calendar
    channels: frozenset[EarningChannel]
    steps: tuple[StepFact, ...]
    submission: SubmissionFact | None = None
    enrollment_opens_on: date | None = None
    enrollment_closes_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    execution: ExecutionFacts = ExecutionFacts()
    effective_at: datetime | None = None
    first_approved_at: datetime | None = None
    grace_days: int | None = None
    settlements: tuple[SettlementFact, ...] = ()

    @property
    def approved_at(self) -> datetime | None:
        """The time since which the scheme has been approved, or None."""
        submission = self.submission
        if submission is None or submission.decision is not Decision.APPROVED:
            return None
        return self.first_approved_at or submission.decided_at

    @property
    def define_by(self) -> date | None:
        """The day by which the definition should be approved."""
        return self.enrollment_opens_on if self.effective_at is None else self.calendar.day_of(self.effective_at)


class Stage(Struct, frozen=True):
    """One stage at one time. Its progress is `done` of `total`; `open_step` is the step of STEP_PENDING.

    It waits for the role `waiting_role`, or for the vendors of that role, and is about the variants named here. The
    progress of a production that goes on is not derived: it changes with every movement, and is read from custody.
    """

    kind: StageKind
    state: StageState
    status: SchemeStatus | None = None
    since: datetime | None = None
    done: int = 0
    total: int = 1
    open_step: WizardStepKind | None = None
    waiting_role: Role | None = None
    waiting_vendor_ids: tuple[UUID, ...] = ()
    waiting_variant_ids: tuple[UUID, ...] = ()
    due_on: date | None = None
    blocked_by: tuple[StageBlock, ...] = ()
    current: bool = False


class StageSpan(Struct, frozen=True):
    """A stage and the half-open interval of time in which it is valid."""

    stage: Stage
    valid_from: datetime
    valid_until: datetime


def pending_stage(kind: StageKind, status: SchemeStatus, since: datetime, **details: object) -> Stage:
    """A stage whose owner must act."""
    pending = Stage(kind=kind, state=StageState.PENDING, status=status, since=since, waiting_role=kind.owner)
    return replace(pending, **details)
