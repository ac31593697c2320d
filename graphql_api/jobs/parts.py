"""Runs parts of jobs in processes with connections of their own, so that a job uses several cores."""

import asyncio
import sys
from contextlib import suppress
from typing import Any, Final

import msgspec

from domain.failures import Failure, UserErrorCode
from graphql_api.jobs.messages import LENGTH, MESSAGE_LIMIT
from graphql_api.jobs.part_messages import PartAnswer, PartCall
from resolvers.jobs.running import JobCanceled, JobLost, JobStopped, Part, ProcessFailed, RunningJob

_STOPPED: Final[dict[str, type[JobStopped]]] = {error.__name__: error for error in (JobCanceled, JobLost)}


class PartRejected(Failure):
    """A part of a job ended with a sentence, and a repetition would end with the same one."""

    code = UserErrorCode.ILLEGAL_STATE


class PartProcesses:
    """Starts a process for each part. It takes the settings of the worker from the environment."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def run(self, job: RunningJob[Any], function: Part, number: int) -> None:
        """Run a function for a part. A canceled call kills its process.

        Raises JobCanceled, JobLost, PartRejected, and ProcessFailed.
        """
        call = PartCall(
            self._url,
            function.__module__,
            name=function.__qualname__,
            number=number,
            attempt=job.attempt,
            parameters_json=msgspec.json.encode(job.parameters).decode(),
            checkpoint_json=None if job.checkpoint is None else msgspec.json.encode(job.checkpoint).decode(),
        )
        answer = await _ask(msgspec.msgpack.encode(call))
        if answer.stopped is not None:
            raise _STOPPED[answer.stopped]
        if answer.rejection is not None:
            raise PartRejected(answer.rejection)
        if answer.error is not None:
            raise ProcessFailed(answer.error)


async def _ask(call: bytes) -> PartAnswer:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "graphql_api.working_part",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        # Ctrl-C goes to every process of a terminal, but the worker decides when these stop.
        start_new_session=True,
    )
    try:
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(LENGTH.pack(len(call)) + call)
        await process.stdin.drain()
        (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        if length > MESSAGE_LIMIT:
            raise ProcessFailed("A process that ran a part of the job answered nonsense.")
        return msgspec.msgpack.decode(await process.stdout.readexactly(length), type=PartAnswer)
    except (OSError, asyncio.IncompleteReadError, msgspec.MsgspecError):
        raise ProcessFailed("A process that ran a part of the job ended unexpectedly.") from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
