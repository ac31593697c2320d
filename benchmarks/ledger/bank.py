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
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

import asyncpg
from msgspec import Struct, field

from benchmarks.ledger.audit import AuditReport, audit, check_reads
from benchmarks.ledger.bank_place import BankPlace
from benchmarks.ledger.client import Caller, CallFailed, body
from benchmarks.ledger.place import CURRENCY, SKUS
from db.embedded.server import EmbeddedPostgres
from graphql_api.context import utc_now

Say = Callable[[str], None]
# How long a caller repeats a call that was not answered.
_PATIENCE_S: Final = 90.0
_PAUSE_S: Final = 0.05
_READ_PAUSE_S: Final = 0.05
# What a reader gets while PostgreSQL is away.
_LOST: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_LARGEST_CALL: Final = 4
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


class Acknowledged(Struct):
    """What the server acknowledged to one caller: revisions by external ID, and codes of redeemed coupons."""

    source: str
    revisions: dict[str, int] = field(default_factory=dict)
    redeemed: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    repeated: int = 0


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
        self._reads = 0
        self._faults: list[str] = []
        self._killed = Counter[str]()

    async def run(self) -> Outcome:
        """Let everybody work, stop, and judge."""
        deadline = monotonic() + self._size.seconds
        run = next(_runs)
        callers = [_BankCaller(self._place, run, number, coupons=self._coupons) for number in range(self._size.callers)]
        watching = [asyncio.create_task(self._read()), asyncio.create_task(self._kill())]
        try:
            await asyncio.gather(*(caller.work(deadline) for caller in callers))
            await asyncio.gather(*(caller.drain(self._size.draining) for caller in callers))
        finally:
            for task in watching:
                task.cancel()
            ended = await asyncio.gather(*watching, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error
        return await self.judge([caller.acknowledged for caller in callers])

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
            await asyncio.sleep(pause)
            if kind == "database":
                await asyncio.to_thread(kill_database, self._postgres)
            elif alive := self._workers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._dice.choice(alive), signal.SIGKILL)
            self._killed[kind] += 1
            self._say(f"killed a {kind}")
        await asyncio.Event().wait()


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


class _BankCaller:
    """Records, corrects, returns, and redeems at random, and keeps what the server acknowledged."""

    def __init__(self, place: BankPlace, run: int, number: int, coupons: Iterator[str]) -> None:
        self.acknowledged = Acknowledged(source=f"bank {run} {number}")
        self._place = place
        self._coupons = coupons
        self._caller = Caller(place.port, timeout=20.0)
        self._dice = random.Random(number)  # noqa: S311 - no secret
        self._number = 0
        self._sales: dict[str, dict[str, Any]] = {}

    async def work(self, deadline: float) -> None:
        """Act until the time is up."""
        acts = [self._record, self._correct, self._return, self._redeem, self._repeat]
        while monotonic() < deadline:
            (act,) = self._dice.choices(acts, (55, 12, 8, 20, 5))
            await act()

    async def drain(self, calls: int) -> None:
        """Record what uses up limits and budgets, and nothing that gives back."""
        await self._correct()
        for _ in range(calls):
            await self._record()
        self._caller.close()

    async def _record(self) -> None:
        await self._send([self._new_sale() for _ in range(self._dice.randint(1, _LARGEST_CALL))])

    async def _correct(self) -> None:
        if (sale := self._pick()) is None:
            return
        lines = [{**line, "quantity": self._dice.randint(1, 6)} for line in sale["lines"]]
        await self._send([{**sale, "revision": sale["revision"] + 1, "lines": lines}])

    async def _return(self) -> None:
        if (sale := self._pick()) is None:
            return
        line = self._dice.choice(sale["lines"])
        note = {**self._new_sale(), "ecpCode": sale["ecpCode"], "returnsExternalId": sale["externalId"]}
        await self._send([{**note, "lines": [{**line, "quantity": -1}]}])

    async def _repeat(self) -> None:
        if (sale := self._pick()) is not None:
            await self._send([sale])

    async def _redeem(self) -> None:
        code = next(self._coupons, None)
        if code is None:
            return
        token = self._dice.choice(self._place.ecp_tokens)
        content = body("RedeemCoupon", {"code": code, "idempotencyKey": f"redeem {code}"})
        payload = (await self._post(token, content))["redeemCoupon"]
        codes = ",".join(sorted({error["code"] for error in payload["errors"]}))
        self.acknowledged.answers[f"redeemed {codes}".strip()] += 1
        if not codes:
            self.acknowledged.redeemed.append(code)

    async def _send(self, sales: Sequence[dict[str, Any]]) -> None:
        mode = self._dice.choice(("EACH_ON_ITS_OWN", "ALL_OR_NOTHING"))
        content = body("RecordSales", {"source": self.acknowledged.source, "mode": mode, "sales": list(sales)})
        payload = (await self._post(self._place.token, content))["recordSales"]
        for sale, result in zip(sales, payload["results"], strict=True):
            self.acknowledged.answers[result["outcome"]] += 1
            if result["outcome"] in {"RECORDED", "CORRECTED", "DUPLICATE"}:
                key = sale["externalId"]
                self.acknowledged.revisions[key] = max(sale["revision"], self.acknowledged.revisions.get(key, 0))
                if "returnsExternalId" not in sale:
                    self._sales[key] = sale

    async def _post(self, token: str, content: bytes) -> dict[str, Any]:
        """Repeat the call until the server answers. Raises CallFailed when it never does."""
        deadline = monotonic() + _PATIENCE_S
        while True:
            try:
                return await self._caller.post(token, content)
            except CallFailed as failed:
                self.acknowledged.repeated += 1
                # A bug of ours is no reason to try again.
                if monotonic() > deadline or "INTERNAL_SERVER_ERROR" in str(failed):
                    raise
                await asyncio.sleep(_PAUSE_S)

    def _new_sale(self) -> dict[str, Any]:
        self._number += 1
        lines = [
            {"sku": sku, "quantity": self._dice.randint(1, 5), "unitPrice": "10.00", "currency": CURRENCY}
            for sku in self._dice.sample(SKUS, self._dice.randint(1, 2))
        ]
        return {
            "externalId": f"{self._number:06}",
            "revision": 1,
            "ecpCode": self._dice.choice(self._place.ecps).code,
            "soldAt": (utc_now()).isoformat().replace("+00:00", "Z"),
            "lines": lines,
        }

    def _pick(self) -> dict[str, Any] | None:
        return self._sales[self._dice.choice(list(self._sales))] if self._sales else None
