"""Functions in other processes: they return data, and none of them can hold up or bring down the server (N9)."""

import asyncio
import os
from collections.abc import AsyncIterator
from time import monotonic

import pytest

from graphql_api.jobs.processes import Processes
from resolvers.jobs.running import FunctionRaised, ProcessFailed
from tests.support import computations

pytestmark = pytest.mark.process


@pytest.fixture
async def processes() -> AsyncIterator[Processes]:
    """One process at a time, with little memory."""
    started = Processes(1, 512 * 1024 * 1024)
    yield started
    await started.close()


async def test_a_function_returns_data_and_its_process_is_used_again(processes: Processes) -> None:
    """What it prints does not get among the answers."""
    assert await processes.run(computations.double, 21, time_limit=20) == 42
    assert await processes.run(computations.describe, b"\0" * 1_000_000, ["a"], time_limit=20) == {
        "size": 1_000_000,
        "names": ["a"],
        "nothing": None,
    }
    first, second = [await processes.run(computations.own_pid, time_limit=20) for _ in range(2)]
    assert first == second != os.getpid()


async def test_an_error_is_reported_and_the_process_goes_on(processes: Processes) -> None:
    """With its name and its text, so that the caller can tell errors apart."""
    pid = await processes.run(computations.own_pid, time_limit=20)
    with pytest.raises(FunctionRaised, match=r"^ValueError: no image$") as raised:
        await processes.run(computations.reject, "no image", time_limit=20)
    assert (raised.value.kind, raised.value.text) == ("ValueError", "no image")
    with pytest.raises(FunctionRaised, match=r"^TypeError: "):
        await processes.run(computations.unencodable, time_limit=20)
    with pytest.raises(ProcessFailed, match=r"^It needs more memory than is allowed.$"):
        await processes.run(computations.fill_memory, 1024**3, time_limit=20)
    assert await processes.run(computations.own_pid, time_limit=20) == pid


async def test_a_process_that_takes_too_long_or_ends_is_replaced(processes: Processes) -> None:
    """The event loop goes on meanwhile."""
    began = monotonic()
    call = asyncio.create_task(processes.run(computations.sleep, 60, time_limit=0.3))
    await asyncio.sleep(0.01)
    assert not call.done()
    with pytest.raises(ProcessFailed, match=r"^It took longer than 0.3 seconds.$"):
        await call
    assert monotonic() - began < 20
    with pytest.raises(ProcessFailed, match=r"^The process that did it ended unexpectedly.$"):
        await processes.run(computations.end_process, time_limit=20)
    assert await processes.run(computations.double, 4, time_limit=20) == 8


async def test_a_canceled_call_ends_its_process(processes: Processes) -> None:
    """Nothing goes on computing for a job that was canceled."""
    pid = await processes.run(computations.own_pid, time_limit=20)
    call = asyncio.create_task(processes.run(computations.sleep, 60, time_limit=60))
    await asyncio.sleep(0.05)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert await processes.run(computations.double, 4, time_limit=20) == 8
