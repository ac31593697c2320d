"""Rows of enrollments, and of what enrolling looks at."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct


class EnrollmentRow(Struct, frozen=True):
    """The latest application of an ECP to a scheme."""

    id: UUID
    scheme_id: UUID
    ecp_id: UUID
    status: str
    terms_version: int
    requested_at: datetime
    requested_by: UUID | None
    enrolled_at: datetime | None
    decided_at: datetime | None
    decided_by: UUID | None
    reason: str | None
    withdrawn_at: datetime | None


class EnrollmentStandingRow(Struct, frozen=True):
    """What guards look at: an enrollment with its ECP and its scheme; `account_id` is that of the ECP."""

    id: UUID
    status: str
    scheme_id: UUID
    scheme_title: str
    scheme_ends_on: date | None
    ecp_id: UUID
    ecp_code: str
    ecp_status: str
    account_id: UUID | None


class ApplicantRow(Struct, frozen=True):
    """An ECP who enrolls."""

    id: UUID
    code: str
    status: str
    account_id: UUID | None


class OfferRow(Struct, frozen=True):
    """A scheme as enrolling looks at it."""

    id: UUID
    title: str
    approved_at: datetime | None
    rejected_at: datetime | None
    enrollment_opens_on: date | None
    enrollment_closes_on: date | None
    ends_on: date | None
    terms_version: int
