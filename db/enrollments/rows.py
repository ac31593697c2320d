"""Rows of enrollments, and of the ECPs and schemes that enrolling checks."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct


class EnrollmentRow(Struct, frozen=True):
    """The latest application of an ECP to a scheme; `first_enrolled_at` is over all of its applications."""

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
    withdrawn_by: UUID | None
    first_enrolled_at: datetime | None = None


class EnrollmentSpanRow(Struct, frozen=True):
    """One application of the enrollment `id`, the latest or an earlier one, with its decision and withdrawal."""

    id: UUID
    status: str
    terms_version: int
    requested_at: datetime
    enrolled_at: datetime | None
    decided_at: datetime | None
    decided_by: UUID | None
    reason: str | None
    withdrawn_at: datetime | None
    withdrawn_by: UUID | None


class ReasonRow(NamedTuple):
    """The reason that the decision about an application gave: the latest one of an enrollment, or a past one."""

    id: UUID
    requested_at: datetime
    reason: str


class ApplicantRow(Struct, frozen=True):
    """An ECP who enrolls, with its geography and those above it."""

    id: UUID
    code: str
    status: str
    account_id: UUID | None
    geography_id: UUID
    region_id: UUID | None
    country_id: UUID

    @property
    def places(self) -> frozenset[UUID]:
        """The geography and all geographies above it."""
        return frozenset({self.geography_id, self.region_id, self.country_id} - {None})  # type: ignore[arg-type]


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


class EnrollmentStandingRow(Struct, frozen=True):
    """The facts of guards: an enrollment with its ECP and its scheme.

    `places` are those of the scheme that include the ECP; a scheme may have thousands of others.
    """

    id: UUID
    status: str
    terms_version: int
    ecp: ApplicantRow
    scheme: OfferRow
    places: list[UUID]
