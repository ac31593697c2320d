"""Rows of what artwork holds: lines under a request, and lines with serials that carry superseded artwork."""

from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.spans import Spans


class WatchedLineRow(NamedTuple):
    """A line whose artwork has an open request, or whose serials an open discrepancy holds; parts of that hold or None.

    `requested` says that some vendor asked for a revision of the current version.
    """

    line_id: UUID
    artwork_id: UUID
    requested: bool
    discrepancy_id: UUID | None
    version: int | None
    open_text: str | None


class SupersededRow(Struct, frozen=True):
    """A line with serials that carry an older version of the artwork than `version`, the current one.

    `vendor_ids` are the vendors of the chain in order.
    """

    line_id: UUID
    consignment_id: UUID
    code: str
    sku: str
    version: int
    vendor_ids: list[UUID]
    printed_text: str
    held_text: str

    @property
    def unheld_spans(self) -> Spans:
        """The serials with an older version that no open discrepancy holds."""
        return Spans.parse(self.printed_text) - Spans.parse(self.held_text)
