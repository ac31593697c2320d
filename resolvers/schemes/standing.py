"""The facts that guards of schemes look at, and the actions that follow from them."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from db.schemes import reads as statements
from db.schemes.revision_reads import STANDINGS
from db.schemes.rows import StandingRow, SubmissionRow
from db.sessions import Fetching
from domain.calendar import end_of_day
from domain.schemes.facts import SchemeStanding
from domain.schemes.guards import SCHEME_GUARDS, SchemeAction
from domain.schemes.lifecycle import Decision
from domain.schemes.stages import WizardStepState
from resolvers.context import Operation
from resolvers.loading import align_many, align_one


async def actions_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[SchemeAction]]:
    """What the viewer may do to each scheme now, by the same guards as the mutations."""
    standings = await standings_by_scheme(operation, ids, operation.now)
    return [list(SCHEME_GUARDS.allowed(standing, operation.viewer)) for standing in standings]


async def standings_by_scheme(fetching: Fetching, ids: list[UUID], now: datetime) -> list[SchemeStanding]:
    """The facts that guards look at, for each scheme; all of them exist."""
    sections = align_many(ids, await fetching.fetch(statements.SECTIONS_BY_SCHEME, ids=ids), lambda row: row.scheme_id)
    schemes = {row.id: row for row in await fetching.fetch(STANDINGS, ids=ids)}
    submissions = align_one(
        ids, await fetching.fetch(statements.SUBMISSIONS_BY_SCHEME, ids=ids), lambda row: row.scheme_id
    )
    return [
        standing(schemes[scheme_id], submission, now, ready=all(row.state == WizardStepState.COMPLETE for row in rows))
        for scheme_id, rows, submission in zip(ids, sections, submissions, strict=True)
    ]


def standing(scheme: StandingRow, submission: SubmissionRow | None, now: datetime, *, ready: bool) -> SchemeStanding:
    """What guards look at, from the scheme and its latest submission."""
    found = SchemeStanding(
        ready,
        revises=scheme.effective_at is not None,
        missed=scheme.effective_at if scheme.effective_at and scheme.effective_at <= now else None,
        ended_on=scheme.ends_on if scheme.ends_on and end_of_day(scheme.ends_on) <= now else None,
        open_revision=scheme.open_revision,
    )
    if submission is None:
        return found
    return replace(
        found,
        submitted_by=submission.submitted_by,
        current=is_current(submission, scheme.content_hash, scheme.effective_at),
        decision=None if submission.decision is None else Decision(submission.decision),
    )


def is_current(submission: SubmissionRow, content_hash: str, effective_at: datetime | None) -> bool:
    """Whether a scheme is still what was submitted: its content, and of a revision its time."""
    return submission.content_hash == content_hash and submission.effective_at == effective_at
