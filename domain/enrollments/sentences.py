"""Labels of enrollments, and sentences that notify people of what happened to one.

They use the ECP's code and never the name, because sentences remain when the personal data is erased.
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
    """To program managers, who decide on it."""
    return f"{ecp_code} asks to enroll in {quote(title)} and is waiting for your decision."


def returned(ecp_code: str, title: str) -> str:
    """To program managers, when an ECP who left a scheme comes back without a decision."""
    return f"{ecp_code} left {quote(title)} and is enrolled again."


def you_were_enrolled(title: str) -> str:
    """To the ECP whom a manager enrolled."""
    return f"You were enrolled in {quote(title)}."


def you_were_accepted(title: str, comment: str | None) -> str:
    """To the ECP, with the manager's comment."""
    return add_reason(f"You are enrolled in {quote(title)}", comment)


def you_were_rejected(title: str, reason: str) -> str:
    """To the ECP, with the reason."""
    return add_reason(f"Your enrollment in {quote(title)} was rejected", reason)


def you_were_withdrawn(title: str) -> str:
    """To the ECP whose enrollment a manager withdrew."""
    return f"Your enrollment in {quote(title)} was withdrawn."
