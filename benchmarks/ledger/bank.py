"""The bank test: callers that record, correct, return, and redeem while processes are killed, and an audit behind them.

What the server has answered to a caller must be there afterwards, once. A call whose answer was lost is repeated with
the same key until the server answers.
"""

import asyncio
import contextlib
import itertools
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

import asyncpg
from msgspec import Struct

from benchmarks.ledger.audit import AuditReport, audit, check_reads
from benchmarks.ledger.bank_caller import Acknowledged, BankCaller
from benchmarks.ledger.bank_place import BankPlace
from db.embedded.server import EmbeddedPostgres

Say = Callable[[str], None]
_PAUSE_S: Final = 0.05
_READ_PAUSE_S: Final = 0.05
# What a reader gets while PostgreSQL is away.
_LOST: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
# Answers between two kills at least, however slow the machine: a kill must cut off calls, and find what it may lose.
_ANSWERS_BETWEEN_KILLS: Final = 16
# Each run has sources of its own.
_runs: Final = itertools.count(1)
# States of a process that has ended; nobody may have waited for it yet.
_ENDED: Final = frozenset({"Z", "X"})


class BankSize(Struct, frozen=True):
    """How long callers work, how many there are, and how often processes are killed meanwhile."""

    seconds: float = 30.0
    callers: int = 8
    worker_kills: int = 10
    database_kills: int = 5
    # Calls for each caller at the end, which use up what is left of limits and budgets.
    draining: int = 40


class Outcome(Struct, frozen=True):
    """The outcome of a run: what the audit found, faults that reads saw, and how much was done."""

    audit: AuditReport
    reads: int
    faults: tuple[str, ...]
    answers: dict[str, int]
    repeated: int
    worker_kills: int
    database_kills: int


class Bank:
    """One run against a server with several workers."""

    def __init__(
        self,
        postgres: EmbeddedPostgres,
        place: BankPlace,
        size: BankSize,
        say: Say,
        *,
        workers: Callable[[], Sequence[int]],
    ) -> None:
        self._postgres = postgres
        self._place = place
        self._size = size
        self._say = say
        self._workers = workers
        self._dice = random.Random(1)  # noqa: S311 - no secret
        self._coupons = iter(place.codes)
        self._callers: list[BankCaller] = []
        self._reads = 0
        self._faults: list[str] = []
        self._killed = Counter[str]()

    async def run(self) -> Outcome:
        """Let everybody work, stop, and judge."""
        deadline = monotonic() + self._size.seconds
        run = next(_runs)
        self._callers = [
            BankCaller(self._place, run, number, coupons=self._coupons) for number in range(self._size.callers)
        ]
        killing = asyncio.create_task(self._kill())
        watching = [asyncio.create_task(self._read()), killing]
        try:
            await asyncio.gather(
                *(caller.work(lambda: monotonic() > deadline and killing.done()) for caller in self._callers)
            )
            await asyncio.gather(*(caller.drain(self._size.draining) for caller in self._callers))
        finally:
            for task in watching:
                task.cancel()
            ended = await asyncio.gather(*watching, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error
        return await self.judge([caller.acknowledged for caller in self._callers])

    async def judge(self, acknowledged: Sequence[Acknowledged]) -> Outcome:
        """Compare what is stored with what the server acknowledged."""
        revisions = {(one.source, key): revision for one in acknowledged for key, revision in one.revisions.items()}
        redeemed = [code for one in acknowledged for code in one.redeemed]
        return Outcome(
            audit=await audit(self._place, revisions, redeemed),
            reads=self._reads,
            faults=tuple(self._faults),
            answers=dict(sum((one.answers for one in acknowledged), Counter())),
            repeated=sum(one.repeated for one in acknowledged),
            worker_kills=self._killed["worker"],
            database_kills=self._killed["database"],
        )

    async def _read(self) -> None:
        """Read sums and usage again and again, each time in one snapshot."""
        connection: Any = None
        try:
            while True:
                try:
                    if connection is None:
                        connection = await asyncpg.connect(self._place.place.owner_url, timeout=5)
                    self._faults += await check_reads(connection, self._place)
                    self._reads += 1
                except _LOST:
                    if connection is not None:
                        connection.terminate()
                    connection = None
                await asyncio.sleep(_READ_PAUSE_S)
        finally:
            if connection is not None:
                connection.terminate()

    async def _kill(self) -> None:
        kinds = ["worker"] * self._size.worker_kills + ["database"] * self._size.database_kills
        self._dice.shuffle(kinds)
        pause = self._size.seconds / (len(kinds) + 1)
        for kind in kinds:
            enough = self._answers() + _ANSWERS_BETWEEN_KILLS
            await asyncio.sleep(pause)
            while self._answers() < enough:  # noqa: ASYNC110 - many callers count, and none waits
                await asyncio.sleep(_PAUSE_S)
            if kind == "database":
                await asyncio.to_thread(kill_database, self._postgres)
            elif alive := self._workers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._dice.choice(alive), signal.SIGKILL)
            self._killed[kind] += 1
            self._say(f"killed a {kind}")

    def _answers(self) -> int:
        return sum(caller.acknowledged.calls for caller in self._callers)


def kill_database(postgres: EmbeddedPostgres) -> None:
    """Kill PostgreSQL and each of its processes, and start it again."""
    postmaster = postmaster_of(postgres)
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text("ascii").split()
    for pid in (postmaster, *map(int, children)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while any(_state(pid) not in _ENDED for pid in (postmaster, *map(int, children))):
        sleep(0.01)
    postgres.start()


def postmaster_of(postgres: EmbeddedPostgres) -> int:
    """The process that listens."""
    folder = postgres._data()  # noqa: SLF001 - the place of its data
    return int((folder / "postmaster.pid").read_text("ascii").split("\n")[0])


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except OSError:
        return "X"
