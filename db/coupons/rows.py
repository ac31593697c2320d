"""Rows of coupons."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.spans import Span, Spans


class RunRow(Struct, frozen=True):
    """A run of serials; `text` is its range."""

    id: UUID
    scheme_id: UUID
    variant_id: UUID
    text: str
    key_id: int
    generated_at: datetime

    @property
    def span(self) -> Span:
        """Its serials."""
        return Spans.parse(self.text).spans[0]


class CouponQuantityRow(NamedTuple):
    """The coupons of a variant of a scheme: see `domain.coupons.quantities` for what follows from these numbers."""

    scheme_id: UUID
    variant_id: UUID
    sku: str
    planned: int
    generated: int
    closed: int
    allotted: int
    void: int
    first_generated_at: datetime | None
    generated_at: datetime | None
    closed_at: datetime | None


class CodeSpanRow(NamedTuple):
    """Consecutive serials of a SKU that are not void, from `first` to before `end`, and the key of their codes."""

    sku: str
    key_id: int
    first: int
    end: int
