"""Documents that are captured in the background: queue one, run it, and say what became of it."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.epcis.changes import NewCapture, add_capture, finish_capture
from db.epcis.reads import DOCUMENT_TO_CAPTURE, OWN_CAPTURE
from db.epcis.rows import CaptureRow
from domain.epcis.captures import ErrorBehavior
from domain.epcis.documents import read_document
from domain.epcis.failures import DocumentForgotten, DocumentRejected
from domain.jobs.facts import JobKind
from domain.permissions import Permission
from resolvers.context import Operation
from resolvers.epcis.capture_document import capture_each, capture_together
from resolvers.jobs.enqueue import enqueue_job
from resolvers.jobs.handlers import JobHandler
from resolvers.jobs.running import RunningJob


class CaptureParameters(Struct, frozen=True):
    """The document to capture, which is stored in a table of its own."""

    capture_id: UUID


async def queue_capture(operation: Operation, body: bytes, behavior: ErrorBehavior) -> UUID:
    """Store a document and queue its capture; return the id of the capture.

    Its events are checked later. Raises Forbidden, InvalidInput, TooManyEvents, and TooManyJobs.
    """
    viewer = operation.require(Permission.CUSTODY_RECORD)
    events = read_document(body)
    capture = NewCapture(
        id=operation.new_id(),
        account_id=viewer.account_id,
        behavior=behavior,
        events=len(events),
        document=body.decode(),
        created_at=operation.now,
    )
    async with operation.writing() as session:
        await add_capture(session, capture)
        parameters = CaptureParameters(capture.id)
        await enqueue_job(operation, session, JobKind.EPCIS_CAPTURE, parameters, total=len(events))
    return capture.id


async def find_capture(operation: Operation, capture_id: UUID) -> CaptureRow | None:
    """Find a capture of the viewer."""
    viewer = operation.require(Permission.CUSTODY_RECORD)
    rows: Sequence[CaptureRow] = await operation.fetch(OWN_CAPTURE, id=capture_id, account_id=viewer.account_id)
    return rows[0] if rows else None


async def run_capture(job: RunningJob[CaptureParameters]) -> None:
    """Capture a document. An attempt after a crash finds the events that are recorded already.

    Raises DocumentRejected if nothing was recorded because of an event, and DocumentForgotten.
    """
    async with job.operation() as operation:
        (found,) = await operation.fetch(DOCUMENT_TO_CAPTURE, id=job.parameters.capture_id)
    behavior = ErrorBehavior(found.behavior)
    errors = found.rejected
    if not found.ended:
        if found.document is None:
            raise DocumentForgotten
        events = read_document(found.document.encode())
        capture = capture_each if behavior is ErrorBehavior.PROCEED else capture_together
        errors = await capture(job, found.id, events)
        captured = 0 if errors and behavior is ErrorBehavior.ROLLBACK else len(events) - len(errors)
        async with job.operation() as operation, operation.writing() as session:
            await finish_capture(session, found.id, errors, captured=captured, at=operation.now)
    if errors and behavior is ErrorBehavior.ROLLBACK:
        raise DocumentRejected(errors[0].index, errors[0].message)


JOBS: Final = (JobHandler(kind=JobKind.EPCIS_CAPTURE, parameters=CaptureParameters, run=run_capture),)
