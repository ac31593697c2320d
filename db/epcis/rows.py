"""Rows of EPCIS."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.epcis.captures import EventError, ending_sentence
from domain.jobs.facts import OPEN


class MovementEventRow(Struct, frozen=True):
    """A movement with what its event describes, or a redemption, which has neither vendor nor consignment.

    Only a captured event has `event_id` and `content`.
    """

    id: UUID
    recorded_at: datetime
    kind: str
    to_condition: str
    occurred_at: datetime
    spans: str | None
    scheme_id: UUID
    variant_id: UUID
    reference: int | None
    vendor: str | None
    consignment: str | None
    batch: str | None
    sender: str | None
    receiver: str | None
    sscc: str | None
    event_id: str | None
    content: str | None


class PositionRow(NamedTuple):
    """The position of an event in the order of recording."""

    recorded_at: datetime
    id: UUID


class AllottedRow(NamedTuple):
    """Serials that a line of a consignment has, as the text of a multirange."""

    consignment_id: UUID
    consignment: str
    scheme_id: UUID
    variant_id: UUID
    line_id: UUID
    reference: int | None
    text: str


class ClassRow(NamedTuple):
    """A line of a consignment, to find the variant of a class."""

    consignment_id: UUID
    consignment: str
    scheme_id: UUID
    variant_id: UUID
    reference: int | None


class PackSerialsRow(NamedTuple):
    """The serials in a pack."""

    sscc: str
    text: str


class PartiesRow(NamedTuple):
    """The vendor of a movement; and the vendors from and to which it went, by their codes, if it was in a batch."""

    vendor: str
    sender: str | None
    receiver: str | None


class KnownEventRow(NamedTuple):
    """A captured event, to compare it with one that comes again."""

    event_id: str
    digest: bytes


class CapturedRow(NamedTuple):
    """A captured event with its content."""

    event_id: str
    content: str
    recorded_at: datetime


class CaptureRow(Struct, frozen=True):
    """A document that was sent, what became of it, and how its job is: None once that is deleted."""

    id: UUID
    account_id: UUID
    behavior: str
    events: int
    created_at: datetime
    finished_at: datetime | None
    success: bool | None
    captured: int
    errors: str
    job_status: str | None
    job_error: str | None
    job_ended_at: datetime | None

    @property
    def rejected(self) -> tuple[EventError, ...]:
        """The events that were rejected."""
        return _read_errors(self.errors)

    @property
    def running(self) -> bool:
        """Whether events may still be recorded."""
        return self.finished_at is None and self.job_status in OPEN

    @property
    def reason(self) -> str | None:
        """Why the capture ended before all events were tried, if it did."""
        if self.finished_at is not None or self.running:
            return None
        return ending_sentence(self.job_status, self.job_error)


class DocumentRow(Struct, frozen=True):
    """A document whose events are to be recorded; it is None once the capture has ended."""

    id: UUID
    behavior: str
    document: str | None
    ended: bool
    errors: str

    @property
    def rejected(self) -> tuple[EventError, ...]:
        """The events that were rejected."""
        return _read_errors(self.errors)


def _read_errors(text: str) -> tuple[EventError, ...]:
    return msgspec.json.decode(text, type=tuple[EventError, ...])
