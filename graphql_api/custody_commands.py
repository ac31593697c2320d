"""The command `tessera custody verify`: compare everything that is stored about coupons with their movements."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Final
from uuid import UUID

import asyncpg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from db.consignments.verify_reads import CONSIGNMENT_COUNT, CONSIGNMENTS_TO_VERIFY
from db.consignments.verify_rows import VerifiedConsignmentRow
from db.database import Database
from domain.text import format_count
from resolvers.consignments.verify import verify_consignment

# Seconds that one statement may take; one that reads all movements of a consignment takes longer than any of a request.
_STATEMENT_TIMEOUT_S: Final = 3600.0
# Consignments in memory at a time.
_PAGE: Final = 200


class VerificationImpossible(Exception):
    """Custody cannot be verified; the message says why and what to do."""


def custody_commands(database_url: Callable[[], AbstractContextManager[str]]) -> typer.Typer:
    """The commands about custody; `database_url` opens the database for the length of a block."""
    commands = typer.Typer(no_args_is_help=True, help="The custody of coupons.")

    @commands.callback()
    def _custody() -> None:
        """Keep `verify` a command of its own name while it is the only one."""

    @commands.command()
    def verify() -> None:
        """Check that everything stored about coupons follows from their movements. Changes nothing.

        Each contradiction is printed as a sentence, and then the exit code is 1.
        """
        with database_url() as url:
            try:
                findings = asyncio.run(_verify(url))
            except asyncpg.UndefinedTableError as error:
                message = "The database is of another version: bring it up to date with “tessera migrate”."
                raise VerificationImpossible(message) from error
            except (OSError, asyncpg.PostgresError) as error:
                message = f"The database cannot be read: {error}. Check DATABASE_URL."
                raise VerificationImpossible(message) from error
        if findings:
            raise typer.Exit(1)

    return commands


async def _verify(url: str) -> int:
    database = await Database.connect(url, pool_size=2, statement_timeout=_STATEMENT_TIMEOUT_S)
    messages = Console(stderr=True, highlight=False, soft_wrap=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    findings = verified = 0
    try:
        with Progress(*columns, console=messages, transient=True) as progress:
            async with database.snapshot() as snapshot:
                (total,) = await snapshot.fetch(CONSIGNMENT_COUNT)
            task = progress.add_task("Verifying", total=total)
            async for consignment in _consignments(database):
                progress.update(task, description=consignment.code)
                # A snapshot each: a long one would keep the database from reusing space.
                async with database.snapshot() as snapshot:
                    async for finding in verify_consignment(snapshot, consignment):
                        sys.stdout.write(f"{finding}\n")
                        findings += 1
                verified += 1
                progress.advance(task)
    finally:
        await database.close()
    verdict = "everything agrees" if not findings else format_count(findings, "contradiction")
    messages.print(f"Verified {format_count(verified, 'consignment')}: {verdict}.")
    return findings


async def _consignments(database: Database) -> AsyncIterator[VerifiedConsignmentRow]:
    after = UUID(int=0)
    while True:
        async with database.snapshot() as snapshot:
            page = await snapshot.fetch(CONSIGNMENTS_TO_VERIFY, after=after, limit=_PAGE)
        for consignment in page:
            yield consignment
        if len(page) < _PAGE:
            return
        after = page[-1].id
