"""The mutation submitScheme."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from db.schemes import changes
from domain.events import EventKind
from domain.permissions import Role
from domain.schemes.content import canonical
from domain.schemes.failures import ContentChanged, WarningsNotAcknowledged
from domain.schemes.guards import SCHEME_GUARDS, SchemeAction
from domain.schemes.stored_facts import ApprovalRequested, SchemeSubmitted
from resolvers.context import Operation
from resolvers.schemes.definitions import Definition
from resolvers.schemes.locking import lock_scheme
from resolvers.schemes.reach import assess_definitions
from resolvers.schemes.record_activity import NewActivity, join_scheme, record_activity
from resolvers.schemes.rederive import rederive
from resolvers.schemes.review import build_review


class SubmitScheme(Struct, frozen=True):
    """Submit the content with this hash for approval."""

    scheme_id: UUID
    content_hash: str
    acknowledge_warnings: bool


async def submit_scheme(operation: Operation, command: SubmitScheme) -> UUID:
    """Submit a scheme whose content is still the reviewed one, and store that content with the submission.

    Raises NotFound, IllegalState, TimePassed, ContentChanged and WarningsNotAcknowledged.
    """
    async with operation.writing() as session:
        definition = await lock_scheme(operation, session, command.scheme_id)
        SCHEME_GUARDS.check(SchemeAction.SUBMIT, definition.standing, operation.viewer)
        review = build_review(definition)
        (assessment,) = await assess_definitions(operation, session, [definition])
        if command.content_hash != review.content_hash:
            raise ContentChanged(named_hash=command.content_hash, current_hash=review.content_hash, changes=())
        messages = [warning.message for warning in assessment.warnings if not warning.notice]
        if messages and not command.acknowledge_warnings:
            raise WarningsNotAcknowledged(messages)
        previous = definition.submission
        await changes.add_submission(
            session,
            scheme_id=command.scheme_id,
            number=1 if previous is None else previous.number + 1,
            content_hash=review.content_hash,
            effective_at=definition.scheme.effective_at,
            content=canonical(definition.content),
            acknowledged_warnings=messages,
            reach=assessment.reach,
            authors=definition.authors,
            account_id=operation.viewer.account_id,
            at=operation.now,
        )
        if definition.scheme.submitted_at is None:
            await changes.touch_scheme(session, command.scheme_id, submitted_at=operation.now)
        await join_scheme(operation, session, command.scheme_id)
        excused = () if (await operation.program()).authors_may_approve else definition.authors
        activity = _describe_submission(definition, excused)
        await record_activity(operation, session, command.scheme_id, activity)
        await rederive(operation, session, command.scheme_id)
    return command.scheme_id


def _describe_submission(definition: Definition, excused: Sequence[UUID]) -> NewActivity:
    """Describe the submission, and the task to approve it to all approvers except authors who may not."""
    tasks = ((Role.APPROVER, ApprovalRequested(definition.name)),)
    return NewActivity(EventKind.SCHEME_SUBMITTED, SchemeSubmitted(definition.name), tasks=tasks, excused=excused)
