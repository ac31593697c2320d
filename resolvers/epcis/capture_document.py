"""Capture the events of a document: all or none of them, or each that can be recorded."""

from collections.abc import Sequence

from domain.epcis.captures import ErrorBehavior, EventError
from domain.epcis.documents import SentEvent, read_event
from domain.epcis.identifiers import Identifiers
from domain.failures import Failure, InvalidInput
from domain.permissions import Permission
from resolvers.context import Operation
from resolvers.epcis.capture_event import capture_event
from resolvers.epcis.capturing import EventRejected, capture_events, understand_event
from resolvers.epcis.grouping import Understood
from resolvers.epcis.lists import read_identifiers
from resolvers.retrying import retry_conflicts


async def capture_document(
    operation: Operation, events: Sequence[bytes], behavior: ErrorBehavior
) -> tuple[int, tuple[EventError, ...]]:
    """Capture events in their order; return how many are recorded now, and why others are not.

    With ROLLBACK they share one transaction, and one rejected event undoes all. With PROCEED each has its own. Raises
    Forbidden.
    """
    operation.require(Permission.CUSTODY_RECORD)
    if behavior is ErrorBehavior.PROCEED:
        results = [await _capture_one(operation, item) for item in enumerate(events)]
        errors = [error for error in results if error is not None]
        return len(events) - len(errors), tuple(errors)
    try:
        understood = _understand(operation, events, await read_identifiers(operation))
        await _capture_all(operation, understood)
    except EventRejected as rejected:
        return 0, (_describe(rejected),)
    return len(events), ()


async def _capture_all(operation: Operation, events: Sequence[Understood]) -> None:
    """Capture events together. If that fails, capture each by itself to find the one that is to blame."""

    async def capture(*, alone: bool) -> None:
        async with operation.joining() as session:
            await capture_events(operation, session, events, alone=alone)

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


async def _capture_one(operation: Operation, item: tuple[int, bytes]) -> EventError | None:
    index, body = item
    sent: SentEvent | None = None
    try:
        event = sent = read_event(body, standalone=False)
        await retry_conflicts(lambda: capture_event(operation, event))
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
