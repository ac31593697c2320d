"""The mutation enroll: an ECP requests enrollment in a scheme, or a manager enrolls the ECP."""

from uuid import UUID

from msgspec import Struct

from db.enrollments import locks as statements
from db.enrollments.changes import add_enrollment, replace_enrollment
from db.enrollments.rows import ApplicantRow, EnrollmentRow, OfferRow
from db.outbox.changes import NewEvent
from db.sessions import DuplicateKey, TransactionConflict, Writing
from domain.ecps.facts import EcpStatus
from domain.ecps.failures import ECP_PATH
from domain.enrollments.events import about_enrollment
from domain.enrollments.facts import Applicant, EnrollmentStatus, Offer
from domain.enrollments.failures import SCHEME_PATH, EcpNotNamed, NotRegistered
from domain.enrollments.guards import find_enrolling_failure
from domain.enrollments.sentences import requested, you_were_enrolled
from domain.events import EventKind
from domain.failures import NotFound
from domain.permissions import Permission
from resolvers.context import Operation
from resolvers.enrollments.notify import managers_of_scheme, notify_of_enrollment


class Enroll(Struct, frozen=True):
    """Enroll the viewer, or the ECP that a manager names, having accepted this version of the terms."""

    scheme_id: UUID
    terms_version: int
    ecp_id: UUID | None


async def enroll(operation: Operation, command: Enroll) -> UUID:
    """Request enrollment for the viewer, or enroll another ECP at once; return the id of the enrollment.

    Raises NotRegistered, EcpNotNamed, NotFound, and every failure of `find_enrolling_failure`.
    """
    ecp_id = _choose_ecp(operation, command.ecp_id)
    try:
        async with operation.writing() as session:
            return await _enroll(operation, session, command, ecp_id)
    except DuplicateKey as duplicate:
        # The same ECP has a second request at the same time. The retry sees that enrollment, and the guard reports it.
        raise TransactionConflict from duplicate


def _choose_ecp(operation: Operation, named: UUID | None) -> UUID:
    """Return the ECP to enroll: the viewer, or one that a manager names."""
    viewer = operation.viewer
    is_manager = viewer.may(Permission.ENROLLMENT_MANAGE)
    if named is not None:
        if named != viewer.ecp_id and not is_manager:
            raise NotFound("ECP", ECP_PATH)
        return named
    if viewer.ecp_id is None:
        raise EcpNotNamed if is_manager else NotRegistered
    return viewer.ecp_id


async def _enroll(operation: Operation, session: Writing, command: Enroll, ecp_id: UUID) -> UUID:
    own = ecp_id == operation.viewer.ecp_id
    offers = await session.fetch(statements.share_offer(operation.viewer.scheme_scope), id=command.scheme_id)
    if not offers:
        raise NotFound("scheme", SCHEME_PATH)
    applicants = await session.fetch(statements.SHARE_APPLICANT, id=ecp_id)
    if not applicants:
        raise NotFound("ECP", ECP_PATH)
    (offer,), (applicant,) = offers, applicants
    found = await session.fetch(statements.LOCK_ENROLLMENT_OF_ECP, scheme_id=offer.id, ecp_id=ecp_id)
    before = found[0] if found else None
    failure = find_enrolling_failure(
        await _load_applicant(session, applicant, own=own),
        await _load_offer(session, offer),
        None if before is None else EnrollmentStatus(before.status),
        command.terms_version,
        (await operation.calendar()).day_of(operation.now),
    )
    if failure:
        raise failure
    row = _build_row(operation, command, ecp_id, before, own=own)
    await (add_enrollment(session, row) if before is None else replace_enrollment(session, row))
    messages = await _messages_by_account(session, offer, applicant, own=own)
    event = NewEvent(EventKind.ENROLLMENT_REQUESTED, row.id, about_enrollment(scheme_id=offer.id, ecp_id=ecp_id))
    await notify_of_enrollment(operation, session, event, messages)
    return row.id


async def _load_applicant(session: Writing, row: ApplicantRow, *, own: bool) -> Applicant:
    places = frozenset(await session.fetch(statements.PLACES_OF_ECP, ecp_id=row.id))
    return Applicant(id=row.id, code=row.code, status=EcpStatus(row.status), places=places, own=own)


async def _load_offer(session: Writing, row: OfferRow) -> Offer:
    return Offer(
        approved=row.approved_at is not None,
        rejected=row.rejected_at is not None,
        opens_on=row.enrollment_opens_on,
        closes_on=row.enrollment_closes_on,
        ends_on=row.ends_on,
        terms_version=row.terms_version,
        places=frozenset(await session.fetch(statements.PLACES_OF_SCHEME, scheme_id=row.id)),
    )


def _build_row(
    operation: Operation, command: Enroll, ecp_id: UUID, before: EnrollmentRow | None, *, own: bool
) -> EnrollmentRow:
    """Build the application, which replaces an earlier one. An application by a manager is accepted at once."""
    account_id, now = operation.viewer.account_id, operation.now
    return EnrollmentRow(
        id=operation.new_id() if before is None else before.id,
        scheme_id=command.scheme_id,
        ecp_id=ecp_id,
        status=EnrollmentStatus.PENDING if own else EnrollmentStatus.ENROLLED,
        terms_version=command.terms_version,
        requested_at=now,
        requested_by=account_id,
        enrolled_at=None if own else now,
        decided_at=None if own else now,
        decided_by=None if own else account_id,
        reason=None,
        withdrawn_at=None,
    )


async def _messages_by_account(
    session: Writing, offer: OfferRow, applicant: ApplicantRow, *, own: bool
) -> dict[UUID, str]:
    """Address the managers when an ECP requests enrollment, and the ECP when a manager enrolls it."""
    if own:
        managers = await managers_of_scheme(session, offer.id)
        return dict.fromkeys(managers, requested(applicant.code, offer.title))
    return {} if applicant.account_id is None else {applicant.account_id: you_were_enrolled(offer.title)}
