"""Entries of a transaction: sales that a source reports now, and parked ones that are tried again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from db.sales.rows import ParkedContentRow
from domain.failures import Problem
from domain.sales.arrivals import Names, build_arrival, find_ecp_key
from domain.sales.decisions import Decision
from domain.sales.reports import ReportedSale
from domain.sales.states import ArrivingSale

_CONTENT: Final = msgspec.msgpack.Decoder(ReportedSale)


class CheckedSale(Struct, frozen=True, gc=False):
    """A reported sale with its own problems, and those of its time; `index` is its place in the report."""

    index: int
    sale: ReportedSale
    problems: list[Problem]
    late: tuple[Problem, ...]


class Entry(Struct, frozen=True, gc=False):
    """A sale to decide about. `account_id` reported it; `since` is when it was parked, None for a new report."""

    sale: ReportedSale
    ecp_key: str
    arriving: ArrivingSale
    account_id: UUID
    since: datetime | None = None

    @property
    def is_candidate(self) -> bool:
        """Whether the sale may turn out to be a new one, which needs a key."""
        arriving = self.arriving
        return arriving.version is not None and not arriving.problems and not arriving.unknown


class Recorded(Struct, frozen=True):
    """The decisions about entries, in order, with what each sale earned: points, and why it earns nothing."""

    decisions: list[Decision]
    points: int
    earned: dict[int, "Earned"]


class Earned(Struct, frozen=True, gc=False):
    """What a sale earned in a posting. `reasons` say why it earns nothing; empty if it earns."""

    points: int
    reasons: tuple[str, ...]


def enter_sales(sales: Iterable[CheckedSale], names: Names, *, account_id: UUID, may_park: bool) -> list[Entry]:
    """Build the entries of reported sales."""
    keys: dict[str, str] = {}
    entries = []
    for checked in sales:
        sale = checked.sale
        key = find_ecp_key(keys, sale.ecp_code)
        arriving = build_arrival(sale, key, names, problems=checked.problems, late=checked.late, may_park=may_park)
        entries.append(Entry(sale, key, arriving=arriving, account_id=account_id))
    return entries


def read_content(row: ParkedContentRow) -> ReportedSale:
    """Read the sale that is parked."""
    return _CONTENT.decode(row.content)


def enter_parked(rows: Sequence[ParkedContentRow], names: Names) -> list[Entry]:
    """Build the entries of parked sales, which were checked when they were sent."""
    keys: dict[str, str] = {}
    entries = []
    for row in rows:
        sale = read_content(row)
        key = find_ecp_key(keys, sale.ecp_code)
        arriving = build_arrival(sale, key, names, problems=[], late=(), may_park=True)
        entries.append(Entry(sale, key, arriving=arriving, account_id=row.account_id, since=row.since))
    return entries
