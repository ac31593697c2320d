"""Which jobs run next: accounts take turns, within their limits, over all processes (N9)."""

import asyncio

from domain.permissions import Role
from graphql_api.context import Environment
from graphql_api.jobs.policy import WorkerPolicy
from tests.support.clock import TestClock
from tests.support.jobs import (
    Stall,
    enqueue,
    idle,
    query,
    worker,
)
from tests.support.world import World


async def test_accounts_take_turns(environment: Environment, world: World, clock: TestClock) -> None:
    """A hundred jobs of one account delay the job of another by one job at most, even with one slot."""
    many = [await enqueue(environment, world.viewer(Role.ADMIN)) for _ in range(100)]
    late = [await enqueue(environment, world.viewer(Role.INTEGRATION)) for _ in range(2)]
    servers_own = await enqueue(environment, None)
    single = worker(environment, policy=WorkerPolicy(slots=1, per_account=2))
    for _ in range(6):
        assert await single.take() == 1
        await idle(single)
        clock.advance(seconds=1)
    order = "SELECT id FROM job WHERE started_at IS NOT NULL ORDER BY started_at"
    assert await query(environment, order) == [many[0], late[0], servers_own, many[1], late[1], many[2]]


async def test_an_account_has_only_so_many_jobs_running_in_all_processes(
    environment: Environment, world: World
) -> None:
    """Others still find free slots."""
    for _ in range(5):
        await enqueue(environment, world.viewer(Role.ADMIN))
    stalls = [Stall(1), Stall(1)]
    first, second = (worker(environment, stall.run) for stall in stalls)
    assert await first.take() == 2
    assert await second.take() == 0
    await enqueue(environment, world.viewer(Role.INTEGRATION))
    assert await second.take() == 1
    await first.stop()
    await second.stop()


async def test_two_workers_that_take_at_once_never_take_the_same_job(environment: Environment, world: World) -> None:
    """Nor more than the limit of an account together."""
    for role in (Role.ADMIN, Role.INTEGRATION, Role.OPERATIONS):
        for _ in range(4):
            await enqueue(environment, world.viewer(role))
    workers = [worker(environment, Stall(1).run, WorkerPolicy(slots=3, per_account=2)) for _ in range(4)]
    assert sorted(await asyncio.gather(*(each.take() for each in workers))) == [0, 0, 3, 3]
    running = "SELECT count(*), count(DISTINCT lease), max(attempts) FROM job WHERE status = 'RUNNING'"
    assert await query(environment, running) == [(6, 6, 1)]
    for each in workers:
        await each.stop()
