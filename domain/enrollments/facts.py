"""The basic types of enrollments: statuses, sort orders, and the facts that guards use."""

from datetime import date
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
    """An ECP who enrolls or is enrolled by a manager. `places` are its geography and all geographies above it."""

    id: UUID
    code: str
    status: EcpStatus
    places: frozenset[UUID]
    own: bool

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
    """The facts about an enrollment, its ECP and its scheme that guards use."""

    status: EnrollmentStatus
    ecp_id: UUID
    ecp_code: str
    ecp_status: EcpStatus
    scheme_has_ended: bool


class EnrollmentOrder(StrEnum):
    """The sort orders of a list of enrollments; ties are broken by id."""

    REQUESTED_AT_DESC = "REQUESTED_AT_DESC"
    REQUESTED_AT_ASC = "REQUESTED_AT_ASC"
