"""Capture one event."""

from collections.abc import Awaitable, Callable

from db.sessions import Writing
from domain.epcis.documents import SentEvent
from domain.permissions import Permission
from resolvers.context import Operation
from resolvers.epcis.capturing import EventRejected, capture_events, understand_event
from resolvers.epcis.lists import read_identifiers


async def capture_event(
    operation: Operation, event: SentEvent, within: Callable[[Writing], Awaitable[None]] | None = None
) -> str:
    """Record an event by the code of the mutation that it corresponds to, and return its id.

    The same event again changes nothing. `within` is called in the transaction. Raises Forbidden, InvalidInput,
    EventConflict and what the mutation raises.
    """
    operation.require(Permission.CUSTODY_RECORD)
    understood = understand_event(operation, event, await read_identifiers(operation))
    try:
        async with operation.joining() as session:
            await capture_events(operation, session, [understood])
            if within is not None:
                await within(session)
    except EventRejected as rejected:
        raise rejected.failure from None
    return understood.event_id
