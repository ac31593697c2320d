"""Who may enroll in a scheme today, and what may be done to an enrollment in its state."""

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

    `before` is where its enrollment stands, if it has one; `terms_version` is what it accepts.
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
        yours = "Your registration is not verified yet: you can enroll as soon as it is."
        return IllegalState(yours if own else f"{code} is not verified yet: verify this ECP first.", path)
    if applicant.status is EcpStatus.SUSPENDED:
        return IllegalState(f"{'You are' if own else f'{code} is'} suspended and cannot enroll.", path)
    if applicant.status is EcpStatus.CLOSED:
        return IllegalState(f"{'Your registration' if own else code} is closed: it cannot enroll any more.", path)
    return None


def _scheme_failure(offer: Offer, today: date) -> Failure | None:
    if offer.rejected:
        return IllegalState("This scheme was rejected: nobody can enroll.", SCHEME_PATH)
    if not offer.approved:
        return IllegalState("This scheme is not approved yet: nobody can enroll.", SCHEME_PATH)
    if offer.ends_on is not None and offer.has_ended(today):
        return IllegalState(f"This scheme ended on {format_day(offer.ends_on)}.", SCHEME_PATH)
    return None


def _repetition_failure(applicant: Applicant, before: EnrollmentStatus | None) -> Failure | None:
    own, code = applicant.own, applicant.code
    if before is EnrollmentStatus.PENDING:
        yours = "You have asked to enroll in this scheme already: a manager decides."
        theirs = f"{code} has asked to enroll in this scheme already: decide about that enrollment."
        return EnrolledAlready(yours if own else theirs)
    if before is EnrollmentStatus.ENROLLED:
        return EnrolledAlready(f"{'You are' if own else f'{code} is'} enrolled in this scheme already.")
    if before is EnrollmentStatus.REJECTED and own:
        return IllegalState("Your enrollment was rejected: only a manager can enroll you now.", SCHEME_PATH)
    return None


def _window_failure(offer: Offer, today: date) -> Failure | None:
    if offer.opens_on is None or offer.closes_on is None:
        return OutOfWindow("This scheme does not say when enrollment is open.")
    if today < offer.opens_on:
        return OutOfWindow(f"Enrollment opens on {format_day(offer.opens_on)}.")
    if today > offer.closes_on:
        return OutOfWindow(f"Enrollment closed on {format_day(offer.closes_on)}.")
    return None


def _own_or_managed(standing: EnrollmentFacts, viewer: Viewer) -> Failure | None:
    """Only managers act on the enrollments of others; for anybody else those do not exist."""
    if standing.ecp_id != viewer.ecp_id and not viewer.may(Permission.ENROLLMENT_MANAGE):
        return NotFound("enrollment", ENROLLMENT_PATH)
    return None


def _decide(standing: EnrollmentFacts, viewer: Viewer) -> Failure | None:
    decided = {
        EnrollmentStatus.ENROLLED: f"{standing.ecp_code} is enrolled already.",
        EnrollmentStatus.WITHDRAWN: "This enrollment was withdrawn: there is nothing to decide.",
        EnrollmentStatus.REJECTED: "This enrollment was rejected already.",
    }
    if standing.status in decided:
        return IllegalState(decided[standing.status], ENROLLMENT_PATH)
    if standing.ecp_id == viewer.ecp_id:
        return SelfApproval("This is your own enrollment, so somebody else has to decide about it.", ENROLLMENT_PATH)
    return None


def _accept(standing: EnrollmentFacts, viewer: Viewer) -> Failure | None:
    if failure := _decide(standing, viewer):
        return failure
    if standing.ecp_status is not EcpStatus.ACTIVE:
        message = f"{standing.ecp_code} is {standing.ecp_status.lower()}: only an active ECP can be enrolled."
        return IllegalState(message, ENROLLMENT_PATH)
    if standing.scheme_has_ended:
        return IllegalState("The scheme has ended: nobody can be enrolled any more.", ENROLLMENT_PATH)
    return None


def _withdraw(standing: EnrollmentFacts, _viewer: Viewer) -> Failure | None:
    if standing.status is EnrollmentStatus.WITHDRAWN:
        return WithdrawnAlready()
    if standing.status is EnrollmentStatus.REJECTED:
        return IllegalState("This enrollment was rejected: there is nothing to withdraw.", ENROLLMENT_PATH)
    return None


ENROLLMENT_GUARDS: Final = Guards(
    EnrollmentAction,
    {
        EnrollmentAction.ACCEPT: (Permission.ENROLLMENT_MANAGE, first_failure(_own_or_managed, _accept)),
        EnrollmentAction.REJECT: (Permission.ENROLLMENT_MANAGE, first_failure(_own_or_managed, _decide)),
        EnrollmentAction.WITHDRAW: (Permission.ENROLLMENT_REQUEST, first_failure(_own_or_managed, _withdraw)),
    },
)
