"""A real `tessera worker` is killed in the middle of a job, and another process continues (N9)."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from db.database import Database
from domain.permissions import Role
from graphql_api.context import Environment
from tests.support.application import application_url
from tests.support.jobs import ENDED, enqueue, numbers_done, stored
from tests.support.nursery import Forked, forked
from tests.support.service import ROOT, environment
from tests.support.world import build_world

pytestmark = [pytest.mark.long, pytest.mark.process]

NUMBERS = 40
WAIT_TIMEOUT_S = 60


async def test_a_killed_worker_is_replaced_and_nothing_is_done_twice(
    own_database: tuple[Database, str], tmp_path: Path
) -> None:
    """SIGKILL leaves no time for anything; the second worker stops cleanly at SIGTERM."""
    database, url = own_database
    here = Environment(database=database)
    world = await build_world(here)
    workers = {name: started(tmp_path / name, url) for name in ("first", "second")}
    try:
        for name in workers:
            await until(partial(says, tmp_path / name, "Running up to 4 jobs at once."))
        job_id = await enqueue(here, world.viewer(Role.INTEGRATION), NUMBERS)
        await until(partial(at_least, here, 5))
        (victim,) = [name for name in workers if await says(tmp_path / name, "Counting.")]
        workers[victim].kill()
        workers.pop(victim).wait()
        assert len(await numbers_done(here)) < NUMBERS
        await until(partial(ended, here, job_id))
        assert await numbers_done(here) == list(range(1, NUMBERS + 1))
        assert await stored(here, ENDED, job_id) == ("SUCCEEDED", NUMBERS, NUMBERS, 2, 0, None)
        ((other, survivor),) = workers.items()
        survivor.send_signal(signal.SIGTERM)
        assert survivor.wait(WAIT_TIMEOUT_S) == 0
        assert (tmp_path / other / "log").read_text().endswith("Stopped.\n")
    finally:
        for process in workers.values():
            process.kill()
            process.wait()


def started(folder: Path, url: str) -> Forked:
    """A worker process with a folder of its own."""
    folder.mkdir()
    settings = environment(folder, DATABASE_URL=application_url(url), DATABASE_MIGRATION_URL=url)
    with (folder / "log").open("w") as log:
        return forked(["tests.support.job_process", "worker"], cwd=ROOT, env=settings, stdout=log, stderr=log)


async def says(folder: Path, sentence: str) -> bool:
    """Whether the log of a worker contains a sentence."""
    return sentence in (folder / "log").read_text()


async def at_least(here: Environment, count: int) -> bool:
    """Whether so many numbers are done."""
    return len(await numbers_done(here)) >= count


async def ended(here: Environment, job_id: UUID) -> bool:
    """Whether the job has finished."""
    return bool(await stored(here, "status", job_id) == "SUCCEEDED")


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        while not await true():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.05)
