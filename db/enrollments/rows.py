"""Rows of enrollments, and of the ECPs and schemes that enrolling checks."""

from datetime import date, datetime
from typing import NamedTuple
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
    """The facts of guards: an enrollment with its ECP and its scheme; `account_id` belongs to the ECP."""

    id: UUID
    status: str
    scheme_id: UUID
    scheme_title: str
    scheme_ends_on: date | None
    ecp_id: UUID
    ecp_code: str
    ecp_status: str
    account_id: UUID | None


class ReasonRow(NamedTuple):
    """The reason that the decision about an enrollment gave."""

    id: UUID
    reason: str


class ApplicantRow(Struct, frozen=True):
    """An ECP who enrolls."""

    id: UUID
    code: str
    status: str
    account_id: UUID | None


class OfferRow(Struct, frozen=True):
    """The facts of a scheme that enrolling checks."""

    id: UUID
    title: str
    approved_at: datetime | None
    rejected_at: datetime | None
    enrollment_opens_on: date | None
    enrollment_closes_on: date | None
    ends_on: date | None
    terms_version: int
