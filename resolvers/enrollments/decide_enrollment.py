"""The mutation decideEnrollment."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from db.enrollments.changes import record_enrollment_decision
from db.enrollments.rows import EnrollmentStandingRow
from db.outbox.changes import NewEvent
from domain.checks import REASON_LENGTH, text_problems
from domain.enrollments.events import about_enrollment
from domain.enrollments.facts import EnrollmentStatus
from domain.enrollments.guards import ENROLLMENT_GUARDS, EnrollmentAction
from domain.enrollments.stored_facts import EnrollmentAccepted, EnrollmentRejected, StoredEnrollmentFact
from domain.events import EventKind
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.enrollments.loaders import build_enrollment_facts
from resolvers.enrollments.locking import lock_enrollment
from resolvers.enrollments.notify import notify_of_enrollment
from resolvers.validation import reject_invalid


class DecideEnrollment(Struct, frozen=True):
    """Accept the request of an ECP, or reject it with a reason."""

    enrollment_id: UUID
    accept: bool
    reason: str | None


async def decide_enrollment(operation: Operation, command: DecideEnrollment) -> UUID:
    """Decide on a pending enrollment and notify the ECP.

    Raises InvalidInput, NotFound, IllegalState and SelfApproval.
    """
    reason = trim_text(command.reason or "") or None
    shortest, longest = REASON_LENGTH
    length = (0 if command.accept else shortest, longest)
    reject_invalid(text_problems(reason, ("reason",), "The reason", length, multiline=True))
    action = EnrollmentAction.ACCEPT if command.accept else EnrollmentAction.REJECT
    async with operation.writing() as session:
        row = await lock_enrollment(operation, session, command.enrollment_id)
        today = (await operation.calendar()).day_of(operation.now)
        ENROLLMENT_GUARDS.check(action, build_enrollment_facts(row, today), operation.viewer)
        await record_enrollment_decision(
            session,
            row.id,
            status=EnrollmentStatus.ENROLLED if command.accept else EnrollmentStatus.REJECTED,
            reason=reason,
            account_id=operation.viewer.account_id,
            at=operation.now,
        )
        event = NewEvent(
            EventKind.ENROLLMENT_DECIDED, row.id, about_enrollment(scheme_id=row.scheme.id, ecp_id=row.ecp.id)
        )
        await notify_of_enrollment(operation, session, event, _facts_by_account(row, reason, accept=command.accept))
    return command.enrollment_id


def _facts_by_account(
    row: EnrollmentStandingRow, reason: str | None, *, accept: bool
) -> Mapping[UUID, StoredEnrollmentFact]:
    ecp, title = row.ecp, row.scheme.title
    if ecp.account_id is None:
        return {}
    if accept:
        return {ecp.account_id: EnrollmentAccepted(ecp_id=ecp.id, code=ecp.code, title=title, comment=reason)}
    return {ecp.account_id: EnrollmentRejected(ecp_id=ecp.id, code=ecp.code, title=title, reason=reason or "")}
