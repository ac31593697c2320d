"""The basic types of enrollments: statuses, sort orders, and the facts that guards use."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from domain.ecps.facts import EcpStatus


class EnrollmentStatus(StrEnum):
    """The status of an enrollment. Only enrolled ECPs earn in a scheme."""

    PENDING = "PENDING"
    ENROLLED = "ENROLLED"
    WITHDRAWN = "WITHDRAWN"
    REJECTED = "REJECTED"


class Applicant(Struct, frozen=True):
    """An ECP who enrolls, is enrolled by a manager, or has applied and waits for the decision of a manager.

    `places` are its geography and all geographies above it.
    """

    id: UUID
    code: str
    status: EcpStatus
    places: frozenset[UUID]
    own: bool
    has_applied: bool = False

    @property
    def named(self) -> str | None:
        """The code that names the ECP in a sentence, never the name. None for the viewer, who is addressed as “you”."""
        return None if self.own else self.code


class Offer(Struct, frozen=True):
    """The facts about a scheme that decide on enrolling. Last days are included."""

    approved: bool
    rejected: bool
    opens_on: date | None
    closes_on: date | None
    ends_on: date | None
    terms_version: int
    places: frozenset[UUID]

    def has_ended(self, today: date) -> bool:
        """Whether the last day of the scheme is over."""
        return self.ends_on is not None and self.ends_on < today


class EnrollmentFacts(Struct, frozen=True):
    """The facts about an enrollment, its ECP and its scheme that guards use. `today` is a calendar day in UTC."""

    status: EnrollmentStatus
    applicant: Applicant
    offer: Offer
    terms_version: int
    today: date


class LatestApplication(Struct, frozen=True):
    """The latest application of an ECP to a scheme: how it stands, and how it ended if it was withdrawn."""

    status: EnrollmentStatus
    was_enrolled: bool
    withdrawn_by_ecp: bool

    @property
    def may_return(self) -> bool:
        """Whether the ECP takes part again without a decision: a manager accepted it before, and it left by itself."""
        return self.status is EnrollmentStatus.WITHDRAWN and self.was_enrolled and self.withdrawn_by_ecp


class EnrollmentAt(Struct, frozen=True):
    """Whether an ECP was enrolled in a scheme at a moment, and the moments around it at which that changed.

    `enrolled_at` and `withdrawn_at` are those of the last enrollment that began at or before the moment; it still lasts
    where `withdrawn_at` is None or later than the moment. `returned_at` is the first moment after it at which the ECP
    enrolled. `first_enrolled_at` is over all enrollments. `status` is that of the latest application now.
    """

    status: EnrollmentStatus | None = None
    terms_version: int | None = None
    enrolled_at: datetime | None = None
    withdrawn_at: datetime | None = None
    returned_at: datetime | None = None
    first_enrolled_at: datetime | None = None

    def is_enrolled(self, at: datetime) -> bool:
        """Whether the ECP was enrolled at `at`, the moment of these facts. An enrollment ends just before its end."""
        return self.enrolled_at is not None and (self.withdrawn_at is None or at < self.withdrawn_at)


class EnrollmentOrder(StrEnum):
    """The sort orders of a list of enrollments; ties are broken by id."""

    REQUESTED_AT_DESC = "REQUESTED_AT_DESC"
    REQUESTED_AT_ASC = "REQUESTED_AT_ASC"
