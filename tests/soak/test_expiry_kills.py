"""An expiry of points that is killed at random moments leaves the result of an undisturbed one (R22, N6).

`make soak-settlements` runs a longer one.
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

from benchmarks.custody.place import Place, analyze, fresh_place, opened
from benchmarks.imports.kills import Killer, Kills
from benchmarks.imports.running import working
from benchmarks.ledger.place import SchemeTerms, add_members, begun_scheme
from db.embedded.server import EmbeddedPostgres
from domain.jobs.facts import JobKind
from resolvers.jobs.enqueue import enqueue_unless_open
from resolvers.points.posting.expire import Expiry

pytestmark = [pytest.mark.long, pytest.mark.process]

SOAKS: Final = "TESSERA_SOAK" in os.environ
SETTINGS: Final = {"fsync": "off", "full_page_writes": "off", "max_connections": "60"}
# Of each of two schemes.
ECPS: Final = 10_000 if SOAKS else 150
CHUNK: Final = 200 if SOAKS else 8
KILLS: Final = Kills(worker=10, database=2)
# Seconds of which a slow machine has plenty.
DEADLINE: Final = 1_200 if SOAKS else 240
TERMS: Final = tuple(SchemeTerms(title=f"Expiring Scheme {days}", expire_after_days=days) for days in (60, 90))
# How far the job is.
PROGRESS: Final = """
SELECT (SELECT count(*) FROM points_entry WHERE kind = 6)::int AS progress, job.status, job.error, job.attempts
FROM job WHERE kind = 'EXPIRY' AND $1::uuid IS NOT NULL
"""
# Lots of 100, 95, 50, and 10 days ago: the second was taken back in part, and every third ECP used up the first.
FILL: Final = (
    """
    INSERT INTO points_ledger (ecp, seq, recorded_at)
    SELECT number, CASE WHEN number % 3 = 0 THEN 6 ELSE 5 END, now() - interval '9 days' FROM ecp WHERE id = ANY($1)
    """,
    """
    INSERT INTO points_account (ecp, scheme, available, lines)
    SELECT ecp.number, scheme.number, CASE WHEN ecp.number % 3 = 0 THEN 95 ELSE 195 END, 4 FROM ecp, scheme
    WHERE ecp.id = ANY($1) AND scheme.id = $2
    """,
    """
    INSERT INTO points_entry (ecp, seq, scheme, points, balance_after, effective_at, recorded_at, kind, debit, credit,
        position, version, rule, sale, reverses, adjustment_id)
    SELECT account.ecp, given.seq, account.scheme, given.points, given.balance, now() - given.days * interval '1 day',
        now() - given.days * interval '1 day', given.kind, given.debit, given.credit, given.position, given.position,
        given.position, given.position, given.reverses, CASE WHEN kind = 4 THEN gen_random_uuid() END
    FROM points_account AS account CROSS JOIN (VALUES
        (1, 100, 100, 100, 1, 2, 1, 0, NULL), (2, 50, 150, 95, 1, 2, 1, 0, NULL), (3, 15, 135, 94, 3, 1, 2, 0, 2),
        (4, 40, 175, 50, 1, 2, 1, 0, NULL), (5, 20, 195, 10, 1, 2, 1, 0, NULL), (6, 100, 95, 9, 4, 1, 2, NULL, NULL)
    ) AS given (seq, points, balance, days, kind, debit, credit, position, reverses)
    WHERE scheme = (SELECT number FROM scheme WHERE id = $1) AND (seq < 6 OR ecp % 3 = 0)
    """,
)
# What an expiry leaves behind, without what is new in every run: ids, and times.
RESULTS: Final = (
    """
    SELECT ecp.code, scheme.title, available, expired,
        date_trunc('day', now() - expires_next)::text, date_trunc('day', now() - announced_until)::text
    FROM points_account JOIN ecp ON ecp.number = ecp JOIN scheme ON scheme.number = scheme ORDER BY ecp.code, title
    """,
    """
    SELECT code, seq, kind, debit, credit, points, balance_after
    FROM points_entry JOIN ecp ON number = ecp ORDER BY code, seq
    """,
    """
    SELECT code, kind, fact ->> 'kind' AS fact, fact ->> 'points' AS points
    FROM notification JOIN ecp ON ecp.account_id = notification.account_id ORDER BY code, 2, 3, 4
    """,
    "SELECT kind, count(*) FROM event WHERE kind <> 'JOB_PROGRESSED' GROUP BY kind ORDER BY kind",
)
WRONG_SUMS: Final = """
SELECT count(*) FROM points_account AS account WHERE available + settling + paid + expired <> (
    SELECT coalesce(sum(CASE WHEN credit = 1 THEN points ELSE -points END), 0) FROM points_entry AS entry
    WHERE entry.ecp = account.ecp AND entry.scheme = account.scheme AND kind IN (1, 2, 3, 4)
)
"""


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of its own, which is killed."""
    server = EmbeddedPostgres(tmp_path / "postgres", SETTINGS)
    try:
        with server.hold():
            yield server
    finally:
        server.remove()


async def fill(place: Place) -> None:
    """Give points to new ECPs in two schemes, and queue the job."""
    async with opened(place) as environment:
        connection = await asyncpg.connect(place.owner_url)
        for terms in TERMS:
            scheme_id = await begun_scheme(environment, place, terms)
            ids = [ecp.id for ecp in await add_members(environment, place, [scheme_id], ECPS)]
            ledgers, accounts, entries = FILL
            await connection.execute(ledgers, ids)
            await connection.execute(accounts, ids, scheme_id)
            await connection.execute(entries, scheme_id)
        await connection.close()
        await analyze(place)
        operation = environment.operation(None)
        async with operation.writing() as session:
            await enqueue_unless_open(operation, session, JobKind.EXPIRY, Expiry())
        await operation.close()


async def expire(place: Place, postgres: EmbeddedPostgres, pid_file: Path, *, kills: bool) -> tuple[list[Any], int]:
    """Follow the job to its end; return what it leaves behind, and its attempts."""
    await fill(place)
    killer = Killer(place, postgres, pid_file=pid_file, say=print, progress=PROGRESS, seed=ECPS)
    given = KILLS if kills else Kills(worker=0, database=0)
    attempts = await killer.follow(UUID(int=0), given, len(TERMS) * ECPS, DEADLINE)
    connection = await asyncpg.connect(place.owner_url)
    try:
        assert await connection.fetchval(WRONG_SUMS) == 0
        return [[tuple(row) for row in await connection.fetch(query)] for query in RESULTS], attempts
    finally:
        await connection.close()


def expired(postgres: EmbeddedPostgres, folder: Path, *, kills: bool) -> tuple[list[Any], int]:
    """What an expiry leaves behind, and the attempts that its job took."""
    folder.mkdir()
    pid_file = folder / "worker.pid"
    settings = {"TESTS_CHUNK": str(CHUNK), "TESTS_SLOWNESS": "0.05"}
    command = (sys.executable, "-m", "tests.support.forked_worker", str(pid_file))
    with (
        fresh_place(postgres, "expiry") as place,
        working(place, folder / "store", folder / "worker.log", command=command, settings=settings),
    ):
        _await_worker(pid_file)
        return asyncio.run(expire(place, postgres, pid_file, kills=kills))


def _await_worker(pid_file: Path) -> None:
    deadline = time.monotonic() + 60
    while not pid_file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def test_an_expiry_that_is_killed_ends_like_an_undisturbed_one(
    postgres: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R22, N6: no points expire twice or stay, and everybody is notified once, whatever is killed when."""
    monkeypatch.setattr("benchmarks.ledger.place._numbers", count(1))
    expected, _ = expired(postgres, tmp_path / "undisturbed", kills=False)
    # 135 points are older than 60 and 90 days; ECPs that used up the first 100 lose the other 35.
    assert {(row[2], row[3]) for row in expected[0]} == {(60, 135), (60, 35)}
    assert len(expected[0]) == len(TERMS) * ECPS
    monkeypatch.setattr("benchmarks.ledger.place._numbers", count(1))
    found, attempts = expired(postgres, tmp_path / "killed", kills=True)
    assert attempts > KILLS.worker
    for before, after in zip(expected, found, strict=True):
        assert after == before
