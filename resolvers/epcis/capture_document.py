"""Capture the events of a document: all or none of them, or each that can be recorded."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from db.epcis.changes import save_captured
from domain.epcis.captures import EventError
from domain.epcis.documents import SentEvent, read_event
from domain.epcis.identifiers import Identifiers
from domain.failures import Failure, InvalidInput
from domain.jobs.failures import OwnerDisabled
from domain.permissions import Permission
from resolvers.context import Operation
from resolvers.epcis.capture_event import capture_event
from resolvers.epcis.capturing import EventRejected, capture_events, understand_event
from resolvers.epcis.grouping import Understood
from resolvers.epcis.lists import read_identifiers
from resolvers.jobs.running import RunningJob
from resolvers.retrying import retry_conflicts


class Opening(Protocol):
    """Opens operations of one account, each at its own moment, as a running job does."""

    def operation(self) -> AbstractAsyncContextManager[Operation]:
        """Open an operation at this moment."""
        ...


async def capture_together(job: Opening, capture_id: UUID, events: Sequence[bytes]) -> tuple[EventError, ...]:
    """Capture events in one transaction, in their order; one rejected event undoes all. Return why it was rejected.

    Raises Forbidden, JobStopped, and OwnerDisabled.
    """
    try:
        async with job.operation() as operation:
            operation.require(Permission.CUSTODY_RECORD)
            understood = _understand(operation, events, await read_identifiers(operation))
        await _capture_all(job, capture_id, understood)
    except EventRejected as rejected:
        return (_describe(rejected),)
    return ()


async def capture_each(job: RunningJob[object], capture_id: UUID, events: Sequence[bytes]) -> tuple[EventError, ...]:
    """Capture each event by itself, recorded at its own moment. Return why some were rejected.

    Raises Forbidden, JobStopped, and OwnerDisabled.
    """
    errors: list[EventError] = []
    for index, body in enumerate(events):
        error = await _capture_one(job, capture_id, (index, body), captured=index + 1 - len(errors))
        if error is not None:
            errors.append(error)
        await job.report(index + 1)
    return tuple(errors)


async def _capture_all(job: Opening, capture_id: UUID, events: Sequence[Understood]) -> None:
    """Capture events together. If that fails, capture each by itself to find the one that is to blame."""

    async def capture(*, alone: bool) -> None:
        async with job.operation() as operation, operation.joining() as session:
            await capture_events(operation, session, events, alone=alone)
            await save_captured(session, capture_id, len(events))

    try:
        await retry_conflicts(lambda: capture(alone=False))
    except EventRejected as rejected:
        if rejected.index is not None:
            raise
        await retry_conflicts(lambda: capture(alone=True))


def _understand(operation: Operation, events: Sequence[bytes], identifiers: Identifiers) -> list[Understood]:
    understood: list[Understood] = []
    for index, body in enumerate(events):
        sent: SentEvent | None = None
        try:
            sent = read_event(body, standalone=False)
            understood.append(understand_event(operation, sent, identifiers))
        except Failure as failure:
            raise EventRejected(index, None if sent is None else sent.event_id, failure) from failure
    return understood


async def _capture_one(job: Opening, capture_id: UUID, item: tuple[int, bytes], *, captured: int) -> EventError | None:
    """Capture one event, after which so many are `captured`."""
    index, body = item
    sent: SentEvent | None = None

    async def capture(event: SentEvent) -> None:
        async with job.operation() as operation:
            await capture_event(operation, event, lambda session: save_captured(session, capture_id, captured))

    try:
        event = sent = read_event(body, standalone=False)
        await retry_conflicts(lambda: capture(event))
    except OwnerDisabled:
        raise
    except Failure as failure:
        return _describe(EventRejected(index, None if sent is None else sent.event_id, failure))
    return None


def _describe(rejected: EventRejected) -> EventError:
    failure = rejected.failure
    code, path = failure.code.value, failure.path
    if isinstance(failure, InvalidInput):
        code, path = failure.problems[0].code.value, failure.problems[0].path
    # Inputs of mutations are no parts of an event.
    place = () if path[:1] == ("input",) else path
    return EventError(
        index=rejected.index or 0, event_id=rejected.event_id, code=code, message=failure.message, path=place
    )
