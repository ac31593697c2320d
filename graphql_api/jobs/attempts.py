"""Runs one attempt at a job, and records how it ended."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar
from uuid import uuid4

import msgspec
import structlog

from db.sessions import TransactionConflict
from domain.failures import Failure
from domain.requests import RequestError
from domain.text import format_number
from resolvers.context import Operation
from resolvers.jobs.attempts import TakenJob, fail_attempt, finish_job
from resolvers.jobs.handlers import JobHandler
from resolvers.jobs.running import FunctionRaised, JobStopped, JobTools, ProcessFailed, RunningJob
from resolvers.retrying import retry_conflicts

ResultT = TypeVar("ResultT")

# Characters of the sentence about an error that are kept.
ERROR_LENGTH: Final = 1_000

_log = structlog.get_logger("tessera.jobs")


async def run_attempt(handler: JobHandler[Any], taken: TakenJob, tools: JobTools) -> None:
    """Run an attempt and record its outcome: finished, failed, or to be tried again.

    An attempt that lost its job or was canceled records nothing. Raises RequestError and TransactionConflict where the
    outcome cannot be recorded; the job is taken over then, when its lease ends.
    """
    log = _log.bind(job=str(taken.attempt.id), kind=taken.attempt.kind.value, attempt=taken.attempt.number)
    limit = asyncio.timeout(handler.time_limit)
    try:
        job = _job(handler, taken, tools)
        async with limit:
            await handler.run(job)
        if await record(tools, lambda operation: finish_job(operation, taken.attempt, job.progress)):
            log.info("job finished")
    except JobStopped as reason:
        log.info("job stopped", reason=type(reason).__name__)
    except Exception as error:  # noqa: BLE001 - also our bugs: they are logged, and the job is tried again
        sentence, retries = _reason(log, error)
        if isinstance(error, TimeoutError) and limit.expired():
            sentence = f"It took longer than {format_number(round(handler.time_limit))} seconds."
        await _fail(handler, taken, tools, sentence, retries=retries)


async def record(tools: JobTools, change: Callable[[Operation], Awaitable[ResultT]]) -> ResultT:
    """Change a job in an operation of its own, again after a conflict."""

    async def once() -> ResultT:
        operation = tools.new_operation()
        try:
            return await change(operation)
        finally:
            await operation.close()

    return await retry_conflicts(once)


def _job(handler: JobHandler[Any], taken: TakenJob, tools: JobTools) -> RunningJob[Any]:
    """Raises msgspec.ValidationError for parameters or a checkpoint that another version of the server stored."""
    stored = taken.checkpoint_json
    checkpoint = None if stored is None else msgspec.json.decode(stored, type=handler.checkpoint or Any)
    parameters = msgspec.json.decode(taken.parameters_json, type=handler.parameters)
    return RunningJob(taken.attempt, parameters, checkpoint, tools=tools)


async def _fail(handler: JobHandler[Any], taken: TakenJob, tools: JobTools, sentence: str, *, retries: bool) -> None:
    error = sentence[:ERROR_LENGTH]
    # It need not be unpredictable.
    jitter = random.random()  # noqa: S311
    explain = handler.explain_failure

    async def change(operation: Operation) -> bool:
        return await fail_attempt(operation, taken.attempt, error, jitter=jitter, retries=retries, explain=explain)

    await record(tools, change)


def _reason(log: Any, error: Exception) -> tuple[str, bool]:
    """Say why an attempt failed, to the owner of the job, and whether another attempt may succeed."""
    match error:
        case Failure():
            sentence, retries = str(error), False
        case RequestError():
            sentence, retries = str(error), bool(error.extensions.get("retryable"))
        case TransactionConflict():
            sentence, retries = "Other work changed the same data at the same time.", True
        case ProcessFailed() if not isinstance(error, FunctionRaised):
            sentence, retries = str(error), True
        case _:
            reference = uuid4().hex
            log.error("job failed", reference=reference, exc_info=error)
            return f"Something went wrong on our side. Quote the reference {reference} when you report it.", True
    log.warning("job failed", reason=sentence, retries=retries)
    return sentence, retries
