"""Functions for parts of jobs, which tests run in processes: each number does something else."""

from typing import Any
from uuid import UUID

from domain.events import EventKind
from domain.jobs.failures import TooManyJobs
from domain.requests import Overloaded
from resolvers.jobs.running import JobLost, RunningJob
from resolvers.outbox.append import append_event

DONE, REJECTED, OVERLOADED, LOST = range(4)


async def act(job: RunningJob[Any], number: int) -> None:
    """Append an event in the name of the job, or fail."""
    if number == REJECTED:
        raise TooManyJobs
    if number == OVERLOADED:
        raise Overloaded
    if number == LOST:
        raise JobLost
    async with job.operation() as operation, operation.writing() as session:
        await append_event(operation, session, EventKind.PRODUCT_SAVED, UUID(int=7))
        await job.save_checkpoint(session, None, done=1)
