"""A `tessera worker` that runs the jobs of tests slowly, with leases of two seconds: `python -m` and its arguments."""

import asyncio
import sys
from datetime import timedelta
from unittest.mock import patch
from uuid import UUID

from msgspec.structs import replace

from domain.events import EventKind
from graphql_api import working
from graphql_api.cli import main
from graphql_api.jobs.policy import WorkerPolicy, policy_of
from graphql_api.settings import Settings
from resolvers.jobs import attempts, running
from resolvers.jobs.running import RunningJob
from resolvers.outbox.append import append_event
from tests.support.jobs import KIND, Numbers, handler

LEASE = timedelta(seconds=2)


async def count_slowly(job: RunningJob[Numbers]) -> None:
    """Append an event for each number, in a transaction that stays open for a while. The log says who counts."""
    sys.stderr.write("Counting.\n")
    sys.stderr.flush()
    for number in range((job.checkpoint or 0) + 1, job.parameters.count + 1):
        async with job.operation() as operation, operation.writing() as session:
            await append_event(operation, session, EventKind.PRODUCT_SAVED, UUID(int=number))
            await asyncio.sleep(0.05)
            await job.save_checkpoint(session, number, done=number)


def impatient(settings: Settings) -> WorkerPolicy:
    """The policy of the settings, with heartbeats that are frequent enough for short leases."""
    return replace(policy_of(settings), heartbeat_s=0.2, poll_s=0.1)


if __name__ == "__main__":
    # The test does not wait for half a minute.
    for module in (attempts, running):
        patch.object(module, "LEASE", LEASE).start()
    patch.object(working, "policy_of", impatient).start()
    patch.object(working, "JOB_HANDLERS", {KIND: handler(count_slowly)}).start()
    main()
