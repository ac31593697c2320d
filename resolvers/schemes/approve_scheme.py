"""The mutation approveScheme."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from db.schemes.reads import SUBMITTED_CONTENT
from db.sessions import Writing
from domain.checks import REASON_LENGTH, text_problems
from domain.schemes.content import SchemeContent, differences, time_difference
from domain.schemes.failures import ContentChanged
from domain.schemes.lifecycle import Decision
from resolvers.context import Operation
from resolvers.schemes.decisions import decide
from resolvers.schemes.definitions import Definition
from resolvers.schemes.locking import lock_scheme
from resolvers.validation import reject_invalid


class ApproveScheme(Struct, frozen=True):
    """Approve the content with this hash; a revision at this time, if one is named."""

    scheme_id: UUID
    content_hash: str
    comment: str | None
    effective_at: datetime | None = None


async def approve_scheme(operation: Operation, command: ApproveScheme) -> UUID:
    """Approve what was submitted, if it is still what the approver read.

    A revision takes effect at its time, everything else at once.

    Raises InvalidInput, NotFound, IllegalState, SelfApproval, ContentChanged and TimePassed.
    """
    comment = (command.comment or "").strip() or None
    reject_invalid(text_problems(comment, ("comment",), "The comment", (0, REASON_LENGTH[1]), multiline=True))
    async with operation.writing() as session:
        definition = await lock_scheme(operation, session, command.scheme_id)
        await _check_content(operation, session, definition, command)
        await decide(operation, session, definition, Decision.APPROVED, comment)
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
