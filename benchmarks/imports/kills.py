"""Kills a worker and PostgreSQL while they import a file, and reads what an import leaves behind."""

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
from msgspec import Struct

from benchmarks.custody.place import Place
from benchmarks.ledger.bank import kill_database
from db.embedded.server import EmbeddedPostgres

_POLL_S: Final = 0.005
_LOST: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
# How far an import is: sales that were read, steps of the sorting, and sales that were tried.
_PROGRESS: Final = """
SELECT found.sales_read + coalesce((job.checkpoint ->> 'step')::int, 0)
    + (SELECT sum(recorded + corrected + duplicates + conflicts + parked + rejected) FROM sales_import_stream)::int
    AS progress, job.status, job.error, job.attempts
FROM sales_import AS found JOIN job ON job.id = found.job_id WHERE found.id = $1
"""
# What an import leaves behind, without what is new in every run: numbers, ids, and the times of recording.
_RESULTS: Final = (
    """
    SELECT ecp.code, key.external_id, key.sold_at, key.revision, key.digest, target.external_id
    FROM sale_key AS key JOIN ecp ON ecp.number = key.ecp LEFT JOIN sale_key AS target ON target.number = key.returns
    ORDER BY key.external_id
    """,
    """
    SELECT key.external_id, line.revision, line.position, variant.sku, line.quantity, line.unit_price, line.currency
    FROM sale_line AS line JOIN sale_key AS key ON key.number = line.sale JOIN variant ON variant.id = line.variant_id
    ORDER BY key.external_id, line.revision, line.position
    """,
    """
    SELECT ecp.code, entry.seq, entry.kind, entry.points, entry.balance_after, entry.effective_at, entry.position,
        entry.version, entry.rule, key.external_id, entry.reverses
    FROM points_entry AS entry JOIN ecp ON ecp.number = entry.ecp LEFT JOIN sale_key AS key ON key.number = entry.sale
    ORDER BY ecp.code, entry.seq
    """,
    """
    SELECT ecp.code, available, lines, last_sold_at, last_external_id, state
    FROM points_account JOIN ecp ON ecp.number = points_account.ecp ORDER BY ecp.code, scheme
    """,
    "SELECT external_id, code, problem FROM parked_sale ORDER BY external_id",
    "SELECT sum(rest) FROM points_pool GROUP BY scheme, rule_id ORDER BY 1",
    "SELECT line, external_id, reason FROM sales_import_rejection ORDER BY line",
    """
    SELECT stream, part, position, recorded, corrected, duplicates, conflicts, parked, rejected, lines, points
    FROM sales_import_stream ORDER BY stream
    """,
    "SELECT phase, lines_read, bytes_read, sales_read, rejected, is_staged FROM sales_import",
    "SELECT sha256 FROM sales_import JOIN stored_file ON stored_file.id = rejected_file_id",
    "SELECT count(*) FROM sales_import_row",
    "SELECT count(*) FROM sales_import_sale",
)


class Kills(Struct, frozen=True):
    """How often what is killed, at random moments."""

    worker: int = 10
    database: int = 2


class Killer:
    """Follows a job to its end, and kills on the way; `progress` reads how far that of an import is, or of another."""

    def __init__(  # noqa: PLR0913 - what a killer needs
        self,
        place: Place,
        postgres: EmbeddedPostgres,
        *,
        pid_file: Path,
        say: Callable[[str], None],
        progress: str = _PROGRESS,
        seed: int = 7,
    ) -> None:
        self._place = place
        self._postgres = postgres
        self._pid_file = pid_file
        self._say = say
        self._progress = progress
        self._dice = random.Random(seed)  # noqa: S311 - no secret
        self._connection: Any = None
        # The attempts and the progress of the job when the last kill happened.
        self._before = (0, -1)

    async def follow(self, subject_id: UUID, kills: Kills, total: int, seconds: float) -> int:
        """Kill at moments between the beginning and `total` steps; return the attempts that the job took."""
        kinds = ["worker"] * kills.worker + ["database"] * kills.database
        self._dice.shuffle(kinds)
        moments = sorted(self._dice.uniform(0, 0.95 * total) for _ in kinds)
        try:
            async with asyncio.timeout(seconds):
                for kind, at in zip(kinds, moments, strict=True):
                    await self._await(subject_id, at)
                    await asyncio.sleep(self._dice.uniform(0, 0.03))
                    await self._kill(kind)
                return await self._await(subject_id, None)
        finally:
            if self._connection is not None:
                self._connection.terminate()

    async def _await(self, subject_id: UUID, progress: float | None) -> int:
        """Wait for progress in an attempt that was not killed, or for the end; return the number of attempts.

        Raises AssertionError if the job ended too early or failed.
        """
        while True:
            try:
                if self._connection is None:
                    self._connection = await asyncpg.connect(self._place.owner_url, timeout=5)
                done, status, error, attempts = await self._connection.fetchrow(self._progress, subject_id)
            except _LOST:
                if self._connection is not None:
                    self._connection.terminate()
                self._connection = None
                continue
            assert status in {"QUEUED", "RUNNING", "SUCCEEDED"}, error
            if progress is None and status == "SUCCEEDED":
                return int(attempts)
            assert progress is None or status != "SUCCEEDED", "the job ended before everything was killed"
            if progress is not None and done >= progress and attempts > self._before[0] and done > self._before[1]:
                self._before = (attempts, done)
                return int(attempts)
            await asyncio.sleep(_POLL_S)

    async def _kill(self, kind: str) -> None:
        if kind == "database":
            await asyncio.to_thread(kill_database, self._postgres)
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(self._pid_file.read_text("ascii")), signal.SIGKILL)
        self._say(f"killed a {kind}")


async def read_results(place: Place) -> list[Sequence[tuple[Any, ...]]]:
    """Read what an import left behind."""
    connection = await asyncpg.connect(place.owner_url)
    try:
        return [[tuple(row) for row in await connection.fetch(query)] for query in _RESULTS]
    finally:
        await connection.close()
