"""The mutation enroll: an ECP requests enrollment in a scheme, or a manager enrolls the ECP."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from db.enrollments import locks as statements
from db.enrollments.changes import add_enrollment, replace_enrollment
from db.enrollments.rows import ApplicantRow, EnrollmentRow, OfferRow
from db.outbox.changes import NewEvent
from db.sessions import DuplicateKey, TransactionConflict, Writing
from domain.ecps.failures import ECP_PATH
from domain.enrollments.events import about_enrollment
from domain.enrollments.facts import EnrollmentStatus, LatestApplication
from domain.enrollments.failures import SCHEME_PATH, EcpNotNamed, NotRegistered
from domain.enrollments.guards import find_enrolling_failure
from domain.enrollments.stored_facts import EcpEnrolled, EnrollmentRenewed, EnrollmentRequested, StoredEnrollmentFact
from domain.events import EventKind
from domain.failures import NotFound
from domain.permissions import Permission
from resolvers.context import Operation
from resolvers.enrollments.loaders import build_applicant, build_offer
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
    places = await session.fetch(statements.PLACES_OF_SCHEME, scheme_id=offer.id)
    failure = find_enrolling_failure(
        build_applicant(applicant, own=own),
        build_offer(offer, places),
        None if before is None else EnrollmentStatus(before.status),
        command.terms_version,
        (await operation.calendar()).day_of(operation.now),
    )
    if failure:
        raise failure
    row = _build_row(operation, command, applicant, before)
    await (add_enrollment(session, row) if before is None else replace_enrollment(session, row))
    facts = await _facts_by_account(session, offer, applicant, row, own=own)
    event = NewEvent(EventKind.ENROLLMENT_REQUESTED, row.id, about_enrollment(scheme_id=offer.id, ecp_id=ecp_id))
    await notify_of_enrollment(operation, session, event, facts)
    return row.id


def _build_row(
    operation: Operation, command: Enroll, applicant: ApplicantRow, before: EnrollmentRow | None
) -> EnrollmentRow:
    """Build the application, which replaces an earlier one.

    An application by a manager is accepted at once; an ECP that left by itself returns without a decision.
    """
    account_id, own = operation.viewer.account_id, applicant.id == operation.viewer.ecp_id
    at = operation.now if before is None else _time_after(before, operation.now)
    returns = before is not None and _latest_application(before, applicant).may_return
    return EnrollmentRow(
        id=operation.new_id() if before is None else before.id,
        scheme_id=command.scheme_id,
        ecp_id=applicant.id,
        status=EnrollmentStatus.PENDING if own and not returns else EnrollmentStatus.ENROLLED,
        terms_version=command.terms_version,
        requested_at=at,
        requested_by=account_id,
        enrolled_at=None if own and not returns else at,
        decided_at=None if own else at,
        decided_by=None if own else account_id,
        reason=None,
        withdrawn_at=None,
        withdrawn_by=None,
    )


def _latest_application(before: EnrollmentRow, applicant: ApplicantRow) -> LatestApplication:
    return LatestApplication(
        status=EnrollmentStatus(before.status),
        was_enrolled=before.enrolled_at is not None,
        withdrawn_by_ecp=before.withdrawn_by is not None and before.withdrawn_by == applicant.account_id,
    )


def _time_after(before: EnrollmentRow, now: datetime) -> datetime:
    """The time of an application that follows another. Clocks of several servers differ; spans must not overlap."""
    ended_at = max(moment for moment in (before.requested_at, before.decided_at, before.withdrawn_at) if moment)
    return max(now, ended_at + timedelta(microseconds=1))


async def _facts_by_account(
    session: Writing, offer: OfferRow, applicant: ApplicantRow, row: EnrollmentRow, *, own: bool
) -> Mapping[UUID, StoredEnrollmentFact]:
    """Notify the managers when an ECP requests enrollment or returns, and the ECP when a manager enrolls it."""
    ecp_id, code, title = applicant.id, applicant.code, offer.title
    if own:
        managers = await managers_of_scheme(session, offer.id)
        kind = EnrollmentRequested if row.status is EnrollmentStatus.PENDING else EnrollmentRenewed
        return dict.fromkeys(managers, kind(ecp_id=ecp_id, code=code, title=title))
    account_id = applicant.account_id
    return {} if account_id is None else {account_id: EcpEnrolled(ecp_id=ecp_id, code=code, title=title)}
