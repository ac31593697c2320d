"""Rows of the outbox."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.events import Position


class EventRow(Struct, frozen=True):
    """An event."""

    xid: int
    id: int
    kind: str
    object_id: UUID
    scheme_id: UUID | None
    account_id: UUID | None
    recorded_at: datetime

    @property
    def position(self) -> Position:
        """The place right behind it."""
        return Position(self.xid, self.id)


class StreamRow(Struct, frozen=True):
    """What cursors are signed with, and how far back they reach."""

    epoch: int
    key: bytes
    floor_xid: int
    floor_id: int

    @property
    def floor(self) -> Position:
        """The newest event that retention has deleted."""
        return Position(self.floor_xid, self.floor_id)
