"""Stored facts about enrollments.

They hold the ECP's code and never the name, because they remain when the personal data is erased. The title of the
scheme is the one of that time.
"""

from uuid import UUID

from domain.stored_facts import StoredFact


class _FactOfEnrollment(StoredFact, frozen=True):
    ecp_id: UUID
    code: str
    title: str


class EnrollmentRequested(_FactOfEnrollment, frozen=True, tag="enrollmentRequested"):
    """An ECP asks to enroll, and managers decide."""


class EnrollmentRenewed(_FactOfEnrollment, frozen=True, tag="enrollmentRenewed"):
    """An ECP who left the scheme came back, without a decision."""


class EcpEnrolled(_FactOfEnrollment, frozen=True, tag="ecpEnrolled"):
    """A manager enrolled the ECP."""


class EnrollmentAccepted(_FactOfEnrollment, frozen=True, tag="enrollmentAccepted"):
    """A manager accepted the request, with or without a comment."""

    comment: str | None


class EnrollmentRejected(_FactOfEnrollment, frozen=True, tag="enrollmentRejected"):
    """A manager rejected the request, with a reason."""

    reason: str


class EnrollmentWithdrawn(_FactOfEnrollment, frozen=True, tag="enrollmentWithdrawn"):
    """A manager withdrew the enrollment."""


StoredEnrollmentFact = (
    EnrollmentRequested
    | EnrollmentRenewed
    | EcpEnrolled
    | EnrollmentAccepted
    | EnrollmentRejected
    | EnrollmentWithdrawn
)
