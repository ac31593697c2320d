"""The mutation approveScheme."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from db.schemes import changes
from db.schemes.reads import SUBMITTED_CONTENT
from db.sessions import Writing
from domain.checks import REASON_LENGTH, text_problems
from domain.events import EventKind
from domain.schemes.content import SchemeContent, differences, time_difference
from domain.schemes.failures import ContentChanged
from domain.schemes.guards import SCHEME_GUARDS, SchemeAction
from domain.schemes.lifecycle import stages_at
from domain.schemes.lifecycle_facts import Decision
from domain.schemes.stages import StageState
from domain.schemes.stored_facts import SchemeApproved, StagePending
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.schemes.definitions import Definition
from resolvers.schemes.locking import lock_scheme
from resolvers.schemes.record_activity import NewActivity, record_activity
from resolvers.schemes.rederive import rederive
from resolvers.validation import reject_invalid


class ApproveScheme(Struct, frozen=True):
    """Approve the content with this hash; for a revision, optionally also the time at which it takes effect."""

    scheme_id: UUID
    content_hash: str
    comment: str | None
    effective_at: datetime | None = None


async def approve_scheme(operation: Operation, command: ApproveScheme) -> UUID:
    """Approve the latest submission if the scheme is still what the approver read.

    A revision takes effect at its time, everything else at once.

    Raises InvalidInput, NotFound, IllegalState, SelfApproval, ContentChanged and TimePassed.
    """
    comment = trim_text(command.comment or "") or None
    reject_invalid(text_problems(comment, ("comment",), "The comment", (0, REASON_LENGTH[1]), multiline=True))
    async with operation.writing() as session:
        definition = await lock_scheme(operation, session, command.scheme_id)
        await _reject_changed_content(operation, session, definition, command)
        SCHEME_GUARDS.check(SchemeAction.APPROVE, definition.standing, operation.viewer)
        await changes.record_scheme_decision(
            session,
            scheme_id=command.scheme_id,
            number=definition.latest_submission.number,
            decision=Decision.APPROVED,
            reason=comment,
            account_id=operation.viewer.account_id,
            at=operation.now,
            authors_may_approve=(await operation.program()).authors_may_approve,
        )
        await _store_revision(operation, session, definition)
        after = await rederive(operation, session, command.scheme_id)
        await record_activity(operation, session, command.scheme_id, _describe_approval(operation, after, comment))
    return command.scheme_id


async def _reject_changed_content(
    operation: Operation, session: Writing, definition: Definition, command: ApproveScheme
) -> None:
    """Check that the submission and the approver both mean the scheme as it is now. Raises ContentChanged.

    The check applies only to an undecided submission that the viewer may approve; the guards reject every other case.
    """
    submission = definition.submission
    if submission is None or submission.decision is not None:
        return
    if operation.viewer.account_id in {submission.submitted_by, *submission.barred}:
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


async def _store_revision(operation: Operation, session: Writing, definition: Definition) -> None:
    """Store the submission as an approved revision, in force from its time if it revises a scheme, else from now."""
    scheme = definition.scheme
    effective_at = scheme.effective_at or operation.now
    published_at = scheme.terms_published_at if scheme.revises else effective_at
    await changes.touch_scheme(session, scheme.id, approved_at=operation.now, terms_published_at=published_at)
    await changes.add_revision(
        session,
        definition.latest_submission,
        scheme_id=scheme.live_id,
        number=scheme.revision,
        effective_at=effective_at,
    )


def _describe_approval(operation: Operation, after: Definition, comment: str | None) -> NewActivity:
    """Describe the approval to the participants, and their work to the owners of the stages that now wait for them."""
    fact = SchemeApproved(scheme=after.name, comment=comment, effective_at=after.scheme.effective_at)
    waiting = [stage for stage in stages_at(after.facts, operation.now) if stage.state is StageState.PENDING]
    tasks = [
        (stage.kind.owner, StagePending(scheme=after.name, status=stage.status, state=stage.state)) for stage in waiting
    ]
    return NewActivity(EventKind.SCHEME_APPROVED, fact, tasks=tasks)
