"""Decisions about sales, in any order and in any number of transactions, come to the same (R20)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.sales.changes import list_changes
from domain.sales.content import Comparison, Version, compare_versions
from domain.sales.decisions import Book
from domain.sales.facts import SaleOutcome
from domain.sales.lines import SaleLine
from domain.sales.states import ArrivingSale, KnownSale

ECP = UUID(int=1)
VARIANTS = [UUID(int=number) for number in (11, 12)]
AT = datetime(2026, 3, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Report:
    """A revision of a sale, or of a return of one: the units of each line, by the index of its variant."""

    external_id: str
    revision: int
    units: tuple[tuple[int, int], ...]
    returns: str | None = None

    def arriving(self) -> ArrivingSale:
        """The report as it arrives."""
        sign = 1 if self.returns is None else -1
        lines = tuple(
            SaleLine(position, VARIANTS[variant], quantity=sign * units, unit_price=Decimal(1), currency="INR")
            for position, (variant, units) in enumerate(self.units)
        )
        digest = repr((self.units, self.returns)).encode()
        version = Version(digest, self.revision, None)
        return ArrivingSale(
            self.external_id,
            version,
            sold_at=AT,
            lines=lines,
            skus=("X",) * len(lines),
            ecp_id=ECP,
            ecp=1,
            returns=self.returns,
        )


UNITS = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4)), min_size=1, max_size=3).map(tuple)
REVISIONS = st.integers(1, 3)
SALES = st.builds(Report, st.sampled_from("ab"), REVISIONS, UNITS)
RETURNS = st.builds(Report, st.sampled_from("xy"), REVISIONS, UNITS, st.sampled_from("ab"))


def run(reports: Sequence[Report], sizes: Sequence[int]) -> tuple[Book, list[SaleOutcome], dict[Any, Any]]:
    """Decide about reports in transactions of these sizes, and apply the changes of each to what counts."""
    known: dict[str, KnownSale] = {}
    numbers: dict[str, int] = {}
    outcomes: list[SaleOutcome] = []
    counted: dict[Any, Any] = {}
    book = Book("till", claimed={}, known={}, parked={})
    left = list(reports)
    while left:
        size = sizes[len(outcomes) % len(sizes)]
        chunk, left = left[:size], left[size:]
        for report in chunk:
            numbers.setdefault(report.external_id, len(numbers) + 1)
        claimed = {key: number for key, number in numbers.items() if key not in known}
        book = Book("till", claimed=claimed, known=dict(known), parked=dict(book.parked))
        outcomes += [book.decide(report.arriving()).outcome for report in chunk]
        for change in list_changes(book):
            if change.lines:
                counted[change.number] = change.lines
            else:
                counted.pop(change.number, None)
        known = book.known
    return book, outcomes, counted


@settings(max_examples=100)
@given(st.lists(SALES | RETURNS, max_size=10), st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_transactions_of_any_size_decide_the_same(reports: list[Report], sizes: list[int]) -> None:
    """R20: each report alone, or all of them at once; and no more comes back than was sold."""
    alone, first, by_one = run(reports, [1])
    together, second, at_once = run(reports, sizes)
    assert first == second
    assert by_one == at_once
    assert {key: (sale.revision, sale.lines) for key, sale in alone.known.items()} == {
        key: (sale.revision, sale.lines) for key, sale in together.known.items()
    }
    for sale in together.known.values():
        for variant in VARIANTS:
            sold = sum(line.quantity for line in sale.sold if line.variant_id == variant)
            back = sum(-one.line.quantity for one in sale.returned if one.line.variant_id == variant)
            assert 0 <= back <= sold or not back
            net = sum(line.quantity for line in at_once.get(sale.number, ()) if line.variant_id == variant)
            assert net == sold - back
    # Sending everything again changes nothing.
    again = Book("till", claimed={}, known=dict(together.known), parked={})
    current = {(sale.place.external_id, sale.digest) for sale in together.known.values()}
    for report in reports:
        if (report.external_id, report.arriving().version.digest) in current:  # type: ignore[union-attr] # it has one
            assert again.decide(report.arriving()).outcome in {SaleOutcome.DUPLICATE, SaleOutcome.CONFLICT}
    assert list_changes(again) == []


def test_versions_compare() -> None:
    """R20: by revision, or else by the time of the update; otherwise only by content."""
    later = datetime(2026, 3, 13, tzinfo=UTC)
    cases = [
        (Version(b"a", 2, None), Version(b"b", 1, None), Comparison.NEWER),
        (Version(b"a", 1, None), Version(b"a", 2, None), Comparison.OLDER),
        (Version(b"a", 1, None), Version(b"a", None, None), Comparison.SAME),
        (Version(b"a", 1, None), Version(b"b", None, None), Comparison.UNCLEAR),
        (Version(b"a", 2, None), Version(b"b", 2, None), Comparison.UNCLEAR),
        (Version(b"a", None, later), Version(b"b", 1, AT), Comparison.NEWER),
        (Version(b"a", None, AT), Version(b"b", 1, later), Comparison.OLDER),
        (Version(b"a", None, later), Version(b"b", 1, None), Comparison.UNCLEAR),
        (Version(b"a", 5, None), Version(b"b", 1, later), Comparison.UNCLEAR),
        (Version(b"a", None, None), Version(b"a", 1, later), Comparison.SAME),
    ]
    for new, known, expected in cases:
        assert compare_versions(new, known) is expected, (new, known)
