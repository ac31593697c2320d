"""A settlement that is killed at random moments leaves the result of an undisturbed one (R22, N6).

`make soak-settlements` runs a longer one.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

from benchmarks.custody.place import Place, fresh_place, opened
from benchmarks.imports.kills import Killer, Kills
from benchmarks.imports.running import working
from benchmarks.jobs.settling import fill_accounts
from benchmarks.ledger.place import CURRENCY, SchemeTerms, begun_scheme
from db.embedded.server import EmbeddedPostgres
from domain.money import Money
from domain.permissions import Role
from domain.settlements.facts import PayoutOutcome
from domain.settlements.payouts import ReportedPayout
from resolvers.settlements.decide_settlement import ApproveSettlement, approve_settlement
from resolvers.settlements.record_payouts import RecordPayouts, record_payouts
from resolvers.settlements.settle_scheme import SettleScheme, settle_scheme
from tests.support.embedded import make_migrated
from tests.support.nursery import forked

pytestmark = [pytest.mark.long, pytest.mark.process]

SOAKS: Final = "TESSERA_SOAK" in os.environ
SETTINGS: Final = {"fsync": "off", "full_page_writes": "off", "max_connections": "60"}
ECPS: Final = 20_000 if SOAKS else 300
CHUNK: Final = 200 if SOAKS else 10
# One kill finds the freezing, and the others the posting.
FREEZING: Final = Kills(worker=1, database=0)
POSTING: Final = Kills(worker=9, database=2)
# Seconds of which a slow machine has plenty.
DEADLINE: Final = 1_200 if SOAKS else 240
# How far the newest job of a settlement is.
PROGRESS: Final = """
SELECT (SELECT count(*) FROM points_entry WHERE settlement_line_id IS NOT NULL)::int AS progress,
    job.status, job.error, job.attempts
FROM job WHERE kind = 'SETTLEMENT' AND parameters ->> 'settlement_id' = $1::uuid::text ORDER BY created_at DESC LIMIT 1
"""
TERMS: Final = SchemeTerms(
    title="Ended Scheme", point_value=Money(Decimal("0.25"), CURRENCY), minimum_payout=100, ended=40
)
# What a settlement leaves behind, without what is new in every run: ids, and times.
RESULTS: Final = (
    """
    SELECT code, points, carried_over, carry_reason, amount, line.status, reference
    FROM settlement_line AS line JOIN ecp ON number = ecp ORDER BY code
    """,
    """
    SELECT code, seq, kind, debit, credit, points, balance_after, settlement_line_id IS NULL
    FROM points_entry JOIN ecp ON number = ecp ORDER BY code, seq
    """,
    "SELECT code, available, settling, paid, expired FROM points_account JOIN ecp ON number = ecp ORDER BY code",
    """
    SELECT status, lines, payable_lines, points, amount, carried_over, paid_lines, paid_points, paid_amount,
        failed_lines,
        failed_points
    FROM settlement
    """,
    "SELECT name, byte_size FROM settlement JOIN stored_file AS file ON file.id = payable_file_id",
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
            make_migrated(server)
            yield server
    finally:
        server.remove()


class Run:
    """One settlement from its beginning to the last report, with kills or without."""

    def __init__(self, place: Place, postgres: EmbeddedPostgres, pid_file: Path, *, kills: bool) -> None:
        self.place = place
        self.postgres = postgres
        self.pid_file = pid_file
        self.kills = kills
        self.attempts = 0

    async def settle(self) -> list[Any]:
        """Settle, approve, and report; return what is left behind."""
        async with opened(self.place) as environment:
            scheme_id = await begun_scheme(environment, self.place, TERMS)
            await fill_accounts(environment, self.place, scheme_id, ECPS)
            command = SettleScheme(scheme_id, acknowledge_open=False, idempotency_key="settle")
            maker = self.place.viewer(Role.PROGRAM_MANAGER)
            settlement_id = await settle_scheme(environment.operation(maker), command)
        await self._follow(settlement_id, FREEZING, 0)
        async with opened(self.place) as environment:
            approver = environment.operation(self.place.viewer(Role.APPROVER))
            await approve_settlement(approver, ApproveSettlement(settlement_id, "approve"))
        await self._follow(settlement_id, POSTING, ECPS)
        await self._report(settlement_id)
        connection = await asyncpg.connect(self.place.owner_url)
        try:
            assert await connection.fetchval(WRONG_SUMS) == 0
            return [[tuple(row) for row in await connection.fetch(query)] for query in RESULTS]
        finally:
            await connection.close()

    async def _follow(self, settlement_id: UUID, kills: Kills, entries: int) -> None:
        """Follow the newest job, which posts so many entries."""
        killer = Killer(self.place, self.postgres, pid_file=self.pid_file, say=print, progress=PROGRESS, seed=ECPS)
        given = kills if self.kills else Kills(worker=0, database=0)
        self.attempts += await killer.follow(settlement_id, given, entries, DEADLINE)

    async def _report(self, settlement_id: UUID) -> None:
        """Report every payout, every seventh of them as failed, and every report twice: the second changes nothing."""
        query = (
            "SELECT line.id, code FROM settlement_line AS line JOIN ecp ON number = ecp "
            "WHERE settlement_id = $1 AND line.status = 'PENDING' ORDER BY code"
        )
        connection = await asyncpg.connect(self.place.owner_url)
        rows = await connection.fetch(query, settlement_id)
        await connection.close()
        payouts = [
            ReportedPayout(row["id"], PayoutOutcome.PAID if number % 7 else PayoutOutcome.FAILED, f"PAY-{row['code']}")
            for number, row in enumerate(rows)
        ]
        async with opened(self.place) as environment:
            for start in range(0, len(payouts), 1_000):
                for key in ("first", "again"):
                    command = RecordPayouts(settlement_id, payouts[start : start + 1_000], f"{key} {start}")
                    operation = environment.operation(self.place.viewer(Role.INTEGRATION))
                    await record_payouts(operation, command)


def settled(postgres: EmbeddedPostgres, folder: Path, *, kills: bool) -> tuple[list[Any], int]:
    """What a settlement leaves behind, and the attempts that its jobs took."""
    folder.mkdir()
    pid_file = folder / "worker.pid"
    settings = {"TESTS_CHUNK": str(CHUNK), "TESTS_SLOWNESS": "0.05"}
    command = ("tests.support.forked_worker", str(pid_file))
    with fresh_place(postgres, "settlements", "migrated") as place:
        run = Run(place, postgres, pid_file, kills=kills)
        with working(place, folder / "store", folder / "worker.log", command=command, settings=settings, launch=forked):
            _await_worker(pid_file)
            return asyncio.run(run.settle()), run.attempts


def _await_worker(pid_file: Path) -> None:
    deadline = time.monotonic() + 60
    while not pid_file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def test_a_settlement_that_is_killed_ends_like_an_undisturbed_one(
    postgres: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R22, N6: nothing is lost or doubled, wherever the worker and PostgreSQL are killed."""
    monkeypatch.setattr("benchmarks.ledger.place._numbers", count(1))
    expected, _ = settled(postgres, tmp_path / "undisturbed", kills=False)
    statuses = {status for *_, status, _ in expected[0]}
    assert (len(expected[0]), statuses) == (ECPS, {"CARRIED_OVER", "PAID", "FAILED"})
    monkeypatch.setattr("benchmarks.ledger.place._numbers", count(1))
    found, attempts = settled(postgres, tmp_path / "killed", kills=True)
    assert attempts > POSTING.worker
    for before, after in zip(expected, found, strict=True):
        assert after == before
