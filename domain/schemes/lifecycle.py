"""Derives the stages of a scheme from facts; no other code decides the state or status of a stage.

Stages change when a person acts and when a date arrives. `timeline` therefore covers all of time: it evaluates
`stages_at` whenever a date changes something, so a stored timeline never becomes stale.
"""

from datetime import date, datetime, timedelta

from msgspec.structs import replace

from domain.calendar import FOREVER
from domain.channels import EarningChannel
from domain.schemes.artwork_stage import artwork
from domain.schemes.coupon_period import redeemable_until
from domain.schemes.execution_stages import coupon_generation, production, vendor_allocation
from domain.schemes.lifecycle_facts import (
    Decision,
    SchemeFacts,
    Stage,
    StageSpan,
    SubmissionFact,
    pending_stage,
)
from domain.schemes.settlement_stage import settlement
from domain.schemes.stages import (
    COUPON_STAGES,
    REVISION_STAGES,
    STAGE_ORDER,
    SchemeStatus,
    StageKind,
    StageState,
    WizardStepState,
)
from domain.schemes.stored_facts import StageBlock, StageRejected


def stages_at(facts: SchemeFacts, at: datetime) -> tuple[Stage, ...]:
    """All eight stages at the time `at`, in order.

    Exactly one is `current`: the first that is neither done nor skipped, or else the last that is not skipped.
    """
    derived = [_stage(kind, facts, at) for kind in STAGE_ORDER]
    finished = (StageState.DONE, StageState.SKIPPED)
    last = next(stage.kind for stage in reversed(derived) if stage.state is not StageState.SKIPPED)
    current = next((stage.kind for stage in derived if stage.state not in finished), last)
    return tuple(replace(stage, current=True) if stage.kind is current else stage for stage in derived)


def timeline(facts: SchemeFacts) -> tuple[StageSpan, ...]:
    """Every stage over all of time, ordered by stage and then time. The spans of a stage leave no gap."""
    moments = [facts.created_at, *sorted(_turning_points(facts))]
    spans: dict[StageKind, list[StageSpan]] = {kind: [] for kind in STAGE_ORDER}
    for index, moment in enumerate(moments):
        until = moments[index + 1] if index + 1 < len(moments) else FOREVER
        for stage in stages_at(facts, moment):
            history = spans[stage.kind]
            if history and history[-1].stage == stage:
                history[-1] = StageSpan(stage, history[-1].valid_from, until)
            else:
                history.append(StageSpan(stage, moment, until))
    return tuple(span for kind in STAGE_ORDER for span in spans[kind])


def _turning_points(facts: SchemeFacts) -> set[datetime]:
    starts, ends = facts.calendar.start_of_day, facts.calendar.end_of_day
    days = [
        (facts.enrollment_opens_on, starts),
        (facts.enrollment_closes_on, ends),
        (facts.starts_on, starts),
        (facts.ends_on, ends),
    ]
    moments = {of(day) for day, of in days if day is not None}
    if (begins_at := redeemable_until(facts.ends_on, facts.grace_days, facts.calendar)) is not None:
        moments.add(begins_at)
    return {moment for moment in moments if facts.created_at < moment < FOREVER}


def _stage(kind: StageKind, facts: SchemeFacts, at: datetime) -> Stage:
    without_coupons = kind in COUPON_STAGES and EarningChannel.COUPON not in facts.channels
    if without_coupons or (facts.effective_at is not None and kind not in REVISION_STAGES):
        return Stage(kind, StageState.SKIPPED, total=0)
    return _DERIVATIONS[kind](facts, at)


def _definition(facts: SchemeFacts, _at: datetime) -> Stage:
    kind, submission = StageKind.DEFINITION, facts.submission
    complete = sum(step.state is WizardStepState.COMPLETE for step in facts.steps)
    total = len(facts.steps)
    saved = max((step.saved_at for step in facts.steps if step.saved_at), default=facts.created_at)
    due = facts.define_by
    if submission and submission.decision is Decision.CHANGES_REQUESTED and submission.decided_at:
        status, since = SchemeStatus.CHANGES_REQUESTED, submission.decided_at
        return pending_stage(kind, status, since, done=complete, total=total, due_on=due)
    if submission and (submission.current or submission.decision):
        return Stage(
            kind=kind,
            state=StageState.DONE,
            status=SchemeStatus.SUBMITTED,
            since=submission.submitted_at,
            done=total,
            total=total,
        )
    open_step = next((step.kind for step in facts.steps if step.state is not WizardStepState.COMPLETE), None)
    status = SchemeStatus.STEP_PENDING if open_step else SchemeStatus.REVIEW_PENDING
    return pending_stage(kind, status, saved, done=complete, total=total, open_step=open_step, due_on=due)


def _approval(facts: SchemeFacts, _at: datetime) -> Stage:
    kind, submission = StageKind.APPROVAL, facts.submission
    if submission is None or submission.decision is Decision.CHANGES_REQUESTED:
        return Stage(kind, StageState.NOT_STARTED)
    if submission.decision is Decision.APPROVED:
        due = None if facts.effective_at is None else facts.define_by
        return Stage(
            kind=kind,
            state=StageState.DONE,
            status=SchemeStatus.APPROVED,
            since=submission.decided_at,
            done=1,
            due_on=due,
        )
    if submission.decision is Decision.REJECTED:
        return Stage(
            kind=kind,
            state=StageState.BLOCKED,
            status=SchemeStatus.REJECTED,
            since=submission.decided_at,
            blocked_by=_rejection(submission),
        )
    if not submission.current:
        return Stage(kind, StageState.NOT_STARTED)
    return pending_stage(kind, SchemeStatus.APPROVAL_PENDING, submission.submitted_at, due_on=facts.define_by)


def _rejection(submission: SubmissionFact) -> tuple[StageBlock, ...]:
    if submission.decided_by is None:
        raise ValueError("nobody made this decision")
    return (StageRejected(submission.decided_by, submission.reason or ""),)


def _running(facts: SchemeFacts, at: datetime) -> Stage:
    kind, approved_at, start_of_day = StageKind.RUNNING, facts.approved_at, facts.calendar.start_of_day
    if approved_at is None:
        return Stage(kind, StageState.NOT_STARTED)
    reached = [
        (start_of_day(day), status)
        for day, status in (
            (facts.enrollment_opens_on, SchemeStatus.ENROLLMENT_OPEN),
            (_day_after(facts.enrollment_closes_on), SchemeStatus.NOT_STARTED),
            (facts.starts_on, SchemeStatus.RUNNING),
            (_day_after(facts.ends_on), SchemeStatus.ENDED),
        )
        if day is not None and start_of_day(day) <= at
    ]
    # A running scheme stays RUNNING when its enrollment window opens or closes.
    order = (SchemeStatus.ENDED, SchemeStatus.RUNNING)
    found = next(((moment, status) for wanted in order for moment, status in reached if status is wanted), None)
    moment, status = found or max(reached, default=(approved_at, SchemeStatus.NOT_STARTED))
    since = max(moment, approved_at)
    if status is SchemeStatus.NOT_STARTED:
        return Stage(kind=kind, state=StageState.NOT_STARTED, status=status, since=since, due_on=facts.ends_on)
    if status is SchemeStatus.ENDED:
        return Stage(kind=kind, state=StageState.DONE, status=status, since=since, done=1)
    return Stage(kind=kind, state=StageState.IN_PROGRESS, status=status, since=since, due_on=facts.ends_on)


def _day_after(day: date | None) -> date | None:
    return None if day is None else day + timedelta(days=1)


_DERIVATIONS = {
    StageKind.DEFINITION: _definition,
    StageKind.APPROVAL: _approval,
    StageKind.COUPON_GENERATION: coupon_generation,
    StageKind.VENDOR_ALLOCATION: vendor_allocation,
    StageKind.ARTWORK: artwork,
    StageKind.PRODUCTION: production,
    StageKind.RUNNING: _running,
    StageKind.SETTLEMENT: settlement,
}
