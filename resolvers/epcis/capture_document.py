"""Capture the events of a document: all or none of them, or each that can be recorded."""

from collections.abc import Sequence

from domain.epcis.captures import ErrorBehavior, EventError
from domain.epcis.documents import SentEvent, read_event
from domain.epcis.identifiers import Identifiers
from domain.failures import Failure, InvalidInput
from domain.permissions import Permission
from resolvers.context import Operation
from resolvers.epcis.capturing import Understood, begin_capturing, understand_event
from resolvers.epcis.lists import read_identifiers
from resolvers.retrying import retry_conflicts


class _Rejected(Exception):
    """The event at an index was rejected, so that none is recorded."""

    def __init__(self, error: EventError) -> None:
        super().__init__(error.message)
        self.error = error


async def capture_document(
    operation: Operation, events: Sequence[bytes], behavior: ErrorBehavior
) -> tuple[int, tuple[EventError, ...]]:
    """Capture events in their order; return how many are recorded now, and why others are not.

    With ROLLBACK they share one transaction, and one rejected event undoes all. With PROCEED each has its own. Raises
    Forbidden.
    """
    operation.require(Permission.CUSTODY_RECORD)
    identifiers = await read_identifiers(operation)
    if behavior is ErrorBehavior.PROCEED:
        results = [await _capture_one(operation, identifiers, item) for item in enumerate(events)]
        errors = [error for error in results if error is not None]
        return len(events) - len(errors), tuple(errors)
    try:
        await retry_conflicts(lambda: _capture_all(operation, identifiers, events))
    except _Rejected as rejected:
        return 0, (rejected.error,)
    return len(events), ()


async def _capture_all(operation: Operation, identifiers: Identifiers, events: Sequence[bytes]) -> None:
    understood: list[Understood] = []
    for index, body in enumerate(events):
        sent: SentEvent | None = None
        try:
            sent = read_event(body, standalone=False)
            understood.append(understand_event(operation, sent, identifiers))
        except Failure as failure:
            raise _Rejected(_describe(index, sent and sent.event_id, failure)) from failure
    async with operation.joining() as session:
        capturing = await begin_capturing(operation, session, understood)
        for index, event in enumerate(understood):
            try:
                await capturing.capture(event)
            except Failure as failure:
                raise _Rejected(_describe(index, event.event_id, failure)) from failure
        await capturing.store()


async def _capture_one(operation: Operation, identifiers: Identifiers, item: tuple[int, bytes]) -> EventError | None:
    index, body = item
    sent: SentEvent | None = None

    async def capture(event: Understood) -> None:
        async with operation.joining() as session:
            capturing = await begin_capturing(operation, session, [event])
            await capturing.capture(event)
            await capturing.store()

    try:
        sent = read_event(body, standalone=False)
        understood = understand_event(operation, sent, identifiers)
        await retry_conflicts(lambda: capture(understood))
    except Failure as failure:
        return _describe(index, sent and sent.event_id, failure)
    return None


def _describe(index: int, event_id: str | None, failure: Failure) -> EventError:
    code, path = failure.code.value, failure.path
    if isinstance(failure, InvalidInput):
        code, path = failure.problems[0].code.value, failure.problems[0].path
    place = () if path[:1] == ("input",) else path
    return EventError(index, event_id, code, failure.message, place)
