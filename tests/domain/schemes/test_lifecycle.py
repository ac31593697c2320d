"""The stages of a scheme at one time: every status reachable today, and the effect of dates."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.calendar import UTC_CALENDAR, format_day
from domain.channels import EarningChannel
from domain.coupons.quantities import CouponQuantities
from domain.permissions import Role
from domain.schemes.execution import ExecutionFacts
from domain.schemes.lifecycle import stages_at
from domain.schemes.lifecycle_facts import Decision, SchemeFacts, Stage, StepFact, SubmissionFact
from domain.schemes.stages import (
    COUPON_STAGES,
    STAGE_ORDER,
    STEP_ORDER,
    SchemeStatus,
    StageKind,
    StageState,
    WizardStepKind,
    WizardStepState,
    status_label,
)
from domain.schemes.stored_facts import StageRejected

APPROVER = UUID(int=7)
CREATED = datetime(2026, 1, 1, 8, tzinfo=UTC)
SAVED = datetime(2026, 1, 2, 8, tzinfo=UTC)
SUBMITTED = datetime(2026, 1, 3, 8, tzinfo=UTC)
DECIDED = datetime(2026, 1, 4, 8, tzinfo=UTC)
OPENS, CLOSES = date(2026, 2, 1), date(2026, 2, 28)
STARTS, ENDS = date(2026, 3, 1), date(2026, 5, 31)
BOTH = frozenset(EarningChannel)
DONE, PENDING, NOT_STARTED = StageState.DONE, StageState.PENDING, StageState.NOT_STARTED
MANAGER, OPERATIONS = Role.PROGRAM_MANAGER, Role.OPERATIONS
PLANNED = ExecutionFacts((CouponQuantities(UUID(int=1), "AMB-1L", 1000), CouponQuantities(UUID(int=2), "AMB-4L", 2000)))


def steps(*, complete: int = 5) -> tuple[StepFact, ...]:
    """The first `complete` steps complete and saved, the others pending."""
    states = [WizardStepState.COMPLETE] * complete + [WizardStepState.PENDING] * (5 - complete)
    moments = [SAVED] * complete + [None] * (5 - complete)
    return tuple(StepFact(kind, state, at) for kind, state, at in zip(STEP_ORDER, states, moments, strict=True))


def facts(decision: Decision | None = None, *, submitted: bool = True, **changed: Any) -> SchemeFacts:
    """A complete scheme, submitted and decided as given."""
    decided: dict[str, Any] = {
        "decision": decision,
        "decided_at": DECIDED,
        "decided_by": APPROVER,
        "reason": "Too dear.",
    }
    submission = SubmissionFact(SUBMITTED, current=True, **(decided if decision else {})) if submitted else None
    found = SchemeFacts(
        created_at=CREATED,
        calendar=UTC_CALENDAR,
        channels=BOTH,
        steps=steps(),
        submission=submission,
        enrollment_opens_on=OPENS,
        enrollment_closes_on=CLOSES,
        starts_on=STARTS,
        ends_on=ENDS,
        execution=PLANNED,
    )
    return replace(found, **changed)


def having(kind: StageKind, state: StageState, status: SchemeStatus, since: datetime | None, **details: Any) -> Stage:
    """A stage that has a status since a moment."""
    return Stage(kind=kind, state=state, status=status, since=since, **details)


def stage(found: SchemeFacts, kind: StageKind, at: datetime = DECIDED) -> Stage:
    """One stage of the eight."""
    return next(stage for stage in stages_at(found, at) if stage.kind is kind)


def later(kind: StageKind, total: int = 1) -> Stage:
    """A stage that has not started."""
    return Stage(kind, NOT_STARTED, total=total)


BEFORE_APPROVAL = (
    later(StageKind.COUPON_GENERATION, 3000),
    later(StageKind.VENDOR_ALLOCATION, 3000),
    later(StageKind.ARTWORK, 2),
    later(StageKind.PRODUCTION, 3000),
    later(StageKind.RUNNING),
    later(StageKind.SETTLEMENT),
)


def definition(status: SchemeStatus, since: datetime, done: int, **details: Any) -> Stage:
    """The first stage while a manager must act."""
    return having(
        StageKind.DEFINITION, PENDING, status, since, done=done, total=5, waiting_role=MANAGER, due_on=OPENS, **details
    )


def test_a_revision_ends_with_its_approval() -> None:
    """R8: everything else happens to the scheme; what is due is due when the revision takes effect."""
    effective_at = datetime(2026, 4, 1, 18, 30, tzinfo=UTC)
    skipped = tuple(Stage(kind, StageState.SKIPPED, total=0) for kind in STAGE_ORDER[2:])
    day = date(2026, 4, 1)
    open_definition = having(
        StageKind.DEFINITION,
        PENDING,
        SchemeStatus.REVIEW_PENDING,
        SAVED,
        done=5,
        total=5,
        waiting_role=MANAGER,
        due_on=day,
    )
    submitted = having(StageKind.DEFINITION, DONE, SchemeStatus.SUBMITTED, SUBMITTED, done=5, total=5)
    waiting = having(
        StageKind.APPROVAL, PENDING, SchemeStatus.APPROVAL_PENDING, SUBMITTED, waiting_role=Role.APPROVER, due_on=day
    )
    approved = having(StageKind.APPROVAL, DONE, SchemeStatus.APPROVED, DECIDED, done=1, due_on=day)
    expected = {
        facts(submitted=False): (replace(open_definition, current=True), later(StageKind.APPROVAL)),
        facts(): (submitted, replace(waiting, current=True)),
        facts(Decision.APPROVED): (submitted, replace(approved, current=True)),
    }
    for found, stages in expected.items():
        revision = replace(found, effective_at=effective_at)
        for at in (DECIDED, effective_at, datetime(2027, 1, 1, tzinfo=UTC)):
            assert stages_at(revision, at) == (*stages, *skipped)
    rejected = replace(facts(Decision.REJECTED), effective_at=effective_at)
    assert [item.current for item in stages_at(rejected, DECIDED)] == [False, True, *[False] * 6]


def test_later_approvals_restart_no_stage() -> None:
    """R8: a revision was approved later, but pending stages have been pending since the first approval."""
    first = datetime(2026, 1, 3, 20, tzinfo=UTC)
    revised = facts(Decision.APPROVED, first_approved_at=first)
    assert stage(revised, StageKind.APPROVAL).since == DECIDED
    for kind in (StageKind.COUPON_GENERATION, StageKind.RUNNING):
        assert (stage(facts(Decision.APPROVED), kind).since, stage(revised, kind).since) == (DECIDED, first)
    undecided = replace(facts(), first_approved_at=first)
    assert stages_at(undecided, DECIDED) == stages_at(facts(), DECIDED)


@pytest.mark.parametrize("complete", range(5))
def test_a_draft_waits_for_its_first_open_step(complete: int) -> None:
    """R8, R9: since when the last step was saved, or since creation."""
    found = stages_at(facts(submitted=False, steps=steps(complete=complete)), DECIDED)
    since = SAVED if complete else CREATED
    expected = definition(SchemeStatus.STEP_PENDING, since, complete, open_step=STEP_ORDER[complete], current=True)
    assert found == (expected, later(StageKind.APPROVAL), *BEFORE_APPROVAL)


def test_an_incomplete_step_is_open_even_when_later_ones_are_complete() -> None:
    """R1: steps are saved in any order."""
    mixed = list(steps())
    mixed[1] = StepFact(WizardStepKind.PRODUCTS, WizardStepState.INCOMPLETE, SAVED)
    found = stage(facts(submitted=False, steps=tuple(mixed)), StageKind.DEFINITION)
    assert (found.status, found.open_step, found.done) == (SchemeStatus.STEP_PENDING, WizardStepKind.PRODUCTS, 4)


def test_a_complete_scheme_waits_for_its_review() -> None:
    """R3, R9."""
    expected = definition(SchemeStatus.REVIEW_PENDING, SAVED, 5, current=True)
    assert stages_at(facts(submitted=False), DECIDED) == (expected, later(StageKind.APPROVAL), *BEFORE_APPROVAL)


def test_a_submitted_scheme_waits_for_an_approver() -> None:
    """R5."""
    assert stages_at(facts(), DECIDED) == (
        having(StageKind.DEFINITION, DONE, SchemeStatus.SUBMITTED, SUBMITTED, done=5, total=5),
        having(
            StageKind.APPROVAL,
            PENDING,
            SchemeStatus.APPROVAL_PENDING,
            SUBMITTED,
            waiting_role=Role.APPROVER,
            due_on=OPENS,
            current=True,
        ),
        *BEFORE_APPROVAL,
    )


def test_a_scheme_edited_after_its_submission_is_back_in_review() -> None:
    """R6: what was submitted is not the scheme any more."""
    stale = SubmissionFact(SUBMITTED, current=False)
    expected = definition(SchemeStatus.REVIEW_PENDING, SAVED, 5, current=True)
    assert stages_at(facts(submission=stale), DECIDED) == (expected, later(StageKind.APPROVAL), *BEFORE_APPROVAL)


@pytest.mark.parametrize("complete", [3, 5])
def test_requested_changes_wait_for_the_manager_until_the_next_submission(complete: int) -> None:
    """R5: also after edits."""
    found = facts(Decision.CHANGES_REQUESTED, steps=steps(complete=complete))
    expected = definition(SchemeStatus.CHANGES_REQUESTED, DECIDED, complete, current=True)
    assert stages_at(found, DECIDED) == (expected, later(StageKind.APPROVAL), *BEFORE_APPROVAL)


def test_a_rejected_scheme_is_blocked_for_good() -> None:
    """R5: it names the approver and the reason."""
    assert stages_at(facts(Decision.REJECTED), DECIDED) == (
        having(StageKind.DEFINITION, DONE, SchemeStatus.SUBMITTED, SUBMITTED, done=5, total=5),
        having(
            StageKind.APPROVAL,
            StageState.BLOCKED,
            SchemeStatus.REJECTED,
            DECIDED,
            blocked_by=(StageRejected(APPROVER, "Too dear."),),
            current=True,
        ),
        *BEFORE_APPROVAL,
    )


APPROVED = (
    having(StageKind.DEFINITION, DONE, SchemeStatus.SUBMITTED, SUBMITTED, done=5, total=5),
    having(StageKind.APPROVAL, DONE, SchemeStatus.APPROVED, DECIDED, done=1),
)


def test_an_approved_scheme_needs_coupons_and_artwork() -> None:
    """R8: the first open stage is the current one."""
    assert stages_at(facts(Decision.APPROVED), DECIDED) == (
        *APPROVED,
        having(
            StageKind.COUPON_GENERATION,
            PENDING,
            SchemeStatus.COUPONS_NOT_GENERATED,
            DECIDED,
            total=3000,
            waiting_role=OPERATIONS,
            due_on=STARTS,
            current=True,
        ),
        later(StageKind.VENDOR_ALLOCATION, 3000),
        having(
            StageKind.ARTWORK,
            PENDING,
            SchemeStatus.ARTWORK_NOT_UPLOADED,
            DECIDED,
            total=2,
            waiting_role=Role.DESIGNER,
            due_on=STARTS,
        ),
        later(StageKind.PRODUCTION, 3000),
        having(StageKind.RUNNING, NOT_STARTED, SchemeStatus.NOT_STARTED, DECIDED, due_on=ENDS),
        later(StageKind.SETTLEMENT),
    )


SKIPPED = tuple(Stage(kind, StageState.SKIPPED, total=0) for kind in STAGE_ORDER if kind in COUPON_STAGES)


def test_a_scheme_without_coupons_skips_the_stages_of_coupons() -> None:
    """R8: approved, it only has to run."""
    found = facts(Decision.APPROVED, channels=frozenset({EarningChannel.SALE}))
    running = having(StageKind.RUNNING, NOT_STARTED, SchemeStatus.NOT_STARTED, DECIDED, due_on=ENDS, current=True)
    assert stages_at(found, DECIDED) == (*APPROVED, *SKIPPED, running, later(StageKind.SETTLEMENT))
    assert [kind.position for kind in STAGE_ORDER if kind in COUPON_STAGES] == [3, 4, 5, 6]


def midnight(day: date) -> datetime:
    """The beginning of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


TOMORROW = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("at", "state", "status", "since"),
    [
        (DECIDED, NOT_STARTED, SchemeStatus.NOT_STARTED, DECIDED),
        (midnight(OPENS) - MOMENT, NOT_STARTED, SchemeStatus.NOT_STARTED, DECIDED),
        (midnight(OPENS), StageState.IN_PROGRESS, SchemeStatus.ENROLLMENT_OPEN, midnight(OPENS)),
        (midnight(CLOSES + TOMORROW) - MOMENT, StageState.IN_PROGRESS, SchemeStatus.ENROLLMENT_OPEN, midnight(OPENS)),
        (midnight(STARTS), StageState.IN_PROGRESS, SchemeStatus.RUNNING, midnight(STARTS)),
        (midnight(ENDS + TOMORROW) - MOMENT, StageState.IN_PROGRESS, SchemeStatus.RUNNING, midnight(STARTS)),
        (midnight(ENDS + TOMORROW), DONE, SchemeStatus.ENDED, midnight(ENDS + TOMORROW)),
    ],
)
def test_running_follows_the_dates_at_midnight_utc(
    at: datetime, state: StageState, status: SchemeStatus, since: datetime
) -> None:
    """R8: the last day of enrollment and of the scheme belong to them."""
    found = stage(facts(Decision.APPROVED), StageKind.RUNNING, at)
    due, done = (None, 1) if status is SchemeStatus.ENDED else (ENDS, 0)
    assert found == having(StageKind.RUNNING, state, status, since, done=done, due_on=due)


def test_between_enrollment_and_start_a_scheme_is_not_started() -> None:
    """Enrollment closes on a Saturday, the scheme starts ten days later."""
    found = facts(Decision.APPROVED, starts_on=date(2026, 3, 11))
    closed = midnight(CLOSES + TOMORROW)
    assert stage(found, StageKind.RUNNING, closed) == having(
        StageKind.RUNNING, NOT_STARTED, SchemeStatus.NOT_STARTED, closed, due_on=ENDS
    )


def test_a_scheme_runs_on_while_its_enrollment_opens_and_closes() -> None:
    """Enrollment may go on, or even begin, after the start."""
    found = facts(Decision.APPROVED, enrollment_opens_on=date(2026, 3, 10), enrollment_closes_on=date(2026, 4, 10))
    for day in (date(2026, 3, 1), date(2026, 3, 10), date(2026, 4, 11), date(2026, 5, 31)):
        running = stage(found, StageKind.RUNNING, midnight(day))
        assert (running.status, running.since) == (SchemeStatus.RUNNING, midnight(STARTS))


@pytest.mark.parametrize(
    ("approved", "status", "settling"),
    [
        (datetime(2026, 2, 10, 9, tzinfo=UTC), SchemeStatus.ENROLLMENT_OPEN, None),
        (datetime(2026, 3, 10, 9, tzinfo=UTC), SchemeStatus.RUNNING, None),
        (datetime(2026, 6, 10, 9, tzinfo=UTC), SchemeStatus.ENDED, SchemeStatus.GRACE_PERIOD),
        (datetime(2026, 7, 10, 9, tzinfo=UTC), SchemeStatus.ENDED, SchemeStatus.SETTLEMENT_PENDING),
    ],
)
def test_an_approval_after_a_date_counts_from_the_approval(
    approved: datetime, status: SchemeStatus, settling: SchemeStatus | None
) -> None:
    """A status that began earlier counts from the approval."""
    decided = SubmissionFact(
        submitted_at=SUBMITTED,
        current=True,
        decision=Decision.APPROVED,
        decided_at=approved,
        decided_by=APPROVER,
        reason=None,
    )
    found = facts(submission=decided)
    running = stage(found, StageKind.RUNNING, approved)
    assert (running.status, running.since) == (status, approved)
    settlement = stage(found, StageKind.SETTLEMENT, approved)
    assert (settlement.status, settlement.since) == (settling, approved if settling else None)


def test_settlement_begins_when_the_grace_period_is_over() -> None:
    """R8: it waits for the program manager, and says before on which day it will."""
    found, over = facts(Decision.APPROVED), midnight(ENDS + TOMORROW)
    begins_on = ENDS + timedelta(days=31)
    assert stage(found, StageKind.SETTLEMENT, over - MOMENT) == later(StageKind.SETTLEMENT)
    waiting = Stage(
        kind=StageKind.SETTLEMENT,
        state=StageState.NOT_STARTED,
        status=SchemeStatus.GRACE_PERIOD,
        since=over,
        due_on=begins_on,
    )
    for at in (over, midnight(begins_on) - MOMENT):
        assert replace(stage(found, StageKind.SETTLEMENT, at), current=False) == waiting
    label = status_label(SchemeStatus.GRACE_PERIOD, StageState.NOT_STARTED, due_on=begins_on)
    assert label == f"Settlement begins on {format_day(begins_on)}"
    begun = replace(stage(found, StageKind.SETTLEMENT, midnight(begins_on)), current=False)
    pending = having(
        StageKind.SETTLEMENT,
        PENDING,
        SchemeStatus.SETTLEMENT_PENDING,
        midnight(begins_on),
        waiting_role=MANAGER,
    )
    assert begun == replace(pending, current=False)
    at_once = replace(found, grace_days=0)
    assert stage(at_once, StageKind.SETTLEMENT, over).status is SchemeStatus.SETTLEMENT_PENDING
