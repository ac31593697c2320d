"""The facts from which the stages of a scheme derive, from its rows."""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from db.schemes import reads as statements
from db.schemes.rows import SchemeRow, SectionRow, SubmissionRow
from db.sessions import Fetching
from domain.calendar import Calendar
from domain.channels import EarningChannel
from domain.coupons.quantities import CouponQuantities
from domain.schemes.execution import ExecutionFacts
from domain.schemes.lifecycle_facts import Decision, SchemeFacts, StepFact, SubmissionFact
from domain.schemes.stages import STEP_ORDER, WizardStepKind, WizardStepState
from domain.viewers import SchemeScope
from resolvers.loading import align_many, align_one
from resolvers.schemes.standing_facts import is_current

_SCHEME_ID: Final[Callable[[Any], UUID]] = attrgetter("scheme_id")


def build_facts(  # noqa: PLR0913 - the parts of a scheme, by name
    scheme: SchemeRow,
    *,
    calendar: Calendar,
    steps: Iterable[StepFact],
    submission: SubmissionRow | None,
    content_hash: str,
    planned: Iterable[CouponQuantities] = (),
) -> SchemeFacts:
    """Combine the parts of a scheme into its facts. `planned` has the planned coupons of each variant."""
    return SchemeFacts(
        created_at=scheme.created_at,
        calendar=calendar,
        channels=frozenset(EarningChannel(channel) for channel in scheme.earning_channels),
        steps=tuple(steps),
        submission=None if submission is None else _submission_fact(scheme, submission, content_hash),
        enrollment_opens_on=scheme.enrollment_opens_on,
        enrollment_closes_on=scheme.enrollment_closes_on,
        starts_on=scheme.starts_on,
        ends_on=scheme.ends_on,
        execution=ExecutionFacts(tuple(planned)),
        effective_at=scheme.effective_at,
        first_approved_at=scheme.approved_at,
        grace_days=scheme.grace_days,
    )


async def load_facts(fetching: Fetching, ids: list[UUID], calendar: Calendar) -> dict[UUID, SchemeFacts]:
    """Load the facts of approved schemes with coupons without their content: stored states of steps serve as well.

    Runs three statements. The quantities and everything else about the execution is left to `add_execution`.
    """
    schemes = await fetching.fetch(statements.select_schemes_by_id(SchemeScope.ALL), ids=ids)
    sections = align_many(ids, await fetching.fetch(statements.SECTIONS_BY_SCHEME, ids=ids), _SCHEME_ID)
    submissions = align_one(ids, await fetching.fetch(statements.SUBMISSIONS_BY_SCHEME, ids=ids), _SCHEME_ID)
    parts = dict(zip(ids, zip(sections, submissions, strict=True), strict=True))
    found: dict[UUID, SchemeFacts] = {}
    for scheme in schemes:
        rows, submission = parts[scheme.id]
        found[scheme.id] = build_facts(
            scheme,
            calendar=calendar,
            steps=_steps(rows),
            submission=submission,
            content_hash=scheme.content_hash,
        )
    return found


def _steps(sections: Iterable[SectionRow]) -> list[StepFact]:
    by_kind = {WizardStepKind(row.section): row for row in sections}
    return [StepFact(kind, WizardStepState(by_kind[kind].state), by_kind[kind].saved_at) for kind in STEP_ORDER]


def _submission_fact(scheme: SchemeRow, submission: SubmissionRow, content_hash: str) -> SubmissionFact:
    return SubmissionFact(
        submitted_at=submission.submitted_at,
        current=is_current(submission, content_hash, scheme.effective_at),
        decision=None if submission.decision is None else Decision(submission.decision),
        decided_at=submission.decided_at,
        decided_by=submission.decided_by,
        reason=submission.reason,
    )
