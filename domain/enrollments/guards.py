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
    TERMS_PATH,
    EnrolledAlready,
    OtherTerms,
    OutOfPlace,
    OutOfWindow,
    WithdrawnAlready,
)
from domain.failures import Failure, IllegalState, NotFound, Path, SelfApproval
from domain.guards import Guards, first_failure
from domain.permissions import Permission
from domain.viewers import Viewer


class EnrollmentAction(StrEnum):
    """What a viewer can do to an enrollment."""

    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"


def find_enrolling_failure(
    applicant: Applicant, offer: Offer, before: EnrollmentStatus | None, terms_version: int, today: date
) -> Failure | None:
    """The failure that keeps this ECP from enrolling in this scheme today, or None.

    `before` is the status of its latest enrollment, if any; `terms_version` is the version that it accepts. A manager
    accepts an application under the same conditions: then `before` is None, and the sentences say what to do with it.
    """
    return (
        _ecp_failure(applicant)
        or _scheme_failure(applicant, offer, today)
        or _repetition_failure(applicant, before)
        or _window_failure(applicant, offer, today)
        or _place_failure(applicant, offer)
        or _terms_failure(applicant, offer, terms_version)
    )


def _ecp_failure(applicant: Applicant) -> Failure | None:
    own, code = applicant.own, applicant.code
    path = _path(applicant, ("input",) if own else ECP_PATH)
    if applicant.status is EcpStatus.PENDING:
        yours = "Your registration is not verified yet. You can enroll as soon as it is."
        return IllegalState(yours if own else f"{code} is not verified yet. Verify this ECP first.", path)
    if applicant.status is EcpStatus.SUSPENDED:
        message = f"{'You are' if own else f'{code} is'} suspended and cannot enroll."
        return IllegalState(_advise(applicant, message, "Verify this ECP again first."), path)
    if applicant.status is EcpStatus.CLOSED:
        yours = "Your registration is closed, so you can no longer enroll."
        message = yours if own else f"{code} is closed, so this ECP can no longer enroll."
        return IllegalState(_advise(applicant, message, "Reject the application."), path)
    return None


def _scheme_failure(applicant: Applicant, offer: Offer, today: date) -> Failure | None:
    message = None
    if offer.rejected:
        message = "This scheme was rejected, so nobody can enroll."
    elif not offer.approved:
        message = "This scheme is not approved yet, so nobody can enroll."
    elif offer.ends_on is not None and offer.has_ended(today):
        message = f"This scheme ended on {format_day(offer.ends_on)}."
    if message is None:
        return None
    return IllegalState(_advise(applicant, message, "Reject the application."), _path(applicant, SCHEME_PATH))


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


def _window_failure(applicant: Applicant, offer: Offer, today: date) -> Failure | None:
    advice = "Reject the application, or extend the enrollment window with a revision of the scheme."
    if offer.opens_on is None or offer.closes_on is None:
        message = "This scheme has no enrollment window."
    elif today < offer.opens_on:
        message, advice = f"Enrollment opens on {format_day(offer.opens_on)}.", "Accept the application then."
    elif today > offer.closes_on:
        message = f"Enrollment closed on {format_day(offer.closes_on)}."
    else:
        return None
    return OutOfWindow(_advise(applicant, message, advice), _path(applicant, SCHEME_PATH))


def _place_failure(applicant: Applicant, offer: Offer) -> Failure | None:
    if applicant.places & offer.places:
        return None
    message = f"This scheme does not run where {'you work' if applicant.own else f'{applicant.code} works'}."
    advice = "Reject the application, or correct the place of this ECP."
    return OutOfPlace(_advise(applicant, message, advice), _path(applicant, SCHEME_PATH))


def _terms_failure(applicant: Applicant, offer: Offer, terms_version: int) -> Failure | None:
    current = offer.terms_version
    if terms_version == current:
        return None
    message = f"Version {current} of the terms is in force. Read and accept that version."
    if applicant.has_applied:
        message = (
            f"{applicant.code} accepted version {terms_version} of the terms, but version {current} is in force. "
            "Ask the ECP to withdraw this application and apply again."
        )
    return OtherTerms(current, message, _path(applicant, TERMS_PATH))


def _path(applicant: Applicant, path: Path) -> Path:
    """The path of a failure: the application that a manager decides on, or else the input that is wrong."""
    return ENROLLMENT_PATH if applicant.has_applied else path


def _advise(applicant: Applicant, message: str, advice: str) -> str:
    """Add what a manager who decides on an application can do about it."""
    return f"{message} {advice}" if applicant.has_applied else message


def _own_or_managed(standing: EnrollmentFacts, viewer: Viewer) -> Failure | None:
    """Only managers may act on the enrollments of others; to everyone else those do not exist."""
    if standing.applicant.id != viewer.ecp_id and not viewer.may(Permission.ENROLLMENT_MANAGE):
        return NotFound("enrollment", ENROLLMENT_PATH)
    return None


def _decide(standing: EnrollmentFacts, viewer: Viewer) -> Failure | None:
    decided = {
        EnrollmentStatus.ENROLLED: f"{standing.applicant.code} is already enrolled.",
        EnrollmentStatus.WITHDRAWN: "This enrollment was withdrawn, so there is nothing to decide.",
        EnrollmentStatus.REJECTED: "This enrollment was already rejected.",
    }
    if standing.status in decided:
        return IllegalState(decided[standing.status], ENROLLMENT_PATH)
    if standing.applicant.id == viewer.ecp_id:
        return SelfApproval("This is your own enrollment. Another person must decide on it.", ENROLLMENT_PATH)
    return None


def _accept(standing: EnrollmentFacts, viewer: Viewer) -> Failure | None:
    return _decide(standing, viewer) or find_enrolling_failure(
        standing.applicant, standing.offer, None, standing.terms_version, standing.today
    )


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
