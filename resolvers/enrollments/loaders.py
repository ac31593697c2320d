"""Batched reads of enrollments, and what the viewer may do to them."""

from uuid import UUID

from db.accounts.rows import AccountRow
from db.enrollments import reads as statements
from db.enrollments.rows import EnrollmentRow, EnrollmentStandingRow
from db.sessions import Fetching
from domain.ecps.facts import EcpStatus
from domain.enrollments.facts import EnrollmentFacts, EnrollmentStatus
from domain.enrollments.guards import ENROLLMENT_GUARDS, EnrollmentAction
from domain.permissions import EcpScope
from resolvers.accounts.loaders import accounts_by_id
from resolvers.context import Operation
from resolvers.ecps.loaders import seen_by
from resolvers.loading import align_one


async def enrollments_by_id(operation: Operation, ids: list[UUID]) -> list[EnrollmentRow | None]:
    """The enrollments that the viewer may see, or None: an unknown one and a foreign one answer alike."""
    viewer, scope = operation.viewer, operation.viewer.ecp_scope
    rows = await operation.fetch(statements.enrollments_by_id(scope), ids=ids, **seen_by(viewer, scope))
    return align_one(ids, rows, lambda row: row.id)


async def viewer_enrollments_by_scheme(operation: Operation, ids: list[UUID]) -> list[EnrollmentRow | None]:
    """The viewer's own enrollment in each scheme, or None; nobody but an ECP has any."""
    viewer = operation.viewer
    if viewer.ecp_scope is EcpScope.NONE or viewer.ecp_id is None:
        return [None] * len(ids)
    rows = await operation.fetch(statements.OWN_ENROLLMENTS, ids=ids, viewer_ecp_id=viewer.ecp_id)
    return align_one(ids, rows, lambda row: row.scheme_id)


async def deciders_by_id(operation: Operation, ids: list[UUID]) -> list[AccountRow | None]:
    """The accounts that decided, for those who manage ECPs: an ECP deals with the program, not with a person."""
    if operation.viewer.ecp_scope is not EcpScope.ALL:
        return [None] * len(ids)
    return await accounts_by_id(operation, ids)


async def actions_by_enrollment(operation: Operation, ids: list[UUID]) -> list[list[EnrollmentAction]]:
    """What the viewer may do to each enrollment now, by the same guards as the mutations."""
    found = {row.id: row for row in await operation.fetch(statements.STANDINGS_BY_ID, ids=ids)}
    return [list(ENROLLMENT_GUARDS.allowed(standing_of(found[key], operation), operation.viewer)) for key in ids]


async def standing_row(fetching: Fetching, enrollment_id: UUID) -> EnrollmentStandingRow:
    """The facts about an enrollment that exists."""
    (row,) = await fetching.fetch(statements.STANDINGS_BY_ID, ids=[enrollment_id])
    return row


def standing_of(row: EnrollmentStandingRow, operation: Operation) -> EnrollmentFacts:
    """What guards look at, today."""
    return EnrollmentFacts(
        status=EnrollmentStatus(row.status),
        ecp_id=row.ecp_id,
        ecp_code=row.ecp_code,
        ecp_status=EcpStatus(row.ecp_status),
        scheme_has_ended=row.scheme_ends_on is not None and row.scheme_ends_on < operation.now.date(),
    )
