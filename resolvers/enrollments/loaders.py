"""Loaders of enrollments and of the actions that the viewer may take on them."""

from datetime import date
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
from resolvers.ecps.loaders import scope_parameters
from resolvers.loading import align_one


async def enrollments_by_id(operation: Operation, ids: list[UUID]) -> list[EnrollmentRow | None]:
    """Load enrollments; None for unknown ids and for enrollments that the viewer may not see."""
    viewer, scope = operation.viewer, operation.viewer.ecp_scope
    rows = await operation.fetch(statements.select_enrollments_by_id(scope), ids=ids, **scope_parameters(viewer, scope))
    return align_one(ids, rows, lambda row: row.id)


async def viewer_enrollments_by_scheme(operation: Operation, ids: list[UUID]) -> list[EnrollmentRow | None]:
    """Load the viewer's own enrollment in each scheme; None unless the viewer is an ECP with one."""
    viewer = operation.viewer
    if viewer.ecp_scope is EcpScope.NONE or viewer.ecp_id is None:
        return [None] * len(ids)
    rows = await operation.fetch(statements.OWN_ENROLLMENTS, ids=ids, viewer_ecp_id=viewer.ecp_id)
    return align_one(ids, rows, lambda row: row.scheme_id)


async def deciders_by_id(operation: Operation, ids: list[UUID]) -> list[AccountRow | None]:
    """Load the accounts that decided, for viewers who manage ECPs. ECPs deal with the program, not with a person."""
    if operation.viewer.ecp_scope is not EcpScope.ALL:
        return [None] * len(ids)
    return await accounts_by_id(operation, ids)


async def actions_by_enrollment(operation: Operation, ids: list[UUID]) -> list[list[EnrollmentAction]]:
    """Load the actions that the viewer may take on each enrollment now, by the same guards as the mutations."""
    found = {row.id: row for row in await operation.fetch(statements.STANDINGS_BY_ID, ids=ids)}
    today = (await operation.calendar()).day_of(operation.now)
    return [list(ENROLLMENT_GUARDS.allowed(build_enrollment_facts(found[key], today), operation.viewer)) for key in ids]


async def load_standing_row(fetching: Fetching, enrollment_id: UUID) -> EnrollmentStandingRow:
    """Load the facts about an enrollment that exists."""
    (row,) = await fetching.fetch(statements.STANDINGS_BY_ID, ids=[enrollment_id])
    return row


def build_enrollment_facts(row: EnrollmentStandingRow, today: date) -> EnrollmentFacts:
    """Build the facts that guards check on this day."""
    return EnrollmentFacts(
        status=EnrollmentStatus(row.status),
        ecp_id=row.ecp_id,
        ecp_code=row.ecp_code,
        ecp_status=EcpStatus(row.ecp_status),
        scheme_has_ended=row.scheme_ends_on is not None and row.scheme_ends_on < today,
    )
