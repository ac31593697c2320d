"""Capture events one after the other: each is compared with what is recorded, and then recorded by a mutation."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from db.epcis.changes import NewEvent, add_events
from db.epcis.reads import KNOWN_EVENTS
from db.sessions import DuplicateKey, TransactionConflict, Writing
from domain.epcis.documents import SentEvent
from domain.epcis.failures import EventConflict
from domain.epcis.identifiers import Identifiers
from domain.epcis.keeping import assign_event_id, digest_of, write_content
from domain.epcis.statements import Stated, understand
from resolvers.context import Operation
from resolvers.epcis.commands import run_command
from resolvers.epcis.locating import Locator, make_locator


class Understood(Struct, frozen=True):
    """An event that can be recorded, with its id and its content."""

    event_id: str
    content: bytes
    stated: Stated


def owner_of(operation: Operation) -> UUID:
    """The owner of the ids of events: the vendor of the viewer, or else the account."""
    return operation.viewer.vendor_id or operation.viewer.account_id


def understand_event(operation: Operation, event: SentEvent, identifiers: Identifiers) -> Understood:
    """Read what an event states. Raises InvalidInput."""
    stated = understand(event, identifiers)
    content = write_content(event, identifiers)
    return Understood(event.event_id or assign_event_id(owner_of(operation), content), content, stated)


class Capturing:
    """The capture of some events in one transaction."""

    def __init__(self, operation: Operation, session: Writing, known: dict[str, bytes], locator: Locator) -> None:
        self._operation = operation
        self._session = session
        self._known = known
        self._locator = locator
        self._recorded: list[NewEvent] = []

    async def capture(self, event: Understood) -> None:
        """Record an event, unless it is recorded already. Raises EventConflict and what mutations raise."""
        digest = digest_of(event.content)
        known = self._known.get(event.event_id)
        if known is not None:
            if known != digest:
                raise EventConflict(event.event_id)
            return
        operation, before = self._operation, len(self._operation.movements)
        located = self._locator.locate(event.stated)
        await run_command(operation, self._session, (event.event_id, event.stated, located))
        moved = operation.movements[before:]
        self._known[event.event_id] = digest
        self._recorded.append(
            NewEvent(
                id=operation.new_id(),
                owner_id=owner_of(operation),
                event_id=event.event_id,
                digest=digest,
                content=event.content.decode(),
                event_time=event.stated.occurred_at,
                zone_offset=event.stated.offset,
                recorded_at=operation.now,
                account_id=operation.viewer.account_id,
                # What a receipt misses is no part of what arrived.
                movement_ids=tuple(movement_id for movement_id, kind in moved if kind == event.stated.kind),
            )
        )

    async def store(self) -> None:
        """Store the captured events. Raises TransactionConflict if somebody else has just captured one of them."""
        try:
            await add_events(self._session, self._recorded)
        except DuplicateKey as duplicate:
            raise TransactionConflict from duplicate
        self._recorded = []


async def begin_capturing(operation: Operation, session: Writing, events: Sequence[Understood]) -> Capturing:
    """Read what the capture of these events needs."""
    ids = [event.event_id for event in events]
    known = await session.fetch(KNOWN_EVENTS, owner_id=owner_of(operation), event_ids=ids)
    locator = await make_locator(operation, session, [event.stated for event in events])
    return Capturing(operation, session, {row.event_id: row.digest for row in known}, locator)
