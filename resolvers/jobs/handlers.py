"""What an area declares for a kind of job: the types of its parameters and checkpoint, and its function."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from msgspec import Struct

from domain.jobs.facts import JobKind
from resolvers.jobs.notify import ExplainFailure
from resolvers.jobs.running import RunningJob

ParametersT = TypeVar("ParametersT")


class JobHandler(Struct, Generic[ParametersT], frozen=True, kw_only=True):
    """How jobs of a kind are run.

    `run` is called for every attempt. It continues after `job.checkpoint`, and returns when everything is done. If it
    raises a declared failure, the job has failed with its sentence; after any other error it is retried. One attempt
    may take `time_limit` seconds. `explain_failure` writes what the owner reads of a failure, if it is more than the
    sentence.
    """

    kind: JobKind
    parameters: type[ParametersT]
    run: Callable[[RunningJob[ParametersT]], Awaitable[None]]
    checkpoint: Any = None
    time_limit: float = 3600.0
    explain_failure: ExplainFailure | None = None


def handlers_by_kind(handlers: Iterable[JobHandler[Any]]) -> Mapping[JobKind, JobHandler[Any]]:
    """Return the handler of each kind. Raises TypeError for a kind with more than one."""
    found: dict[JobKind, JobHandler[Any]] = {}
    for handler in handlers:
        if found.setdefault(handler.kind, handler) is not handler:
            message = f"{handler.kind} has more than one handler"
            raise TypeError(message)
    return MappingProxyType(found)
