"""The words of enrollments: statuses, orders of lists, and the facts that guards look at."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from domain.ecps.facts import EcpStatus


class EnrollmentStatus(StrEnum):
    """Where an enrollment stands. Only who is enrolled earns in a scheme."""

    PENDING = "PENDING"
    ENROLLED = "ENROLLED"
    WITHDRAWN = "WITHDRAWN"
    REJECTED = "REJECTED"


class Applicant(Struct, frozen=True):
    """An ECP who enrolls, or whom a manager enrolls. `places` are its geography and all that this lies in."""

    id: UUID
    code: str
    status: EcpStatus
    places: frozenset[UUID]
    own: bool

    @property
    def named(self) -> str | None:
        """What it is called in a sentence: its code, never its name; None for the viewer, who is called “you”."""
        return None if self.own else self.code


class Offer(Struct, frozen=True):
    """A scheme as those see it who want to enroll. Days are calendar days in UTC, the last ones included."""

    approved: bool
    rejected: bool
    opens_on: date | None
    closes_on: date | None
    ends_on: date | None
    terms_version: int
    places: frozenset[UUID]

    def has_ended(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.ends_on is not None and self.ends_on < today


class EnrollmentFacts(Struct, frozen=True):
    """An enrollment, its ECP and its scheme, as far as actions look at them."""

    status: EnrollmentStatus
    ecp_id: UUID
    ecp_code: str
    ecp_status: EcpStatus
    scheme_has_ended: bool


class EnrollmentOrder(StrEnum):
    """An order of a list of enrollments and its direction; ties are broken by id."""

    REQUESTED_AT_DESC = "REQUESTED_AT_DESC"
    REQUESTED_AT_ASC = "REQUESTED_AT_ASC"
