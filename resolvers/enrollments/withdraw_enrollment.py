"""The mutation withdrawEnrollment."""

from uuid import UUID

from msgspec import Struct

from db.enrollments.changes import record_withdrawal
from db.outbox.changes import NewEvent
from domain.enrollments.events import about_enrollment
from domain.enrollments.failures import WithdrawnAlready
from domain.enrollments.guards import ENROLLMENT_GUARDS, EnrollmentAction
from domain.enrollments.stored_facts import EnrollmentWithdrawn
from domain.events import EventKind
from resolvers.context import Operation
from resolvers.enrollments.loaders import build_enrollment_facts
from resolvers.enrollments.locking import lock_enrollment
from resolvers.enrollments.notify import notify_of_enrollment


class WithdrawEnrollment(Struct, frozen=True):
    """End an enrollment, or cancel an application."""

    enrollment_id: UUID


async def withdraw_enrollment(operation: Operation, command: WithdrawEnrollment) -> UUID:
    """Withdraw an enrollment: an ECP its own, a manager any, which notifies the ECP. Repeating it changes nothing.

    Raises NotFound, and IllegalState for a rejected enrollment.
    """
    async with operation.writing() as session:
        row = await lock_enrollment(operation, session, command.enrollment_id)
        today = (await operation.calendar()).day_of(operation.now)
        try:
            ENROLLMENT_GUARDS.check(EnrollmentAction.WITHDRAW, build_enrollment_facts(row, today), operation.viewer)
        except WithdrawnAlready:
            return command.enrollment_id
        await record_withdrawal(session, row.id, account_id=operation.viewer.account_id, at=operation.now)
        ecp, title = row.ecp, row.scheme.title
        fact = EnrollmentWithdrawn(ecp_id=ecp.id, code=ecp.code, title=title)
        facts = {} if ecp.account_id is None else {ecp.account_id: fact}
        about = about_enrollment(scheme_id=row.scheme.id, ecp_id=ecp.id)
        event = NewEvent(EventKind.ENROLLMENT_WITHDRAWN, row.id, about)
        await notify_of_enrollment(operation, session, event, facts)
    return command.enrollment_id
