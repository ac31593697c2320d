"""Lock an enrollment together with the facts that its guards check."""

from uuid import UUID

from db.enrollments import locks as statements
from db.enrollments.reads import select_enrollments_by_id
from db.enrollments.rows import EnrollmentStandingRow
from db.sessions import Writing
from domain.enrollments.failures import ENROLLMENT_PATH
from domain.failures import NotFound
from domain.viewers import SchemeScope
from resolvers.context import Operation
from resolvers.ecps.loaders import scope_parameters
from resolvers.enrollments.loaders import load_standing_row


async def lock_enrollment(operation: Operation, session: Writing, enrollment_id: UUID) -> EnrollmentStandingRow:
    """Lock an enrollment that the viewer may see, and lock its scheme and its ECP for sharing. Raises NotFound."""
    viewer, scope = operation.viewer, operation.viewer.ecp_scope
    shown = await session.fetch(select_enrollments_by_id(scope), ids=[enrollment_id], **scope_parameters(viewer, scope))
    if not shown:
        raise NotFound("enrollment", ENROLLMENT_PATH)
    await session.fetch(statements.share_offer(SchemeScope.ALL), id=shown[0].scheme_id)
    await session.fetch(statements.SHARE_APPLICANT, id=shown[0].ecp_id)
    await session.fetch(statements.LOCK_ENROLLMENT, id=enrollment_id)
    # Read again: the first read was without the lock.
    return await load_standing_row(session, enrollment_id)
