"""Verify ledgers of points: what is stored must follow from sales, redemptions, and adjustments (R22).

The hot tables have no foreign keys and few checks, because these cost more than the rows. This is the wall behind them:
it recomputes balances, references, and quantities from the rows, and values every line again.
"""

from collections.abc import AsyncIterator
from typing import Final

from msgspec import Struct

from db.ledger import verify_entries as entries
from db.ledger import verify_sales as sales
from db.ledger import verify_settlements as settlements
from db.ledger import verify_valuations as valuations
from db.ledger.verify_rows import FaultRow
from db.sessions import Snapshot
from db.statement import Statement


class Check(Struct, frozen=True):
    """A statement that looks for faults, and the sentence about each: its fields are those of the row."""

    statement: Statement[FaultRow]
    sentence: str


# For ECPs whose numbers are in a range.
CHECKS_OF_ECPS: Final = (
    Check(entries.GAPS, "entry {name} follows entry {stored}, and those between are missing."),
    Check(entries.BACKWARD_TIMES, "entry {name} was recorded at {stored}, before the entry that precedes it."),
    Check(entries.BROKEN_BALANCES, "the balance after entry {name} is {stored}, and should be {counted}."),
    Check(entries.IMPOSSIBLE_ENTRIES, "entry {name} moves points in a way that is impossible for its kind."),
    Check(entries.INCOMPLETE_ENTRIES, "entry {name} does not name what an entry of its kind must, or names more."),
    Check(entries.UNKNOWN_OWNERS, "entries belong to a {name} that does not exist: {stored}."),
    Check(entries.ENTRIES_WITHOUT_VALUATION, "entry {name} belongs to no valuation of {stored}."),
    Check(entries.RULES_WITHOUT_REVISION, "entry {name} names rule {stored}, which revision {counted} does not have."),
    Check(
        entries.WRONG_REVERSALS, "entry {name} takes back entry {stored}, which is not an earlier one of the same line."
    ),
    Check(entries.DOUBLE_REVERSALS, "entry {name} has {stored} points, and {counted} were taken back."),
    Check(entries.UNKNOWN_CAUSES, "entry {name} was caused by sale number {stored}, which does not exist."),
    Check(entries.WRONG_ACCOUNTS, "the account has {stored} {name} points, and its entries add up to {counted}."),
    Check(entries.WRONG_LEDGERS, "the ledger counts {stored} entries, and the last one is entry {counted}."),
    Check(entries.WRONG_LEDGER_TIMES, "the ledger was last changed at {stored}, and its last entry is of {counted}."),
    Check(entries.ENTRIES_WITHOUT_ADJUSTMENT, "entry {name} does not agree with an approved adjustment."),
    Check(
        entries.WRONG_ADJUSTMENTS,
        "an adjustment of {name} points is {counted}, and the number of its entries is {stored}.",
    ),
    Check(settlements.ENTRIES_WITHOUT_LINE, "entry {name} does not agree with a line of a settlement."),
    Check(
        settlements.WRONG_LINES,
        "the line of settlement {name} is {counted}, and its entries into settling, paid, back, and back from paid "
        "number {stored}.",
    ),
    Check(
        settlements.WRONG_FROZEN,
        "the line of settlement {name} has {stored} points, and the balance that it knows was {counted}.",
    ),
    Check(
        valuations.VERSION_GAPS,
        "{name}: version {counted} of its valuation follows version {stored}, and those between are missing.",
    ),
    Check(
        valuations.BACKWARD_TIMES,
        "{name}: version {counted} of its valuation was recorded at {stored}, before the version that precedes it.",
    ),
    Check(
        valuations.CHANGED_REVISIONS,
        "{name}: it was valued by revision {stored} and then by revision {counted}, and it never left its place.",
    ),
    Check(valuations.WRONG_ENTRY_COUNTS, "{name}: a valuation states {stored} entries, and there are {counted}."),
    Check(valuations.WRONG_VALUES, "{name}: it is worth {stored} points (base and bonus), and {counted} are posted."),
    Check(valuations.UNKNOWN_REVISIONS, "{name}: it is valued by revision {stored}, which the scheme does not have."),
    Check(valuations.VALUATIONS_WITHOUT_LINE, "{name}: it is valued, and was never sold or redeemed."),
    Check(valuations.VALUATIONS_WITHOUT_CAUSE, "{name}: sale number {stored} caused a valuation and does not exist."),
    Check(valuations.WRONG_LINE_COUNTS, "the account counts {stored} lines, and {counted} are valued."),
    Check(valuations.LINES_WITHOUT_JOB, "lines from {name} on wait to be valued again, and nothing does it: {stored}"),
    Check(sales.SALES_WITHOUT_KEY, "sale number {name} has revision {stored}, and no source reported it."),
    Check(sales.LINES_WITHOUT_SALE, "{name}: revision {stored} has line {counted}, and does not exist."),
    Check(
        sales.LINES_WITHOUT_VARIANT, "{name}: line {counted} of revision {stored} names a variant that does not exist."
    ),
    Check(sales.RETURNS_WITHOUT_SALE, "{name} returns units that {stored} never sold, or was not reported."),
    Check(sales.EXCESSIVE_RETURNS, "{name}: {stored} units were sold, and {counted} were returned."),
    Check(sales.REDEMPTIONS_WITHOUT_COUPON, "{name} is of no coupon of its variant and scheme."),
    Check(sales.REPEATED_REDEMPTIONS, "{name} is one of {stored} of the same coupon."),
    Check(sales.REDEMPTIONS_NOT_COMMISSIONED, "{name} is of a coupon that was not commissioned before."),
    Check(sales.REDEMPTIONS_WITHOUT_VALUE, "{name} was never valued."),
)
# For sales whose numbers are in a range.
CHECKS_OF_SALES: Final = (
    Check(sales.KEYS_WITHOUT_SALE, "its current revision {name} does not exist where it should be."),
    Check(sales.KEYS_WITHOUT_ECP, "its ECP number {name} does not exist."),
    Check(sales.KEYS_WITHOUT_RETURNED, "it returns sale number {name}, which does not exist or is a return itself."),
)


async def verify_rows_of_ecps(snapshot: Snapshot, low: int, high: int) -> AsyncIterator[str]:
    """Find faults in the rows of ECPs whose numbers are above `low` and up to `high`, as sentences."""
    async for finding in _run(snapshot, CHECKS_OF_ECPS, low=low, high=high):
        yield finding


async def verify_sales(snapshot: Snapshot, low: int, high: int) -> AsyncIterator[str]:
    """Find faults in the keys of sales whose numbers are above `low` and up to `high`, as sentences."""
    async for finding in _run(snapshot, CHECKS_OF_SALES, low=low, high=high):
        yield finding


async def verify_program(snapshot: Snapshot) -> AsyncIterator[str]:
    """Find whether the program knows its first posting, which fixes its time zone."""
    async for row in snapshot.stream(sales.FIRST_POSTING):
        yield f"{row.owner}: it has no time of a first posting, and there is an entry of {row.counted}."


async def verify_settlements(snapshot: Snapshot) -> AsyncIterator[str]:
    """Find settlements that count something else than their lines add up to, as sentences."""
    async for row in snapshot.stream(settlements.WRONG_TOTALS):
        yield f"{row.owner}: {row.name} are {row.stored}, and the lines come to {row.counted}."


async def _run(snapshot: Snapshot, checks: tuple[Check, ...], *, low: int, high: int) -> AsyncIterator[str]:
    for check in checks:
        async for row in snapshot.stream(check.statement, low=low, high=high):
            yield f"{row.owner}: {check.sentence.format(name=row.name, stored=row.stored, counted=row.counted)}"
