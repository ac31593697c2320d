"""Workers: every job is done once, whatever happens to the worker that runs it."""

import asyncio

from domain.permissions import Role
from graphql_api.context import Environment
from tests.support.jobs import enqueue, numbers_done, stored, worker
from tests.support.world import World


async def test_a_worker_runs_a_job_to_its_end(environment: Environment, world: World) -> None:
    """It stores the progress, and stops looking when it is stopped."""
    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    assert await stored(environment, "status, done, total, attempts", job_id) == ("QUEUED", 0, 3, 0)
    running = worker(environment)
    running.start()
    for _ in range(200):
        if await stored(environment, "status", job_id) == "SUCCEEDED":
            break
        await asyncio.sleep(0.01)
    await running.stop()
    assert await stored(environment, "status, done, total, attempts, failures, error, lease, due_at", job_id) == (
        "SUCCEEDED",
        3,
        3,
        1,
        0,
        None,
        None,
        None,
    )
    assert await numbers_done(environment) == [1, 2, 3]
