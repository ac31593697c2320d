"""Rows of shipping documents; sets of serials are the text of multiranges here."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.spans import Spans


class CarriedPackRow(Struct, frozen=True):
    """A pack that a batch carried when it was dispatched."""

    id: UUID
    sscc: str
    line_id: UUID
    packed_at: datetime
    unpacked_at: datetime | None
    text: str

    @property
    def spans(self) -> Spans:
        """The serials that were packed."""
        return Spans.parse(self.text)


class PrintedRow(NamedTuple):
    """The serials of a line that a version of its artwork was printed on."""

    line_id: UUID
    artwork_version: int
    text: str
