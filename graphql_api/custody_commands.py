"""The command `tessera custody verify`: compare everything that is stored about coupons with their movements."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Final
from uuid import UUID

import typer

from db.consignments.verify_reads import CONSIGNMENT_COUNT, CONSIGNMENTS_TO_VERIFY
from db.database import Database
from db.schemes.reads import SCHEME_IDS_AFTER
from db.schemes.verify_reads import SCHEME_COUNT
from domain.text import format_count
from graphql_api.context import utc_now
from graphql_api.verification import STATEMENT_TIMEOUT_S, open_messages, open_progress, print_verdict, run_verification
from resolvers.consignments.verify import verify_consignment
from resolvers.schemes.verify_stages import verify_stages

# Consignments or schemes in memory at a time.
_PAGE: Final = 200


def custody_commands(database_url: Callable[[], AbstractContextManager[str]]) -> typer.Typer:
    """The commands about custody; `database_url` opens the database for the length of a block."""
    commands = typer.Typer(no_args_is_help=True, help="The custody of coupons.")

    @commands.callback()
    def _custody() -> None:
        """Keep `verify` a command of its own name while it is the only one."""

    @commands.command()
    def verify() -> None:
        """Check that what is stored about coupons, consignments, and stages follows from movements. Changes nothing.

        Each contradiction is printed as a sentence, and then the exit code is 1.
        """
        run_verification(database_url, _verify)

    return commands


async def _verify(url: str) -> int:
    database = await Database.connect(url, pool_size=2, statement_timeout=STATEMENT_TIMEOUT_S)
    messages = open_messages()
    findings = 0
    try:
        with open_progress(messages) as progress:
            async with database.snapshot() as snapshot:
                (consignments,), (schemes,) = (
                    await snapshot.fetch(CONSIGNMENT_COUNT),
                    await snapshot.fetch(SCHEME_COUNT),
                )
            for title, total, check in (
                ("consignments", consignments, _verify_consignments),
                ("schemes", schemes, _verify_schemes),
            ):
                task = progress.add_task(f"Verifying {title}", total=total)
                async for found in check(database):
                    progress.advance(task, found is None)
                    if found is not None:
                        sys.stdout.write(f"{found}\n")
                        findings += 1
    finally:
        await database.close()
    verified = f"{format_count(consignments, 'consignment')} and {format_count(schemes, 'scheme')}"
    print_verdict(messages, verified, findings)
    return findings


async def _verify_consignments(database: Database) -> AsyncIterator[str | None]:
    """Findings, and None behind each consignment."""
    after = UUID(int=0)
    while True:
        async with database.snapshot() as snapshot:
            page = await snapshot.fetch(CONSIGNMENTS_TO_VERIFY, after=after, limit=_PAGE)
        for consignment in page:
            # A snapshot each: a long one would keep the database from reusing space.
            async with database.snapshot() as snapshot:
                async for finding in verify_consignment(snapshot, consignment):
                    yield finding
            yield None
        if len(page) < _PAGE:
            return
        after = page[-1].id


async def _verify_schemes(database: Database) -> AsyncIterator[str | None]:
    """Findings, and None behind each scheme."""
    after = UUID(int=0)
    while True:
        async with database.snapshot() as snapshot:
            ids = await snapshot.fetch(SCHEME_IDS_AFTER, after=after, limit=_PAGE)
            async for finding in verify_stages(snapshot, ids, utc_now()):
                yield finding
        for _ in ids:
            yield None
        if len(ids) < _PAGE:
            return
        after = ids[-1]
