"""Rows of the ledger as its readers get them: entries, balances, and what a statement adds up."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.schemes.rows import SchemeRow
from domain.points.entry_facts import entry_id, entry_octets, signed_points


class EntryRow(Struct, frozen=True):
    """An entry of the ledger. `ecp` and `scheme` are the numbers of the ECP and the scheme, beside their ids."""

    ecp_id: UUID
    scheme_id: UUID
    ecp: int
    seq: int
    scheme: int
    kind: int
    points: int
    debit: int
    credit: int
    balance_after: int
    effective_at: datetime
    recorded_at: datetime
    sale: int | None
    position: int | None
    version: int | None
    rule: int | None
    cause: int | None
    reverses: int | None
    adjustment_id: UUID | None
    settlement_line_id: UUID | None

    @property
    def id(self) -> UUID:
        """The id of its node: the number of the ECP, and its own."""
        return entry_id(self.ecp, self.seq)

    @property
    def octets(self) -> bytes:
        """The bytes of its id."""
        return entry_octets(self.ecp, self.seq)

    @property
    def itself(self) -> "EntryRow":
        """The entry as the key of what is read about it."""
        return self

    @property
    def place(self) -> tuple[int, int]:
        """The number of the ECP, and its own."""
        return self.ecp, self.seq

    @property
    def reversed_place(self) -> tuple[int, int] | None:
        """The place of the entry that this one takes back; None if it takes none back."""
        return None if self.reverses is None else (self.ecp, self.reverses)

    @property
    def signed(self) -> int:
        """The points as the ECP sees them: negative if they leave what is available."""
        return signed_points(self.points, self.debit, self.credit)


class BalanceRow(Struct, frozen=True):
    """The points of an ECP in a scheme, by account."""

    ecp_id: UUID
    scheme_id: UUID
    available: int
    settling: int
    paid: int
    expired: int

    @property
    def account_key(self) -> tuple[UUID, UUID]:
        """The ECP and the scheme."""
        return self.ecp_id, self.scheme_id


class SchemeBalanceRow(Struct, frozen=True):
    """A balance with its scheme; None where the viewer may not see the scheme."""

    balance: BalanceRow
    scheme: SchemeRow | None


class StatementRow(Struct, frozen=True):
    """What a statement of an ECP in a scheme adds up: entries after `above` up to `upto`, by section.

    `points` and `counts` have a place for each section, in order.
    """

    ecp_id: UUID
    ecp: int
    scheme: int
    above: int
    upto: int
    opening: int
    points: list[int]
    counts: list[int]


class SectionEntryRow(Struct, frozen=True):
    """An entry of a section of a statement, with the place of the section among those that were asked for."""

    asked: int
    entry: EntryRow


class SaleEntriesRow(Struct, frozen=True):
    """How many entries a sale has."""

    asked: int
    entries: int


class PostedRow(Struct, frozen=True):
    """What one transaction recorded for an ECP: entries after `above` up to `upto`, and their points together."""

    asked: int
    ecp: int
    above: int
    upto: int
    points: int
