"""Runs jobs of the demo data at a moment of the past, in the transaction of the history that queued them."""

from collections.abc import Mapping
from typing import Any, Final

from db.jobs.reads import STATUS_OF_JOB
from domain.jobs.facts import JobKind, JobStatus
from graphql_api.context import Environment
from graphql_api.jobs.attempts import run_attempt
from resolvers.context import Operation
from resolvers.jobs.attempts import TakenJob, take_jobs
from resolvers.jobs.handlers import JobHandler
from resolvers.jobs.running import JobTools, ProcessFailed

# No person has more queued in one piece.
_LIMIT: Final = 10


class JobNotDone(Exception):
    """A job of the demo data has failed, so the piece that queued it is undone."""


async def run_jobs(environment: Environment, handlers: Mapping[JobKind, JobHandler[Any]]) -> None:
    """Run what is queued of these kinds, one job after the other, as workers run them. Raises JobNotDone."""
    tools = JobTools(lambda: _operation(environment), environment.clock, run_in_process=_no_process)
    operation = _operation(environment)
    for taken in await take_jobs(operation, list(handlers), _LIMIT, _LIMIT):
        await run_attempt(handlers[taken.attempt.kind], taken, tools)
        await _require_success(operation, taken)


async def _require_success(operation: Operation, taken: TakenJob) -> None:
    (status,) = await operation.fetch(STATUS_OF_JOB, id=taken.attempt.id)
    if status != JobStatus.SUCCEEDED:
        raise JobNotDone(taken.attempt.kind)


def _operation(environment: Environment) -> Operation:
    return environment.operation(None, fresh=True)


async def _no_process(*_: object, **__: object) -> None:
    raise ProcessFailed("Jobs of the demo data start no processes.")
