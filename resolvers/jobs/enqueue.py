"""Queue a job, in the transaction that makes it necessary."""

from uuid import UUID

import msgspec
from msgspec import Struct

from db.jobs.changes import add_job
from db.jobs.reads import OPEN_JOBS, OPEN_OF_KIND
from db.jobs.rows import NewJob
from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.events import EventKind
from domain.failures import Path
from domain.jobs.events import about_job
from domain.jobs.facts import DOCUMENT_LIMIT, OPEN_JOBS_LIMIT, JobKind
from domain.jobs.failures import TooManyJobs
from resolvers.context import Operation


async def enqueue_job(  # noqa: PLR0913 - the parts of a job
    operation: Operation,
    session: Writing,
    kind: JobKind,
    parameters: Struct,
    *,
    total: int | None = None,
    of_server: bool = False,
) -> UUID:
    """Queue a job and return its id; a worker runs it after the commit. Its owner is the viewer, or else the server.

    The server owns a job `of_server` in any case: nobody waits for it.

    `parameters` is of the type that the handler of the kind declares, and `total` is how much there is to do, if that
    is known. Raises TooManyJobs, and ValueError for parameters that are too large: large ones belong in a table.
    """
    owner_id = None if of_server else operation.account_id
    await require_room(session, owner_id)
    job = NewJob(
        id=operation.new_id(),
        kind=kind,
        owner_id=owner_id,
        parameters=to_document(parameters),
        total=total,
        created_at=operation.now,
    )
    await add_job(session, job)
    event = NewEvent(EventKind.JOB_PROGRESSED, job.id, about_job(job.id))
    await append_events(session, [event], operation.now)
    return job.id


async def enqueue_unless_open(operation: Operation, session: Writing, kind: JobKind, parameters: Struct) -> None:
    """Queue a job, unless one of its kind waits or runs already. Only the leading process may call it for a kind."""
    if not await session.fetch(OPEN_OF_KIND, kind=kind):
        await enqueue_job(operation, session, kind, parameters)


async def require_room(session: Writing, owner_id: UUID | None, path: Path = ("input",)) -> None:
    """Raise TooManyJobs unless the account may have another open job."""
    if owner_id is not None:
        (open_jobs,) = await session.fetch(OPEN_JOBS, account_id=owner_id)
        if open_jobs >= OPEN_JOBS_LIMIT:
            raise TooManyJobs(path)


def to_document(value: object) -> object:
    """Convert parameters or a checkpoint to builtin values for JSON. Raises ValueError if they are too large."""
    encoded = msgspec.json.encode(value)
    if len(encoded) > DOCUMENT_LIMIT:
        raise ValueError(f"{len(encoded)} bytes are more than the {DOCUMENT_LIMIT} that a job stores")
    return msgspec.json.decode(encoded)
