"""Sales as they arrive and as they are known (R20)."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.failures import Problem
from domain.points.lines import SalePlace
from domain.sales.content import Version
from domain.sales.lines import ReturnedLine, SaleLine


class ArrivingSale(Struct, frozen=True, gc=False):
    """A sale that a source reports, with the ECP and the variants that it names, and what it calls these: `skus`.

    `problems` reject it unless it is known already, and `unknown` park or reject it: the ECP or variants that it names
    do not exist. `may_park` says which. Only a sale without problems has an ECP.
    """

    external_id: str
    version: Version | None
    sold_at: datetime | None
    lines: tuple[SaleLine, ...]
    skus: tuple[str, ...] = ()
    ecp_id: UUID | None = None
    ecp: int | None = None
    returns: str | None = None
    problems: tuple[Problem, ...] = ()
    unknown: tuple[Problem, ...] = ()
    may_park: bool = False


class KnownSale(Struct, gc=False):
    """A sale as it counts now: its current revision, and what came back of it by other sales and by itself.

    `returns` is the number of the sale that it returns; its own `lines` are then those units, negative.
    """

    number: int
    place: SalePlace
    ecp_id: UUID
    ecp: int
    revision: int
    digest: bytes
    updated_at: datetime | None = None
    returns: int | None = None
    lines: tuple[SaleLine, ...] = ()
    returned: tuple[ReturnedLine, ...] = ()

    @property
    def version(self) -> Version:
        """The version that is current."""
        return Version(self.digest, self.revision, self.updated_at)

    @property
    def sold(self) -> tuple[SaleLine, ...]:
        """The lines that were sold, not those that came back."""
        return tuple([line for line in self.lines if line.quantity > 0])

    @property
    def returned_by_others(self) -> tuple[ReturnedLine, ...]:
        """What other sales return of it."""
        return tuple(one for one in self.returned if one.returning_sale != self.number)
