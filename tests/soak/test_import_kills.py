"""An import that is killed at random moments leaves the result of an undisturbed one (R20, N6).

`make soak-imports` runs a longer one.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from benchmarks.custody.place import Place, fresh_place
from benchmarks.imports.kills import Killer, Kills, read_results
from benchmarks.imports.running import await_end, begin_import, working
from benchmarks.ledger.place import Ecp
from benchmarks.ledger.recording import prepare
from db.database import Database
from db.embedded.server import EmbeddedPostgres
from resolvers.imports.start_import import ImportOptions
from tests.support.embedded import make_migrated
from tests.support.imports import HEADER
from tests.support.ledger_verification import find_faults
from tests.support.nursery import forked

pytestmark = [pytest.mark.long, pytest.mark.process]

SOAKS: Final = "TESSERA_SOAK" in os.environ
SETTINGS: Final = {"fsync": "off", "full_page_writes": "off", "max_connections": "60"}
SALES: Final = 60_000 if SOAKS else 500
ECPS: Final = 200 if SOAKS else 10
CHUNK: Final = 250 if SOAKS else 20
KILLS: Final = Kills(worker=10, database=2)
BEGAN: Final = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
# Seconds of which a slow machine has plenty.
DEADLINE: Final = 1_200 if SOAKS else 240


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


def write_file(path: Path, ecps: list[Ecp]) -> None:
    """Write sales of two lines, some with mistakes, corrections, returns, and rows that are not together."""
    rows = [f"{HEADER},revision,returns_external_id"]
    for number in range(SALES):
        at = (BEGAN + timedelta(seconds=20 * number)).isoformat()
        code = ecps[(7 * number) % len(ecps)].code
        sale, revision, end = f"s-{number:06}", "1", "12.50,USD"
        rows.append(f"{sale},{code},{at},AMB-1L,{number % 5 + 1},{end},{revision},")
        rows.append(f"{sale},{code},{at},{'AMB-9L' if number % 50 == 3 else 'AMB-4L'},2,{end},{revision},")
        if number % 20 == 4:
            rows.append(f"{sale},{code},{at},AMB-8L,{number % 4 + 5},{end},2,")
        if number % 25 == 5:
            rows.append(f"r-{number:06},{code},{at},AMB-1L,-1,{end},1,{sale}")
        if number % 30 == 6:
            rows.append(f"{sale},{code},{at},AMB-2L,1,{end},1")
        if number % 40 == 7:
            rows.insert(len(rows) // 2, f"{sale},{code},{at},AMB-5L,4,{end},{revision},")
        if number % 45 == 8:
            rows.append(f"s-{number - 2:06},{code},{at},AMB-5L,4,{end},{revision},")
    path.write_text("".join(f"{row}\n" for row in rows), "utf-8")


def imported(postgres: EmbeddedPostgres, folder: Path, kills: Kills | None, total: int = 0) -> tuple[list[Any], int]:
    """What an import leaves behind, and the attempts that it took."""
    folder.mkdir()
    store, pid_file, log = folder / "store", folder / "worker.pid", folder / "worker.log"
    settings = {"TESTS_CHUNK": str(CHUNK), "TESTS_SLOWNESS": "0.001" if SOAKS else "0.01"}
    if SOAKS:
        # Streams are processes, which end with the worker.
        settings["TESTS_LARGE"] = "1"
    command = ("tests.support.forked_worker", str(pid_file))
    with fresh_place(postgres, "imports", "migrated") as place:
        ecps = asyncio.run(prepare(place, ECPS, generous=False))
        write_file(folder / "sales.csv", ecps)
        with working(place, store, log, command=command, settings=settings, launch=forked):
            _await_worker(pid_file)
            import_id = asyncio.run(begin_import(place, store, folder / "sales.csv", ImportOptions("till", park=False)))
            if kills is None:
                asyncio.run(await_end(place, import_id, DEADLINE))
                attempts = 1
            else:
                killer = Killer(place, postgres, pid_file=pid_file, say=print)
                attempts = asyncio.run(killer.follow(import_id, kills, total, DEADLINE))
        asyncio.run(_verify(place))
        return asyncio.run(read_results(place)), attempts


async def _verify(place: Place) -> None:
    database = await Database.connect(place.url, pool_size=2, statement_timeout=120)
    try:
        assert await find_faults(database) == []
    finally:
        await database.close()


def _await_worker(pid_file: Path) -> None:
    deadline = time.monotonic() + 60
    while not pid_file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def test_an_import_that_is_killed_ends_like_an_undisturbed_one(
    postgres: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R20, N6: nothing is lost or doubled, wherever the worker and PostgreSQL are killed."""
    monkeypatch.setattr("benchmarks.ledger.place._numbers", count(1))
    expected, _ = imported(postgres, tmp_path / "undisturbed", None)
    assert len(expected[0]) > SALES // 2
    monkeypatch.setattr("benchmarks.ledger.place._numbers", count(1))
    found, attempts = imported(postgres, tmp_path / "killed", KILLS, total=2 * SALES)
    assert attempts > KILLS.worker
    for before, after in zip(expected, found, strict=True):
        assert after == before
