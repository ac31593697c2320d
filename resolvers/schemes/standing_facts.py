"""The facts about a scheme that guards check, from its rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from db.schemes.rows import SectionRow, StandingRow, SubmissionRow
from domain.calendar import Calendar
from domain.channels import EarningChannel
from domain.schemes.coupon_period import redeemable_until
from domain.schemes.facts import Authorship, CouponStanding, SchemeStanding
from domain.schemes.lifecycle_facts import Decision
from domain.schemes.stages import STEP_ORDER, WizardStepKind

_UNCOUNTED: Final = CouponStanding(shortfall=0, available=0, allocated=0)


def build_standing(  # noqa: PLR0913 - the rows of a scheme, and the moment and calendar to read them by
    scheme: StandingRow,
    submission: SubmissionRow | None,
    sections: Iterable[SectionRow],
    now: datetime,
    calendar: Calendar,
    *,
    ready: bool,
) -> SchemeStanding:
    """Combine a scheme and its latest submission into the facts that guards check."""
    settles_at = redeemable_until(scheme.ends_on, scheme.grace_days, calendar)
    found = SchemeStanding(
        ready,
        calendar,
        revises=scheme.effective_at is not None,
        missed=scheme.effective_at if scheme.effective_at and scheme.effective_at <= now else None,
        ended_on=scheme.ends_on if scheme.ends_on and calendar.end_of_day(scheme.ends_on) <= now else None,
        settles_on=None if settles_at is None else calendar.day_of(settles_at),
        can_settle=settles_at is not None and settles_at <= now,
        open_revision=scheme.open_revision,
        coupons=_UNCOUNTED if EarningChannel.COUPON in scheme.earning_channels else None,
    )
    if submission is None:
        return found
    return replace(
        found,
        submitted_by=submission.submitted_by,
        current=is_current(submission, scheme.content_hash, scheme.effective_at),
        decision=None if submission.decision is None else Decision(submission.decision),
        barred=_barred(submission, sections),
    )


def _barred(submission: SubmissionRow, sections: Iterable[SectionRow]) -> tuple[Authorship, ...]:
    """The authors who may not approve the submission, with the steps that they edited."""
    if not submission.barred:
        return ()
    authors = {WizardStepKind(row.section): row.authors for row in sections}
    return tuple(
        Authorship(account_id, tuple(step for step in STEP_ORDER if account_id in authors[step]))
        for account_id in submission.barred
    )


def is_current(submission: SubmissionRow, content_hash: str, effective_at: datetime | None) -> bool:
    """Whether the scheme still has the submitted content, and a revision the submitted time."""
    return submission.content_hash == content_hash and submission.effective_at == effective_at
