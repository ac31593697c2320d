"""Labels of enrollments, and sentences about them from stored facts: an ECP reads “you” where others read its code."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, assert_never

from domain.enrollments.facts import EnrollmentStatus
from domain.enrollments.stored_facts import (
    EcpEnrolled,
    EnrollmentAccepted,
    EnrollmentRejected,
    EnrollmentRenewed,
    EnrollmentRequested,
    EnrollmentWithdrawn,
    StoredEnrollmentFact,
)
from domain.stored_facts import Reader
from domain.text import add_reason, quote

STATUS_LABELS: Final[Mapping[EnrollmentStatus, str]] = MappingProxyType(
    {
        EnrollmentStatus.PENDING: "Decision pending",
        EnrollmentStatus.ENROLLED: "Enrolled",
        EnrollmentStatus.WITHDRAWN: "Withdrawn",
        EnrollmentStatus.REJECTED: "Rejected",
    }
)


def enrollment_sentence(fact: StoredEnrollmentFact, reader: Reader) -> str:
    """Write what happened to an enrollment for this reader."""
    own, scheme = fact.ecp_id == reader.ecp_id, quote(fact.title)
    subject, whose = ("You", "Your enrollment") if own else (fact.code, f"The enrollment of {fact.code}")
    match fact:
        case EnrollmentRequested(code=code):
            return f"{code} asks to enroll in {scheme} and is waiting for your decision."
        case EnrollmentRenewed():
            return f"{subject} left {scheme} and {'are' if own else 'is'} enrolled again."
        case EcpEnrolled():
            return f"{subject} {'were' if own else 'was'} enrolled in {scheme}."
        case EnrollmentAccepted(comment=comment):
            return add_reason(f"{subject} {'are' if own else 'is'} enrolled in {scheme}", comment)
        case EnrollmentRejected(reason=reason):
            return add_reason(f"{whose} in {scheme} was rejected", reason)
        case EnrollmentWithdrawn():
            return f"{whose} in {scheme} was withdrawn."
        case _:
            assert_never(fact)
