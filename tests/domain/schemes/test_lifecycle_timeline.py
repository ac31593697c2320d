"""Timelines of stages over all of time, and the labels that people read."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.calendar import FOREVER, UTC_CALENDAR
from domain.channels import EarningChannel
from domain.permissions import Role
from domain.schemes.lifecycle import stages_at, timeline
from domain.schemes.lifecycle_facts import Decision, SchemeFacts, Stage, StageSpan, StepFact, SubmissionFact
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
from tests.support.scheme_executions import executions

DAYS = st.dates(date(2025, 11, 1), date(2026, 12, 31))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 6, 30), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
MOMENT = timedelta(microseconds=1)


@st.composite
def submissions(draw: st.DrawFn, after: datetime) -> SubmissionFact:
    """A submission after a moment, perhaps decided; without a decision the scheme may have changed since."""
    submitted = after + timedelta(minutes=draw(st.integers(0, 300_000)))
    decision = draw(st.none() | st.sampled_from(Decision))
    if decision is None:
        return SubmissionFact(submitted, draw(st.booleans()))
    decided = submitted + timedelta(minutes=draw(st.integers(0, 300_000)))
    return SubmissionFact(
        submitted_at=submitted,
        current=decision is not Decision.CHANGES_REQUESTED,
        decision=decision,
        decided_at=decided,
        decided_by=UUID(int=7),
        reason="Why not.",
    )


@st.composite
def schemes(draw: st.DrawFn) -> SchemeFacts:
    """The facts of any scheme: complete when it was submitted, dates in any order that the wizard takes."""
    created = draw(MOMENTS)
    submission = draw(st.none() | submissions(created))
    states = st.just(WizardStepState.COMPLETE) if submission else st.sampled_from(WizardStepState)
    facts = tuple(StepFact(kind, draw(states), created) for kind in STEP_ORDER)
    channels = draw(st.sets(st.sampled_from(EarningChannel), min_size=1))
    found = SchemeFacts(
        created_at=created,
        calendar=UTC_CALENDAR,
        channels=frozenset(channels),
        steps=facts,
        submission=submission,
        execution=draw(executions(created)),
    )
    if submission is None and draw(st.booleans()):
        return found
    opens, closes, ends = sorted(draw(st.lists(DAYS, min_size=3, max_size=3)))
    starts = draw(st.dates(date(2025, 10, 1), ends))
    return replace(found, enrollment_opens_on=opens, enrollment_closes_on=closes, starts_on=starts, ends_on=ends)


@given(schemes())
def test_the_spans_of_each_stage_follow_each_other_from_creation_to_forever(facts: SchemeFacts) -> None:
    """R8: no gap, no overlap, and no span equal to the one before."""
    spans = timeline(facts)
    assert [kind for kind in STAGE_ORDER for span in spans if span.stage.kind is kind] == [
        span.stage.kind for span in spans
    ]
    for kind in STAGE_ORDER:
        history = [span for span in spans if span.stage.kind is kind]
        assert history[0].valid_from == facts.created_at
        assert history[-1].valid_until == FOREVER
        assert all(span.valid_from < span.valid_until for span in history)
        assert all(before.valid_until == after.valid_from for before, after in pairwise(history))
        assert all(before.stage != after.stage for before, after in pairwise(history))


@given(schemes(), st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_the_timeline_is_right_at_any_time(facts: SchemeFacts, moment: datetime) -> None:
    """R8: a stored timeline never becomes stale: at any time after the last write it agrees with the facts."""
    known = [facts.created_at]
    if facts.submission:
        known += [moment for moment in (facts.submission.submitted_at, facts.submission.decided_at) if moment]
    spans = timeline(facts)
    at = max(moment, *known)
    assert _at(spans, at) == stages_at(facts, at)
    for span in spans:
        for edge in (span.valid_from, span.valid_until - MOMENT):
            assert _at(spans, edge) == stages_at(facts, edge)


@given(schemes(), MOMENTS)
def test_exactly_one_stage_is_current(facts: SchemeFacts, at: datetime) -> None:
    """R8: the first that is neither done nor skipped, the last one when there is none."""
    stages = stages_at(facts, at)
    assert [stage.kind for stage in stages] == list(STAGE_ORDER)
    (current,) = [stage for stage in stages if stage.current]
    finished = {StageState.DONE, StageState.SKIPPED}
    open_stages = [stage for stage in stages if stage.state not in finished]
    assert current is (open_stages[0] if open_stages else stages[-1])
    assert current.state is not StageState.SKIPPED


@given(schemes(), MOMENTS)
def test_stages_keep_the_promises_of_their_fields(facts: SchemeFacts, at: datetime) -> None:
    """R8, R9: progress within bounds, an owner where an action is needed, and reasons where it is blocked."""
    for stage in stages_at(facts, at):
        assert 0 <= stage.done <= stage.total
        assert (stage.state is StageState.SKIPPED) == _is_needless(facts, stage.kind)
        assert stage.blocked_by != () or stage.state is not StageState.BLOCKED
        assert stage.blocked_by == () or stage.state in {StageState.BLOCKED, StageState.IN_PROGRESS}
        assert (stage.open_step is not None) == (stage.status is SchemeStatus.STEP_PENDING)
        assert (stage.status is None) == (stage.since is None)
        assert _waits_as_it_should(stage)


@given(schemes())
def test_no_status_of_an_approved_scheme_is_older_than_its_approval(facts: SchemeFacts) -> None:
    """A date that had passed before the approval did nothing."""
    if facts.approved_at is None:
        return
    for span in timeline(facts):
        if span.stage.kind.position > StageKind.APPROVAL.position and span.stage.since is not None:
            assert span.stage.since >= facts.approved_at


def test_days_begin_and_end_at_midnight_utc() -> None:
    """The last day of a month ends where the next month begins."""
    assert UTC_CALENDAR.start_of_day(date(2026, 2, 28)) == datetime(2026, 2, 28, tzinfo=UTC)
    assert UTC_CALENDAR.end_of_day(date(2026, 2, 28)) == UTC_CALENDAR.start_of_day(date(2026, 3, 1))


def test_a_date_before_the_creation_splits_nothing() -> None:
    """A scheme that is defined after its enrollment opened has one span a stage until the next date."""
    created = datetime(2026, 3, 10, tzinfo=UTC)
    steps = tuple(StepFact(kind, WizardStepState.COMPLETE, created) for kind in STEP_ORDER)
    approved = SubmissionFact(created, current=True, decision=Decision.APPROVED, decided_at=created)
    facts = SchemeFacts(
        created_at=created,
        calendar=UTC_CALENDAR,
        channels=frozenset({EarningChannel.SALE}),
        steps=steps,
        submission=approved,
        enrollment_opens_on=date(2026, 3, 1),
        enrollment_closes_on=date(2026, 3, 9),
        starts_on=date(2026, 3, 10),
        ends_on=date(2026, 3, 31),
    )
    running = [span for span in timeline(facts) if span.stage.kind is StageKind.RUNNING]
    assert [(span.stage.status, span.valid_from) for span in running] == [
        (SchemeStatus.RUNNING, created),
        (SchemeStatus.ENDED, datetime(2026, 4, 1, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(
    ("status", "state", "open_step", "label"),
    [
        (SchemeStatus.STEP_PENDING, StageState.PENDING, WizardStepKind.PRODUCTS, "Products pending"),
        (SchemeStatus.STEP_PENDING, StageState.PENDING, WizardStepKind.COUPON_VALUES, "Coupon values pending"),
        (SchemeStatus.REVIEW_PENDING, StageState.PENDING, None, "Review pending"),
        (SchemeStatus.CHANGES_REQUESTED, StageState.PENDING, None, "Changes requested"),
        (SchemeStatus.APPROVAL_PENDING, StageState.PENDING, None, "Approval pending"),
        (SchemeStatus.REJECTED, StageState.BLOCKED, None, "Rejected"),
        (SchemeStatus.COUPONS_NOT_GENERATED, StageState.PENDING, None, "Coupons not generated"),
        (SchemeStatus.VENDOR_NOT_ASSIGNED, StageState.PENDING, None, "Vendor not assigned"),
        (SchemeStatus.ENROLLMENT_OPEN, StageState.IN_PROGRESS, None, "Enrollment open"),
        (SchemeStatus.NOT_STARTED, StageState.NOT_STARTED, None, "Not started"),
        (None, StageState.NOT_STARTED, None, "Not started"),
        (None, StageState.SKIPPED, None, "Not needed"),
    ],
)
def test_labels_read_naturally(
    status: SchemeStatus | None, state: StageState, open_step: WizardStepKind | None, label: str
) -> None:
    """R9, R26: also from the plain texts that the database holds."""
    assert status_label(status, state, open_step) == label
    texts: list[str | None] = [None if value is None else str(value) for value in (status, state, open_step)]
    read: Callable[..., str] = status_label
    assert read(*texts) == label


def test_the_label_of_an_approved_revision_says_when_it_takes_effect() -> None:
    """R9, R26: a scheme is approved and nothing is due then."""
    assert status_label(SchemeStatus.APPROVED, StageState.DONE) == "Approved"
    label = status_label(SchemeStatus.APPROVED, StageState.DONE, due_on=date(2026, 6, 1))
    assert label == "Approved, takes effect on 1 June 2026"
    waiting = status_label(SchemeStatus.APPROVAL_PENDING, StageState.PENDING, due_on=date(2026, 6, 1))
    assert waiting == "Approval pending"


def _is_needless(facts: SchemeFacts, kind: StageKind) -> bool:
    """Whether a scheme skips a stage: without coupons, and when nothing is left to make."""
    if kind not in COUPON_STAGES:
        return False
    if EarningChannel.COUPON not in facts.channels:
        return True
    if kind is StageKind.ARTWORK:
        return facts.approved_at is not None and not facts.execution.needed_artworks
    empty = all(each.closed >= each.planned for each in facts.execution.variants) and not facts.execution.consignments
    return facts.approved_at is not None and empty and kind is not StageKind.COUPON_GENERATION


def _waits_as_it_should(stage: Stage) -> bool:
    """A pending stage waits for its owner, one that goes on for vendors, and a blocked one for who can continue it."""
    if stage.state is StageState.PENDING:
        if stage.status is SchemeStatus.ARTWORK_APPROVAL_PENDING:
            return stage.waiting_role is Role.VENDOR and stage.waiting_vendor_ids != ()
        named = stage.kind is StageKind.PRODUCTION
        if named and not stage.waiting_vendor_ids:
            return stage.waiting_role is None
        return stage.waiting_role is stage.kind.owner and (named or stage.waiting_vendor_ids == ())
    if stage.kind is StageKind.PRODUCTION and stage.state is StageState.IN_PROGRESS:
        return (stage.waiting_role is Role.VENDOR) == (stage.waiting_vendor_ids != ())
    if stage.state is StageState.BLOCKED and stage.status is not SchemeStatus.REJECTED:
        others = (Role.OPERATIONS, Role.DESIGNER)
        return stage.waiting_role in others and stage.waiting_vendor_ids == () and stage.blocked_by != ()
    return stage.waiting_role is None and stage.waiting_variant_ids == stage.waiting_vendor_ids == ()


def _at(spans: tuple[StageSpan, ...], at: datetime) -> tuple[object, ...]:
    return tuple(span.stage for span in spans if span.valid_from <= at < span.valid_until)
