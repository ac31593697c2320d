"""The conditions for enrolling in a scheme today, and the actions that the state of an enrollment allows."""

from datetime import date
from enum import StrEnum
from typing import Final

from domain.calendar import format_day
from domain.ecps.facts import EcpStatus
from domain.ecps.failures import ECP_PATH
from domain.enrollments.facts import Applicant, EnrollmentFacts, EnrollmentStatus, Offer
from domain.enrollments.failures import (
    ENROLLMENT_PATH,
    SCHEME_PATH,
    EnrolledAlready,
    OtherTerms,
    OutOfPlace,
    OutOfWindow,
    WithdrawnAlready,
)
from domain.failures import Failure, IllegalState, NotFound, Path, SelfApproval
from domain.guards import Guards, first_failure
from domain.permissions import Permission, Viewer


class EnrollmentAction(StrEnum):
    """What a viewer can do to an enrollment."""

    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"


def find_enrolling_failure(
    applicant: Applicant, offer: Offer, before: EnrollmentStatus | None, terms_version: int, today: date
) -> Failure | None:
    """The failure that keeps this ECP from enrolling in this scheme today, or None.

    `before` is the status of its latest enrollment, if any; `terms_version` is the version that it accepts.
    """
    return (
        _ecp_failure(applicant)
        or _scheme_failure(offer, today)
        or _repetition_failure(applicant, before)
        or _window_failure(offer, today)
        or (None if applicant.places & offer.places else OutOfPlace(applicant.named))
        or (None if terms_version == offer.terms_version else OtherTerms(offer.terms_version))
    )


def _ecp_failure(applicant: Applicant) -> Failure | None:
    own, code = applicant.own, applicant.code
    path: Path = ("input",) if own else ECP_PATH
    if applicant.status is EcpStatus.PENDING:
        yours = "Your registration is not verified yet. You can enroll as soon as it is."
        return IllegalState(yours if own else f"{code} is not verified yet. Verify this ECP first.", path)
    if applicant.status is EcpStatus.SUSPENDED:
        return IllegalState(f"{'You are' if own else f'{code} is'} suspended and cannot enroll.", path)
    if applicant.status is EcpStatus.CLOSED:
        yours = "Your registration is closed, so you can no longer enroll."
        return IllegalState(yours if own else f"{code} is closed, so this ECP can no longer enroll.", path)
    return None


def _scheme_failure(offer: Offer, today: date) -> Failure | None:
    if offer.rejected:
        return IllegalState("This scheme was rejected, so nobody can enroll.", SCHEME_PATH)
    if not offer.approved:
        return IllegalState("This scheme is not approved yet, so nobody can enroll.", SCHEME_PATH)
    if offer.ends_on is not None and offer.has_ended(today):
        return IllegalState(f"This scheme ended on {format_day(offer.ends_on)}.", SCHEME_PATH)
    return None


def _repetition_failure(applicant: Applicant, before: EnrollmentStatus | None) -> Failure | None:
    own, code = applicant.own, applicant.code
    if before is EnrollmentStatus.PENDING:
        yours = "You have already applied for this scheme. A manager will decide on your application."
        theirs = f"{code} has already applied for this scheme. Decide on that application."
        return EnrolledAlready(yours if own else theirs)
    if before is EnrollmentStatus.ENROLLED:
        return EnrolledAlready(f"{'You are' if own else f'{code} is'} already enrolled in this scheme.")
    if before is EnrollmentStatus.REJECTED and own:
        return IllegalState("Your application was rejected. Only a manager can enroll you now.", SCHEME_PATH)
    return None


def _window_failure(offer: Offer, today: date) -> Failure | None:
    if offer.opens_on is None or offer.closes_on is None:
        return OutOfWindow("This scheme has no enrollment window.")
    if today < offer.opens_on:
        return OutOfWindow(f"Enrollment opens on {format_day(offer.opens_on)}.")
    if today > offer.closes_on:
        return OutOfWindow(f"Enrollment closed on {format_day(offer.closes_on)}.")
    return None


def _own_or_managed(standing: EnrollmentFacts, viewer: Viewer) -> Failure | None:
    """Only managers may act on the enrollments of others; to everyone else those do not exist."""
    if standing.ecp_id != viewer.ecp_id and not viewer.may(Permission.ENROLLMENT_MANAGE):
        return NotFound("enrollment", ENROLLMENT_PATH)
    return None


def _decide(standing: EnrollmentFacts, viewer: Viewer) -> Failure | None:
    decided = {
        EnrollmentStatus.ENROLLED: f"{standing.ecp_code} is already enrolled.",
        EnrollmentStatus.WITHDRAWN: "This enrollment was withdrawn, so there is nothing to decide.",
        EnrollmentStatus.REJECTED: "This enrollment was already rejected.",
    }
    if standing.status in decided:
        return IllegalState(decided[standing.status], ENROLLMENT_PATH)
    if standing.ecp_id == viewer.ecp_id:
        return SelfApproval("This is your own enrollment. Another person must decide on it.", ENROLLMENT_PATH)
    return None


def _accept(standing: EnrollmentFacts, viewer: Viewer) -> Failure | None:
    if failure := _decide(standing, viewer):
        return failure
    if standing.ecp_status is not EcpStatus.ACTIVE:
        message = f"{standing.ecp_code} is {standing.ecp_status.lower()}. Only an active ECP can be enrolled."
        return IllegalState(message, ENROLLMENT_PATH)
    if standing.scheme_has_ended:
        return IllegalState("The scheme has ended, so nobody can be enrolled anymore.", ENROLLMENT_PATH)
    return None


def _withdraw(standing: EnrollmentFacts, _viewer: Viewer) -> Failure | None:
    if standing.status is EnrollmentStatus.WITHDRAWN:
        return WithdrawnAlready()
    if standing.status is EnrollmentStatus.REJECTED:
        return IllegalState("This enrollment was rejected, so there is nothing to withdraw.", ENROLLMENT_PATH)
    return None


ENROLLMENT_GUARDS: Final = Guards(
    EnrollmentAction,
    {
        EnrollmentAction.ACCEPT: (Permission.ENROLLMENT_MANAGE, first_failure(_own_or_managed, _accept)),
        EnrollmentAction.REJECT: (Permission.ENROLLMENT_MANAGE, first_failure(_own_or_managed, _decide)),
        EnrollmentAction.WITHDRAW: (Permission.ENROLLMENT_REQUEST, first_failure(_own_or_managed, _withdraw)),
    },
)
