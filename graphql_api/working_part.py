"""The program of a process that runs a part of a job with connections of its own, and ends with its worker."""

import importlib
import os
import sys
import threading
from functools import reduce
from typing import Any

import msgspec

from db.database import Database
from db.sessions import TransactionConflict
from domain.failures import Failure
from domain.requests import RequestError
from graphql_api.app import configured, storage_of
from graphql_api.context import Environment
from graphql_api.jobs.messages import LENGTH
from graphql_api.jobs.part_messages import PartAnswer, PartCall
from graphql_api.observability.logs import configure_logs
from graphql_api.serving import loop_runner, quiet_collector
from graphql_api.settings import Settings
from resolvers.context import Operation
from resolvers.jobs.running import JobStopped, JobTools, ProcessFailed, RunningJob
from schema.build import JOB_HANDLERS

# Reads and writes of a part take turns.
_POOL_SIZE = 2


def main() -> None:
    """Run the part that standard input names, and write how it ended."""
    calls, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints must not get among the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    (length,) = LENGTH.unpack(calls.read(LENGTH.size))
    call = msgspec.msgpack.decode(calls.read(length), type=PartCall)
    threading.Thread(target=_end_with_worker, args=(calls,), daemon=True).start()
    settings = Settings()
    configure_logs(settings.log_level, readable=settings.development)
    with loop_runner() as runner:
        answer = msgspec.msgpack.encode(runner.run(_answer(settings, call)))
    answers.write(LENGTH.pack(len(answer)) + answer)
    answers.flush()


def _end_with_worker(calls: Any) -> None:
    """Wait until the worker is gone, which closes the pipe."""
    calls.read(1)
    os._exit(1)


async def _answer(settings: Settings, call: PartCall) -> PartAnswer:
    try:
        await _run(settings, call)
    except JobStopped as stopped:
        return PartAnswer(stopped=type(stopped).__name__)
    except Failure as failure:
        return PartAnswer(rejection=str(failure))
    except RequestError as error:
        sentence = str(error)
        return PartAnswer(error=sentence) if error.extensions.get("retryable") else PartAnswer(rejection=sentence)
    except TransactionConflict:
        return PartAnswer(error="Other work changed the same data at the same time.")
    return PartAnswer()


async def _run(settings: Settings, call: PartCall) -> None:
    quiet_collector()
    database = await Database.connect(call.url, pool_size=_POOL_SIZE, statement_timeout=settings.statement_timeout)
    try:
        environment = configured(Environment(database=database), settings, storage_of(settings))
        function = reduce(getattr, call.name.split("."), importlib.import_module(call.module))
        await function(_job(environment, call), call.number)  # type: ignore[operator]
    finally:
        await database.close()


def _job(environment: Environment, call: PartCall) -> RunningJob[Any]:
    handler = JOB_HANDLERS[call.attempt.kind]
    checkpoint = call.checkpoint_json
    return RunningJob(
        call.attempt,
        msgspec.json.decode(call.parameters_json, type=handler.parameters),
        None if checkpoint is None else msgspec.json.decode(checkpoint, type=handler.checkpoint or Any),
        tools=JobTools(lambda: _operation(environment), environment.clock, _no_process),
    )


def _operation(environment: Environment) -> Operation:
    return environment.operation(None, fresh=True)


async def _no_process(*_: object, **__: object) -> None:
    raise ProcessFailed("A part of a job starts no processes.")


if __name__ == "__main__":
    main()
