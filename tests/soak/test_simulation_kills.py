"""A simulation whose worker and whose PostgreSQL are killed has the result of an undisturbed one (N7).

`make soak-ledger` kills ten workers and two databases; otherwise it is a few.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch
from uuid import UUID

import asyncpg
import pytest

from benchmarks.custody.place import Place, fresh_place, opened
from benchmarks.jobs.simulation import fill_schemes
from benchmarks.ledger.bank import kill_database
from benchmarks.ledger.place import BEGAN
from db.embedded.server import EmbeddedPostgres
from domain.simulations.results import SimulationResult
from graphql_api.context import utc_now
from resolvers.simulations import jobs
from tests.support.simulations import MANAGER, InlineWorker, result_of, simulated, start

pytestmark = [pytest.mark.long, pytest.mark.process]

SOAKS: Final = "TESSERA_SOAK" in os.environ
SETTINGS: Final = {"fsync": "off", "full_page_writes": "off", "max_connections": "60"}
LINES: Final = 20_000 if SOAKS else 3_000
# Of each scheme, in turns.
KILLS: Final = (
    ("worker",) * 5 + ("database",) + ("worker",) * 5 + ("database",) if SOAKS else ("worker", "database", "worker")
)
# Many pieces, so that kills are between them too.
PIECE: Final = LINES // 30
_START_S: Final = 0.3
_PATIENCE_S: Final = 120.0
_HURRY: Final = "UPDATE job SET due_at = now(), failures = 0 WHERE due_at IS NOT NULL AND kind = 'SIMULATION'"


@pytest.fixture
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of its own, which is killed."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("simulated") / "postgres", SETTINGS)
    try:
        with server.hold():
            yield server
    finally:
        server.remove()


def test_a_killed_simulation_has_the_result_of_an_undisturbed_one(postgres: EmbeddedPostgres) -> None:
    dice = random.Random(7)  # noqa: S311 - no secret
    with fresh_place(postgres, "simulated") as place, patch.object(jobs, "PIECE_LINES", PIECE):
        schemes = asyncio.run(_fill(place))
        for name, scheme_id in schemes.items():
            began = time.monotonic()
            undisturbed = asyncio.run(_simulated(place, scheme_id))
            takes = time.monotonic() - began
            simulation_id = asyncio.run(_start(place, scheme_id))
            for kind in KILLS:
                # A worker begins after a moment, and all of them together have less time than one needs.
                _work_until(place, postgres, kind, _START_S + dice.uniform(0.1, 1.5) * takes / len(KILLS))
            worker = _forked_worker(place)
            try:
                asyncio.run(_wait(place, simulation_id))
            finally:
                _kill(worker)
            assert undisturbed.lines == LINES
            assert asyncio.run(_result(place, simulation_id)) == undisturbed, name
            assert asyncio.run(_fetch(place, "SELECT count(*) FROM simulation_piece")) == 0
            attempts = "SELECT attempts FROM job ORDER BY created_at DESC LIMIT 1"
            assert asyncio.run(_fetch(place, attempts)) > len(KILLS) // 2


def _work_until(place: Place, postgres: EmbeddedPostgres, kind: str, seconds: float) -> None:
    """Let a worker work for some time, and kill it, or the database beneath it."""
    worker = _forked_worker(place)
    time.sleep(seconds)
    if kind == "database":
        kill_database(postgres)
        time.sleep(seconds)
    _kill(worker)
    asyncio.run(_fetch(place, _HURRY))


def _forked_worker(place: Place) -> int:
    """A process with all modules loaded that runs a worker; its number."""
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.run(_work(place))
        finally:
            os._exit(1)
    return pid


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


async def _work(place: Place) -> None:
    async with opened(place) as environment:
        InlineWorker(environment).start()
        await asyncio.sleep(_PATIENCE_S)


async def _wait(place: Place, simulation_id: UUID) -> None:
    sql = f"SELECT count(*) FROM simulation WHERE id = '{simulation_id}' AND finished_at IS NOT NULL"
    async with asyncio.timeout(_PATIENCE_S):
        while not await _fetch(place, sql):  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.1)


async def _fill(place: Place) -> dict[str, UUID]:
    async with opened(place) as environment:
        return await fill_schemes(environment, place, LINES)


async def _simulated(place: Place, scheme_id: UUID) -> SimulationResult:
    last = utc_now().date()
    async with opened(place) as environment:
        return await simulated(environment, place.viewer(MANAGER), scheme_id, last - timedelta(days=BEGAN), last)


async def _start(place: Place, scheme_id: UUID) -> UUID:
    last = utc_now().date()
    async with opened(place) as environment:
        return await start(environment, place.viewer(MANAGER), scheme_id, last - timedelta(days=BEGAN), last)


async def _result(place: Place, simulation_id: UUID) -> SimulationResult:
    async with opened(place) as environment:
        return await result_of(environment, simulation_id)


async def _fetch(place: Place, sql: str) -> Any:
    connection = await asyncpg.connect(place.owner_url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()
