"""What approving, requesting changes and rejecting share: one decision about the latest submission."""

from uuid import UUID

from msgspec import Struct

from db.schemes import changes
from db.schemes.revision_changes import add_revision
from db.schemes.rows import SchemeRow, SubmissionRow
from db.sessions import Writing
from domain.checks import REASON_LENGTH, text_problems
from domain.events import EventKind
from domain.schemes.activity_sentences import approved, changes_requested, rejected, work_begins
from domain.schemes.guards import SCHEME_GUARDS, SchemeAction
from domain.schemes.lifecycle import Decision, stages_at
from domain.schemes.stages import StageState, status_label
from resolvers.context import Operation
from resolvers.schemes.definitions import Definition
from resolvers.schemes.locking import lock_scheme
from resolvers.schemes.record_activity import SchemeActivity, record_activity
from resolvers.schemes.rederive import rederive
from resolvers.validation import reject_invalid

_ACTIONS = {
    Decision.APPROVED: SchemeAction.APPROVE,
    Decision.CHANGES_REQUESTED: SchemeAction.REQUEST_CHANGES,
    Decision.REJECTED: SchemeAction.REJECT,
}


class DeclineScheme(Struct, frozen=True):
    """Request changes to a scheme, or reject it, with a reason."""

    scheme_id: UUID
    reason: str


async def decline(operation: Operation, command: DeclineScheme, decision: Decision) -> UUID:
    """Decide against a submission, with a reason. Raises InvalidInput, NotFound, IllegalState, SelfApproval."""
    reject_invalid(text_problems(command.reason, ("reason",), "The reason", REASON_LENGTH, multiline=True))
    async with operation.writing() as session:
        definition = await lock_scheme(operation, session, command.scheme_id)
        await decide(operation, session, definition, decision, command.reason.strip())
    return command.scheme_id


async def decide(
    operation: Operation, session: Writing, definition: Definition, decision: Decision, reason: str | None
) -> None:
    """Record a decision about the latest submission, and what follows from it. Raises IllegalState and SelfApproval."""
    SCHEME_GUARDS.check(_ACTIONS[decision], definition.standing, operation.viewer)
    if definition.submission is None:
        raise AssertionError("a guard accepted a decision about a scheme that nobody submitted")
    scheme_id = definition.scheme.id
    await changes.record_decision(
        session,
        scheme_id=scheme_id,
        number=definition.submission.number,
        decision=decision,
        reason=reason,
        account_id=operation.viewer.account_id,
        at=operation.now,
    )
    if decision is Decision.APPROVED:
        await _approve(operation, session, definition.scheme, definition.submission)
    elif decision is Decision.REJECTED:
        await changes.touch_scheme(session, scheme_id, rejected_at=operation.now)
    after = await rederive(operation, session, scheme_id)
    await record_activity(operation, session, scheme_id, _act(operation, after, decision, reason))


async def _approve(operation: Operation, session: Writing, scheme: SchemeRow, submission: SubmissionRow) -> None:
    """What was submitted is a revision from now on, and in force: at its time if it revises a scheme, else at once."""
    in_force_at = scheme.effective_at or operation.now
    published_at = scheme.terms_published_at if scheme.revises else in_force_at
    await changes.touch_scheme(session, scheme.id, approved_at=operation.now, terms_published_at=published_at)
    await add_revision(session, submission, scheme_id=scheme.live_id, number=scheme.revision, effective_at=in_force_at)


def _act(operation: Operation, after: Definition, decision: Decision, reason: str | None) -> SchemeActivity:
    """The decision as the participants are told of it; whoever must act next is told that it is their turn."""
    actor, scheme = operation.viewer.display_name, after.called
    if decision is Decision.APPROVED:
        waiting = [stage for stage in stages_at(after.facts, operation.now) if stage.state is StageState.PENDING]
        tasks = [(stage.kind.owner, work_begins(scheme, status_label(stage.status, stage.state))) for stage in waiting]
        message = approved(actor, scheme, reason, after.scheme.effective_at)
        return SchemeActivity(EventKind.SCHEME_APPROVED, message, tasks=tasks)
    if decision is Decision.CHANGES_REQUESTED:
        return SchemeActivity(EventKind.SCHEME_CHANGES_REQUESTED, changes_requested(actor, scheme, reason or ""))
    return SchemeActivity(EventKind.SCHEME_REJECTED, rejected(actor, scheme, reason or ""))
