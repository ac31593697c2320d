"""Rows of EPCIS."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.epcis.captures import EventError


class MovementEventRow(Struct, frozen=True):
    """A movement with what its event describes, or a captured event: only that has `event_id` and `content`."""

    id: UUID
    recorded_at: datetime
    kind: str
    to_condition: str
    occurred_at: datetime
    spans: str | None
    scheme_id: UUID
    variant_id: UUID
    reference: int | None
    vendor: str
    consignment: str
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
    """A document that was sent, and what became of it."""

    id: UUID
    account_id: UUID
    behavior: str
    events: int
    created_at: datetime
    finished_at: datetime | None
    success: bool | None
    captured: int
    errors: str

    @property
    def rejected(self) -> tuple[EventError, ...]:
        """The events that were rejected."""
        return msgspec.json.decode(self.errors, type=tuple[EventError, ...])


class WaitingCaptureRow(NamedTuple):
    """A document whose events are not recorded yet."""

    id: UUID
    behavior: str
    document: str
