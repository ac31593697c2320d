"""Rows of the outbox."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.events import Position, SubjectKind


class EventRow(Struct, frozen=True):
    """An event; `subject_kinds` and `subject_ids` are its subjects, in pairs."""

    xid: int
    id: int
    kind: str
    object_id: UUID
    subject_kinds: list[str]
    subject_ids: list[UUID]
    recorded_at: datetime

    def subjects_of(self, kind: SubjectKind) -> list[UUID]:
        """The ids of its subjects of a kind."""
        pairs = zip(self.subject_kinds, self.subject_ids, strict=True)
        return [subject_id for subject_kind, subject_id in pairs if subject_kind == kind]

    @property
    def position(self) -> Position:
        """The position directly after it."""
        return Position(self.xid, self.id)


class StreamRow(Struct, frozen=True):
    """The key that signs cursors, and the oldest position that they may name."""

    epoch: int
    key: bytes
    floor_xid: int
    floor_id: int

    @property
    def floor(self) -> Position:
        """The newest event that retention has deleted."""
        return Position(self.floor_xid, self.floor_id)
