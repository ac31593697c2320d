"""Loaders of enrollments and of the actions that the viewer may take on them."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from msgspec.structs import replace

from db.accounts.rows import AccountRow
from db.enrollments import reads as statements
from db.enrollments.rows import ApplicantRow, EnrollmentRow, EnrollmentStandingRow, OfferRow
from db.sessions import Fetching
from domain.ecps.facts import EcpStatus
from domain.enrollments.facts import Applicant, EnrollmentFacts, EnrollmentStatus, Offer
from domain.enrollments.guards import ENROLLMENT_GUARDS, EnrollmentAction
from domain.viewers import EcpScope
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
    # Only managers decide, and never on their own application.
    applicant = build_applicant(row.ecp, own=False)
    return EnrollmentFacts(
        status=EnrollmentStatus(row.status),
        applicant=replace(applicant, has_applied=True),
        offer=build_offer(row.scheme, row.places),
        terms_version=row.terms_version,
        today=today,
    )


def build_applicant(row: ApplicantRow, *, own: bool) -> Applicant:
    """Build the facts about an ECP who enrolls; `own` if it is the viewer."""
    return Applicant(id=row.id, code=row.code, status=EcpStatus(row.status), places=row.places, own=own)


def build_offer(row: OfferRow, places: Iterable[UUID]) -> Offer:
    """Build the facts about a scheme in which an ECP enrolls. `places` are at least those that include the ECP."""
    return Offer(
        approved=row.approved_at is not None,
        rejected=row.rejected_at is not None,
        opens_on=row.enrollment_opens_on,
        closes_on=row.enrollment_closes_on,
        ends_on=row.ends_on,
        terms_version=row.terms_version,
        places=frozenset(places),
    )
