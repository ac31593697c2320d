"""The command `tessera ledger verify`: compare ledgers of points with everything that they follow from."""

import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager
from time import monotonic
from typing import Annotated, Final

import typer
from msgspec import Struct
from rich.progress import Progress

from db.database import Database
from db.ledger.verify_fold import NUMBER_OF_ECP
from db.ledger.verify_sales import BOUNDS
from db.program.reads import PROGRAM
from domain.text import format_count
from graphql_api.verification import (
    STATEMENT_TIMEOUT_S,
    VerificationImpossible,
    open_messages,
    open_progress,
    print_verdict,
    run_verification,
)
from resolvers.ledger.verify import verify_program, verify_rows_of_ecps, verify_sales, verify_settlements
from resolvers.ledger.verify_fold import verify_values
from resolvers.ledger.verify_pools import verify_pools

_EcpOption = Annotated[
    str | None,
    typer.Option(
        metavar="CODE",
        help="Verify the ledger of this ECP only, like ECP-2026-000123, without limits in total and keys of sales.",
    ),
]
# Numbers of ECPs, and of sales, whose rows are compared at a time.
_ECPS_AT_ONCE: Final = 500
_SALES_AT_ONCE: Final = 50_000
# Where no bar can be shown, a line says how far the verification is, at most this often.
_SECONDS_BETWEEN_LINES: Final = 5.0
# Below every number that a damaged row may name.
_LOWEST: Final = -(2**31)


def ledger_commands(database_url: Callable[[], AbstractContextManager[str]]) -> typer.Typer:
    """The commands about ledgers; `database_url` opens the database for the length of a block."""
    commands = typer.Typer(no_args_is_help=True, help="The ledgers of points.")

    @commands.callback()
    def _ledger() -> None:
        """Keep `verify` a command of its own name while it is the only one."""

    @commands.command()
    def verify(ecp: _EcpOption = None) -> None:
        """Check that ledgers follow from sales, redemptions, adjustments, and settlements. Changes nothing.

        Balances, references, and quantities are recomputed from rows, and every line is valued again. Each
        contradiction is printed as a sentence, and then the exit code is 1.
        """
        run_verification(database_url, lambda url: _verify(url, ecp))

    return commands


class _Part(Struct, frozen=True):
    """Something to verify: its title, into how many parts it is cut, and findings, with None behind each part."""

    title: str
    total: int
    found: AsyncIterator[str | None]


async def _verify(url: str, ecp_code: str | None) -> int:
    database = await Database.connect(url, pool_size=2, statement_timeout=STATEMENT_TIMEOUT_S)
    messages = open_messages()
    findings = 0
    try:
        with open_progress(messages) as progress:
            verified, parts = await _everything(database) if ecp_code is None else await _only(database, ecp_code)
            for part in parts:
                parts_done = PartsDone(progress, part.title, part.total)
                async for finding in part.found:
                    if finding is None:
                        parts_done.advance()
                    else:
                        sys.stdout.write(f"{finding}\n")
                        findings += 1
    finally:
        await database.close()
    print_verdict(messages, verified, findings)
    return findings


async def _everything(database: Database) -> tuple[str, list[_Part]]:
    async with database.snapshot() as snapshot:
        (bounds,) = await snapshot.fetch(BOUNDS)
    of_ecps, of_sales = _ranges(bounds.ecp, _ECPS_AT_ONCE), _ranges(bounds.sale, _SALES_AT_ONCE)
    return format_count(bounds.ledgers, "ledger"), [
        _Part("ECPs", len(of_ecps), _verify_ecps(database, of_ecps)),
        _Part("sales", len(of_sales), _verify_sales(database, of_sales)),
        _Part("limits", 1, _verify_limits(database)),
    ]


async def _only(database: Database, ecp_code: str) -> tuple[str, list[_Part]]:
    """The ledger of one ECP. Raises VerificationImpossible."""
    async with database.snapshot() as snapshot:
        found = await snapshot.fetch(NUMBER_OF_ECP, code=ecp_code)
    if not found:
        message = f"No ECP has the code “{ecp_code}”. Give a code like ECP-2026-000123."
        raise VerificationImpossible(message)
    return f"the ledger of {ecp_code}", [_Part(ecp_code, 1, _verify_ecps(database, [(found[0] - 1, found[0])]))]


class PartsDone:
    """Shows how far the verification of a table is: as a bar on a terminal, and elsewhere as a line now and then."""

    def __init__(self, progress: Progress, title: str, total: int, *, clock: Callable[[], float] = monotonic) -> None:
        self._progress = progress
        self._title = title
        self._total = total
        self._clock = clock
        self._task = progress.add_task(f"Verifying {title}", total=total)
        self._done = 0
        self._write_line(clock())

    def advance(self) -> None:
        """One part is done."""
        self._done += 1
        self._progress.advance(self._task)
        now = self._clock()
        if self._done < self._total and now - self._written_at >= _SECONDS_BETWEEN_LINES:
            self._write_line(now)

    def _write_line(self, now: float) -> None:
        self._written_at = now
        if not self._progress.console.is_terminal:
            self._progress.console.print(f"Verifying {self._title}: part {self._done + 1} of {self._total}.")


def _ranges(highest: int, size: int) -> list[tuple[int, int]]:
    """Ranges of numbers, each above the first number and up to the second."""
    steps = [*range(0, highest, size), max(highest, 0)]
    return list(zip([_LOWEST, *steps[1:-1]], steps[1:] or [0], strict=True))


async def _verify_ecps(database: Database, ranges: Sequence[tuple[int, int]]) -> AsyncIterator[str | None]:
    """Findings, and None behind each range of ECPs."""
    for low, high in ranges:
        # A snapshot each: a long one would keep the database from reusing space. A posting is one transaction.
        async with database.snapshot() as snapshot:
            async for finding in verify_rows_of_ecps(snapshot, low, high):
                yield finding
            (program,) = await snapshot.fetch(PROGRAM)
            async for finding in verify_values(snapshot, program, low, high):
                yield finding
        yield None


async def _verify_sales(database: Database, ranges: Sequence[tuple[int, int]]) -> AsyncIterator[str | None]:
    """Findings, and None behind each range of sales."""
    for low, high in ranges:
        async with database.snapshot() as snapshot:
            async for finding in verify_sales(snapshot, low, high):
                yield finding
        yield None


async def _verify_limits(database: Database) -> AsyncIterator[str | None]:
    """Findings about the program and its limits, and None behind them; all in one snapshot, as all lines count."""
    async with database.snapshot() as snapshot:
        async for finding in verify_program(snapshot):
            yield finding
        async for finding in verify_settlements(snapshot):
            yield finding
        async for finding in verify_pools(snapshot):
            yield finding
    yield None
