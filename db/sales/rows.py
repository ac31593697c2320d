"""Rows of sales."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.sales.ids import line_id
from domain.sales.reports import ReportedLine, ReportedSale

_CONTENT: Final = msgspec.msgpack.Decoder(ReportedSale)


def id_of_number(number: int) -> UUID:
    """Return the id of a sale, from its number."""
    return UUID(int=number)


class SaleRow(Struct, frozen=True):
    """A sale in its current revision. `returns` is the number of the sale that it returns."""

    number: int
    source: str
    external_id: str
    revision: int
    ecp_id: UUID
    ecp: int
    sold_at: datetime
    recorded_at: datetime
    updated_at: datetime | None
    returns: int | None

    @property
    def id(self) -> UUID:
        """The id of the sale."""
        return id_of_number(self.number)

    @property
    def ledger_key(self) -> tuple[UUID, int, datetime, int]:
        """Where the ledger has the sale: its ECP with the ECP's number, its time, and its number."""
        return self.ecp_id, self.ecp, self.sold_at, self.number


class SaleLineRow(Struct, frozen=True):
    """A line of a sale, with what came back of it. A negative quantity are units that this line returns."""

    sale: int
    position: int
    variant_id: UUID
    quantity: int
    unit_price: Decimal
    currency: str
    returned_quantity: int

    @property
    def id(self) -> UUID:
        """The id of the line, from the number of the sale and the position."""
        return line_id(self.sale, self.position)

    @property
    def place(self) -> tuple[int, int]:
        """The number of the sale, and the position."""
        return self.sale, self.position

    @property
    def net_quantity(self) -> int:
        """The units that count: 0 for a line that returns some."""
        return max(self.quantity - self.returned_quantity, 0)


class SaleRevisionRow(Struct, frozen=True):
    """A revision of a sale, as it was reported."""

    sale: int
    revision: int
    ecp_id: UUID
    sold_at: datetime
    recorded_at: datetime


class ParkedContentRow(Struct, frozen=True):
    """A parked sale as it was sent, locked to try it again."""

    external_id: str
    revision: int | None
    updated_at: datetime | None
    digest: bytes
    content: bytes
    returns_external_id: str | None
    account_id: UUID
    since: datetime


class ParkedSaleRow(Struct, frozen=True):
    """A parked sale, with what keeps it from being recorded."""

    id: UUID
    source: str
    external_id: str
    revision: int | None
    content: bytes
    returns_external_id: str | None
    code: str
    problem: str
    since: datetime
    checked_at: datetime
    account_id: UUID

    @property
    def sale(self) -> ReportedSale:
        """The sale as it was sent."""
        return _CONTENT.decode(self.content)

    @property
    def ecp_code(self) -> str:
        """What names the ECP."""
        return self.sale.ecp_code

    @property
    def sold_at(self) -> datetime:
        """When the sale was made; what is parked has a time."""
        return self.sale.sold_at  # type: ignore[return-value] # a malformed time is rejected

    @property
    def lines(self) -> Sequence[ReportedLine]:
        """The lines as they were sent."""
        return self.sale.lines


class AliasRow(Struct, frozen=True):
    """What other systems call an ECP or a variant."""

    id: UUID
    kind: str
    alias: str
    variant_id: UUID | None
    ecp_id: UUID | None
    added_at: datetime


class SaleSourceRow(Struct, frozen=True):
    """A source of sales, and the accounts that may report for it."""

    name: str
    account_ids: list[UUID]
    created_at: datetime
