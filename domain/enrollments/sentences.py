"""What people read about enrollments: labels, and what they are told.

An ECP is called by its code, never by its name: sentences stay when the ECP's personal data is erased.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.enrollments.facts import EnrollmentStatus
from domain.text import add_reason, quote

STATUS_LABELS: Final[Mapping[EnrollmentStatus, str]] = MappingProxyType(
    {
        EnrollmentStatus.PENDING: "Decision pending",
        EnrollmentStatus.ENROLLED: "Enrolled",
        EnrollmentStatus.WITHDRAWN: "Withdrawn",
        EnrollmentStatus.REJECTED: "Rejected",
    }
)


def requested(ecp_code: str, title: str) -> str:
    """For managers, whose decision it waits for."""
    return f"{ecp_code} asks to enroll in {quote(title)}: it waits for your decision."


def you_were_enrolled(title: str) -> str:
    """For the ECP whom a manager enrolled."""
    return f"You were enrolled in {quote(title)}."


def you_were_accepted(title: str, comment: str | None) -> str:
    """For the ECP, with what the manager says about it."""
    return add_reason(f"You are enrolled in {quote(title)}", comment)


def you_were_rejected(title: str, reason: str) -> str:
    """For the ECP, with the reason."""
    return add_reason(f"Your enrollment in {quote(title)} was rejected", reason)


def you_were_withdrawn(title: str) -> str:
    """For the ECP whose enrollment a manager withdrew."""
    return f"Your enrollment in {quote(title)} was withdrawn."
