"""Locking an enrollment together with what its guards look at."""

from uuid import UUID

from db.enrollments import locks as statements
from db.enrollments.reads import enrollments_by_id
from db.enrollments.rows import EnrollmentStandingRow
from db.sessions import Writing
from domain.enrollments.failures import ENROLLMENT_PATH
from domain.failures import NotFound
from domain.permissions import SchemeScope
from resolvers.context import Operation
from resolvers.ecps.loaders import seen_by
from resolvers.enrollments.loaders import standing_row


async def lock_enrollment(operation: Operation, session: Writing, enrollment_id: UUID) -> EnrollmentStandingRow:
    """Lock an enrollment that the viewer may see, and keep its scheme and its ECP as they are.

    Raises NotFound.
    """
    viewer, scope = operation.viewer, operation.viewer.ecp_scope
    shown = await session.fetch(enrollments_by_id(scope), ids=[enrollment_id], **seen_by(viewer, scope))
    if not shown:
        raise NotFound("enrollment", ENROLLMENT_PATH)
    await session.fetch(statements.share_offer(SchemeScope.ALL), id=shown[0].scheme_id)
    await session.fetch(statements.SHARE_APPLICANT, id=shown[0].ecp_id)
    await session.fetch(statements.LOCK_ENROLLMENT, id=enrollment_id)
    # Read again, now that nobody changes it any more.
    return await standing_row(session, enrollment_id)
