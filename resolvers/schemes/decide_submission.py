"""The mutations approveScheme, requestSchemeChanges and rejectScheme: one decision about the latest submission."""

from uuid import UUID

import msgspec
from msgspec import Struct

from db.changes import schemes as changes
from db.sessions import Writing
from db.statements.schemes import SUBMITTED_CONTENT
from domain.events import EventKind
from domain.lifecycle import Decision, stages_at
from domain.schemes.act_sentences import approved, changes_requested, rejected, work_begins
from domain.schemes.content import SchemeContent, differences
from domain.schemes.failures import ContentChanged
from domain.schemes.guards import SchemeAction, refusal
from domain.schemes.inputs import REASON_LENGTH, text_problems
from domain.stages import StageState, status_label
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
    """Approve the content with this hash."""

    scheme_id: UUID
    content_hash: str
    comment: str | None


class DeclineScheme(Struct, frozen=True):
    """Request changes to a scheme, or reject it, with a reason."""

    scheme_id: UUID
    reason: str


async def approve_scheme(operation: Operation, command: ApproveScheme) -> UUID:
    """Approve what was submitted, if it is still what the approver read.

    Raises InvalidInput, SchemeNotFound, IllegalState, SelfApproval and ContentChanged.
    """
    comment = (command.comment or "").strip() or None
    refuse(text_problems(comment, ("comment",), "The comment", (0, REASON_LENGTH[1]), lines=True))
    async with operation.writing() as session:
        definition = await lock_scheme(operation, session, command.scheme_id)
        await _check_content(operation, session, definition, command.content_hash)
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


async def _check_content(operation: Operation, session: Writing, definition: Definition, named_hash: str) -> None:
    """While a decision is open, both the submission and the approver must mean the content as it is now."""
    submission = definition.submission
    if submission is None or submission.decision is not None:
        return
    if submission.submitted_by == operation.viewer.account_id:
        return
    current = definition.content_hash
    if current == submission.content_hash == named_hash:
        return
    key = {"scheme_id": submission.scheme_id, "number": submission.number}
    (document,) = await session.fetch(SUBMITTED_CONTENT, **key)
    submitted = msgspec.json.decode(document, type=SchemeContent)
    changed = differences(submitted, definition.content)
    raise ContentChanged(named_hash=named_hash, current_hash=current, changes=changed)


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
        await changes.touch_scheme(session, scheme_id, approved_at=operation.now)
    after = await derive_again(operation, session, scheme_id)
    await record(operation, session, scheme_id, _act(operation, after, decision, reason))


def _act(operation: Operation, after: Definition, decision: Decision, reason: str | None) -> Act:
    """The decision as the participants are told of it; whoever must act next is told that it is their turn."""
    actor, title = operation.viewer.display_name, after.content.basics.title
    if decision is Decision.APPROVED:
        waiting = [stage for stage in stages_at(after.facts, operation.now) if stage.state is StageState.PENDING]
        tasks = [(stage.kind.owner, work_begins(title, status_label(stage.status, stage.state))) for stage in waiting]
        return Act(EventKind.SCHEME_APPROVED, approved(actor, title, reason), tasks=tasks)
    if decision is Decision.CHANGES_REQUESTED:
        return Act(EventKind.SCHEME_CHANGES_REQUESTED, changes_requested(actor, title, reason or ""))
    return Act(EventKind.SCHEME_REJECTED, rejected(actor, title, reason or ""))
