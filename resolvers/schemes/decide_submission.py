"""The mutations approveScheme, requestSchemeChanges and rejectScheme: one decision about the latest submission."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from db.schemes import changes
from db.schemes.reads import SUBMITTED_CONTENT
from db.schemes.revision_changes import add_revision
from db.schemes.rows import SchemeRow, SubmissionRow
from db.sessions import Writing
from domain.checks import REASON_LENGTH, text_problems
from domain.events import EventKind
from domain.schemes.activity_sentences import approved, changes_requested, rejected, work_begins
from domain.schemes.content import SchemeContent, differences, time_difference
from domain.schemes.failures import ContentChanged
from domain.schemes.guards import SchemeAction, refusal
from domain.schemes.lifecycle import Decision, stages_at
from domain.schemes.stages import StageState, status_label
from resolvers.context import Operation
from resolvers.refusing import refuse
from resolvers.schemes.activity import Act, record
from resolvers.schemes.definitions import Definition
from resolvers.schemes.drafts import derive_again, lock_scheme

_ACTIONS = {
    Decision.APPROVED: SchemeAction.APPROVE,
    Decision.CHANGES_REQUESTED: SchemeAction.REQUEST_CHANGES,
    Decision.REJECTED: SchemeAction.REJECT,
}


class ApproveScheme(Struct, frozen=True):
    """Approve the content with this hash; a revision at this time, if one is named."""

    scheme_id: UUID
    content_hash: str
    comment: str | None
    effective_at: datetime | None = None


class DeclineScheme(Struct, frozen=True):
    """Request changes to a scheme, or reject it, with a reason."""

    scheme_id: UUID
    reason: str


async def approve_scheme(operation: Operation, command: ApproveScheme) -> UUID:
    """Approve what was submitted, if it is still what the approver read.

    A revision takes effect at its time, everything else at once.

    Raises InvalidInput, SchemeNotFound, IllegalState, SelfApproval, ContentChanged and TimePassed.
    """
    comment = (command.comment or "").strip() or None
    refuse(text_problems(comment, ("comment",), "The comment", (0, REASON_LENGTH[1]), lines=True))
    async with operation.writing() as session:
        definition = await lock_scheme(operation, session, command.scheme_id)
        await _check_content(operation, session, definition, command)
        await _decide(operation, session, definition, Decision.APPROVED, comment)
    return command.scheme_id


async def request_scheme_changes(operation: Operation, command: DeclineScheme) -> UUID:
    """Give a submitted scheme back to its managers. Raises InvalidInput, SchemeNotFound, IllegalState, SelfApproval."""
    return await _decline(operation, command, Decision.CHANGES_REQUESTED)


async def reject_scheme(operation: Operation, command: DeclineScheme) -> UUID:
    """End a submitted scheme for good. Raises InvalidInput, SchemeNotFound, IllegalState, SelfApproval."""
    return await _decline(operation, command, Decision.REJECTED)


async def _decline(operation: Operation, command: DeclineScheme, decision: Decision) -> UUID:
    refuse(text_problems(command.reason, ("reason",), "The reason", REASON_LENGTH, lines=True))
    async with operation.writing() as session:
        definition = await lock_scheme(operation, session, command.scheme_id)
        await _decide(operation, session, definition, decision, command.reason.strip())
    return command.scheme_id


async def _check_content(
    operation: Operation, session: Writing, definition: Definition, command: ApproveScheme
) -> None:
    """While a decision is open, both the submission and the approver must mean the scheme as it is now."""
    submission = definition.submission
    if submission is None or submission.decision is not None:
        return
    if submission.submitted_by == operation.viewer.account_id:
        return
    current, effective_at = definition.content_hash, definition.scheme.effective_at
    named_at = command.effective_at or effective_at
    if command.content_hash == current and named_at == effective_at and definition.standing.current:
        return
    key = {"scheme_id": submission.scheme_id, "number": submission.number}
    (document,) = await session.fetch(SUBMITTED_CONTENT, **key)
    submitted = msgspec.json.decode(document, type=SchemeContent)
    changed = differences(submitted, definition.content)
    known_at = named_at if submission.effective_at == effective_at else submission.effective_at
    if known_at != effective_at:
        changed = (*changed, time_difference(known_at, effective_at))
    raise ContentChanged(named_hash=command.content_hash, current_hash=current, changes=changed)


async def _decide(
    operation: Operation, session: Writing, definition: Definition, decision: Decision, reason: str | None
) -> None:
    failure = refusal(_ACTIONS[decision], definition.standing, operation.viewer)
    if failure is not None or definition.submission is None:
        raise failure or AssertionError("a guard let a decision pass that nobody submitted")
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
    after = await derive_again(operation, session, scheme_id)
    await record(operation, session, scheme_id, _act(operation, after, decision, reason))


async def _approve(operation: Operation, session: Writing, scheme: SchemeRow, submission: SubmissionRow) -> None:
    """What was submitted is a revision from now on, and in force: at its time if it revises a scheme, else at once."""
    in_force_at = scheme.effective_at or operation.now
    published_at = scheme.terms_published_at if scheme.revises else in_force_at
    await changes.touch_scheme(session, scheme.id, approved_at=operation.now, terms_published_at=published_at)
    await add_revision(session, submission, scheme_id=scheme.live_id, number=scheme.revision, effective_at=in_force_at)


def _act(operation: Operation, after: Definition, decision: Decision, reason: str | None) -> Act:
    """The decision as the participants are told of it; whoever must act next is told that it is their turn."""
    actor, scheme = operation.viewer.display_name, after.called
    if decision is Decision.APPROVED:
        waiting = [stage for stage in stages_at(after.facts, operation.now) if stage.state is StageState.PENDING]
        tasks = [(stage.kind.owner, work_begins(scheme, status_label(stage.status, stage.state))) for stage in waiting]
        message = approved(actor, scheme, reason, after.scheme.effective_at)
        return Act(EventKind.SCHEME_APPROVED, message, tasks=tasks)
    if decision is Decision.CHANGES_REQUESTED:
        return Act(EventKind.SCHEME_CHANGES_REQUESTED, changes_requested(actor, scheme, reason or ""))
    return Act(EventKind.SCHEME_REJECTED, rejected(actor, scheme, reason or ""))
