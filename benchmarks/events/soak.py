"""The soak: many writers, whose transactions commit in another order than they begin, and subscribers that come and go.

Each subscriber must end with every event of its scheme, in the order (transaction, id). The same check must
find losses in the events that naive polling got in the same run, which proves that the check can fail.
"""

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, Final

import asyncpg
import httpx
from msgspec import Struct

from benchmarks.events.followers import Follower, SocketFollower, StreamFollower, poll_naively
from benchmarks.events.place import Place
from benchmarks.events.sockets import Address
from benchmarks.events.verdict import Verdict, judge
from benchmarks.events.writing import Writer
from db.database import Database
from db.outbox.rows import EventRow
from domain.events import EventKind, SubjectKind
from domain.node_kinds import NodeKind
from schema.ids import encode_id

_RESUME_AT: Final = "query ($schemeId: ID!) { schemeActivity(schemeId: $schemeId, first: 1) { resumeAt } }"
_WRITTEN: Final = """
SELECT subject_id, object_id FROM event_subject JOIN event USING (xid, id)
WHERE subject_kind = 'SCHEME' AND event.kind = 'SCHEME_STEP_SAVED' ORDER BY xid, id
"""
_STORED: Final = "SELECT count(*) FROM scheme_activity WHERE kind = 'SCHEME_STEP_SAVED'"
# Every how many subscribers one follows over server-sent events.
_EVERY: Final = 5
# Seconds between two reads of each of the two naive pollers.
_NAIVE_PAUSES: Final = (0.05, 0.25)
_NAIVE_LAST: Final = 1.0

Say = Callable[[str], None]


class Size(Struct, frozen=True):
    """The size of a run: `hold` is the longest delay before a commit, `life` the mean lifetime of a connection."""

    events: int
    subscribers: int
    writers: int = 20
    most: int = 3
    hold: float = 0.5
    life: float = 5.0
    # Seconds between kills of one worker of the server; 0 for never.
    kill: float = 0.0
    # Seconds after which writing stops, and within which every event must then arrive.
    limit: float = 900.0
    arrival_timeout_s: float = 60.0


class Outcome(Struct, frozen=True):
    """The outcome of a run: `verdict` is the sum over all subscribers, `naive` are those of the naive pollers."""

    events: int
    subscribers: int
    complete: int
    connections: int
    deliveries: int
    seconds: float
    verdict: Verdict
    naive: tuple[Verdict, ...]


class Soak:
    """One run against a server that serves the place's database; `workers` are its processes, which may be killed."""

    def __init__(  # noqa: PLR0913 - the parts of a run
        self,
        place: Place,
        address: Address,
        size: Size,
        say: Say,
        *,
        seed: int,
        workers: Callable[[], Sequence[int]] = list,
    ) -> None:
        self._place = place
        self._address = address
        self._size = size
        self._say = say
        self._workers = workers
        self._dice = random.Random(seed)  # noqa: S311 - no secret
        self._left = size.events
        # The events that each naive poller got.
        self._polled: list[list[EventRow]] = [[] for _ in _NAIVE_PAUSES]

    async def run(self) -> Outcome:
        """Write, follow, wait until every subscriber has every event or the time is up, and judge."""
        began = monotonic()
        followers = await self._followers()
        database = await Database.connect(self._place.url, pool_size=self._size.writers + len(_NAIVE_PAUSES))
        tasks = [asyncio.create_task(follower.follow(self._size.life)) for follower in followers]
        tasks += [asyncio.create_task(self._poll(database, number)) for number in range(len(_NAIVE_PAUSES))]
        tasks += [asyncio.create_task(self._report(followers)), asyncio.create_task(self._kill())]
        try:
            await self._write(database)
            self._say(f"{self._written_count:,} events are written")
            written = await self._written()
            await self._await_arrival(followers, written, tasks)
            # Events that naive pollers have not found by now are lost to them.
            await asyncio.sleep(_NAIVE_LAST)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            await database.close()
        for error in ended:
            if isinstance(error, Exception):
                raise error
        return self._judged(followers, written, monotonic() - began)

    @property
    def _written_count(self) -> int:
        return self._size.events - self._left

    async def _followers(self) -> list[Follower]:
        """Create the subscribers; each starts at the end of its scheme before any write."""
        keys = [encode_id(NodeKind.SCHEME, key) for key in self._place.scheme_ids]
        cursors = {key: await self._resume_at(key) for key in keys}
        found: list[Follower] = []
        for number in range(self._size.subscribers):
            kind = StreamFollower if number % _EVERY == _EVERY - 1 else SocketFollower
            key = keys[number % len(keys)]
            dice = random.Random(self._dice.random())  # noqa: S311 - no secret
            found.append(kind(self._address, key, cursors[key], dice))
        return found

    async def _resume_at(self, scheme_id: str) -> str:
        """Read the cursor of the current end of a scheme's stream."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._address.port}", timeout=60) as http:
            body: dict[str, Any] = {"query": _RESUME_AT, "variables": {"schemeId": scheme_id}}
            answer = await http.post("/graphql", json=body, headers={"authorization": self._address.authorization})
        cursor: str = answer.json()["data"]["schemeActivity"]["resumeAt"]
        return cursor

    async def _write(self, database: Database) -> None:
        writer = Writer(database, self._place)
        async with asyncio.TaskGroup() as group:
            for _ in range(self._size.writers):
                group.create_task(self._write_on(writer))

    async def _write_on(self, writer: Writer) -> None:
        size, deadline = self._size, monotonic() + self._size.limit
        while self._left > 0 and monotonic() < deadline:
            count = min(self._dice.randint(1, size.most), self._left)
            self._left -= count
            schemes = [self._dice.choice(self._place.scheme_ids) for _ in range(count)]
            await writer.save(schemes, self._dice.uniform(0, size.hold))

    async def _poll(self, database: Database, number: int) -> None:
        await poll_naively(database, self._polled[number].append, _NAIVE_PAUSES[number])

    async def _written(self) -> dict[str, list[str]]:
        """Read the ids of all activities by scheme, in order."""
        connection = await asyncpg.connect(self._place.url)
        try:
            rows = await connection.fetch(_WRITTEN)
            stored = await connection.fetchval(_STORED)
        finally:
            await connection.close()
        assert len(rows) == stored == self._written_count, (len(rows), stored, self._written_count)
        found: dict[str, list[str]] = {encode_id(NodeKind.SCHEME, key): [] for key in self._place.scheme_ids}
        for scheme_id, object_id in rows:
            found[encode_id(NodeKind.SCHEME, scheme_id)].append(encode_id(NodeKind.SCHEME_ACTIVITY, object_id))
        return found

    async def _await_arrival(
        self, followers: Sequence[Follower], written: dict[str, list[str]], tasks: Sequence[asyncio.Task[None]]
    ) -> None:
        """Wait until every subscriber has every event, a task has failed, or the time is up."""
        deadline = monotonic() + self._size.arrival_timeout_s
        while monotonic() < deadline and not any(task.done() for task in tasks):
            if all(len(follower.seen) >= len(written[follower.scheme_id]) for follower in followers):
                return
            await asyncio.sleep(0.1)

    async def _kill(self) -> None:
        """Kill a random worker from time to time, the leader included. The server starts another one."""
        while self._size.kill:
            await asyncio.sleep(self._size.kill)
            if alive := self._workers():
                victim = self._dice.choice(alive)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                self._say(f"killed worker {victim}, one of {len(alive)}")
        await asyncio.Event().wait()

    async def _report(self, followers: Sequence[Follower]) -> None:
        began = monotonic()
        while True:
            await asyncio.sleep(10)
            got = sum(len(follower.got) for follower in followers)
            seconds, wanted = monotonic() - began, self._size.events
            self._say(f"{seconds:4.0f} s: {self._written_count:,} of {wanted:,} written, {got:,} deliveries")

    def _judged(self, followers: Sequence[Follower], written: dict[str, list[str]], seconds: float) -> Outcome:
        verdicts = [judge(follower.got, written[follower.scheme_id]) for follower in followers]
        return Outcome(
            events=self._written_count,
            subscribers=len(followers),
            complete=sum(verdict.good for verdict in verdicts),
            connections=sum(follower.connections for follower in followers),
            deliveries=sum(len(follower.got) for follower in followers),
            seconds=round(seconds, 1),
            verdict=sum(verdicts, Verdict()),
            naive=tuple(_judged_naively(polled, written) for polled in self._polled),
        )


def _judged_naively(polled: Sequence[EventRow], written: dict[str, list[str]]) -> Verdict:
    """Run the same check for a naive poller, scheme by scheme."""
    got: dict[str, list[str]] = {key: [] for key in written}
    for event in polled:
        if event.kind == EventKind.SCHEME_STEP_SAVED:
            (scheme_id,) = event.subjects_of(SubjectKind.SCHEME)
            got[encode_id(NodeKind.SCHEME, scheme_id)].append(encode_id(NodeKind.SCHEME_ACTIVITY, event.object_id))
    return sum((judge(got[key], written[key]) for key in written), Verdict())
