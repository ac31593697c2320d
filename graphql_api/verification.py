"""What the commands that verify stored data share: how they run, how they show progress, and what they answer."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any, Final

import asyncpg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from domain.text import format_count

# Seconds that one statement may take; those that read everything take longer than any of a request.
STATEMENT_TIMEOUT_S: Final = 3600.0


class VerificationImpossible(Exception):
    """Stored data cannot be verified; the message says why and what to do."""


def run_verification(
    database_url: Callable[[], AbstractContextManager[str]], verify: Callable[[str], Coroutine[Any, Any, int]]
) -> None:
    """Verify a database with a function that returns the number of findings; end with exit code 1 if there are any.

    Raises VerificationImpossible.
    """
    with database_url() as url:
        try:
            findings = asyncio.run(verify(url))
        except asyncpg.UndefinedTableError as error:
            message = "The database is of another version: bring it up to date with “tessera migrate”."
            raise VerificationImpossible(message) from error
        except (OSError, asyncpg.PostgresError) as error:
            message = f"The database cannot be read: {error}. Check DATABASE_URL."
            raise VerificationImpossible(message) from error
    if findings:
        raise typer.Exit(1)


def open_messages() -> Console:
    """The console for messages: findings are printed apart from it."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def open_progress(messages: Console) -> Progress:
    """Bars with counts, which are gone when the verification is over; none without a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=messages, transient=True, disable=not messages.is_terminal)


def print_verdict(messages: Console, verified: str, findings: int) -> None:
    """Print the last line: what was verified, and how many contradictions were found."""
    verdict = "everything agrees" if not findings else format_count(findings, "contradiction")
    messages.print(f"Verified {verified}: {verdict}.")
