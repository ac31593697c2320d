"""Capture events: each is compared with what is recorded, and recorded by the mutation that it corresponds to."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from db.epcis.changes import NewEvent, add_events
from db.epcis.reads import KNOWN_EVENTS
from db.sessions import DuplicateKey, TransactionConflict, Writing
from domain.consignments.ranges import occurrence_problems
from domain.epcis.documents import SentEvent
from domain.epcis.failures import EventConflict
from domain.epcis.identifiers import Identifiers
from domain.epcis.keeping import assign_event_id, digest_of, write_content
from domain.epcis.statements import understand
from domain.failures import Failure, InvalidInput, Problem
from domain.spans import Spans
from resolvers.context import Operation
from resolvers.epcis.commands import run_command
from resolvers.epcis.grouping import Group, Placed, Understood, group_events, split_at_packs
from resolvers.epcis.locating import Locator, make_locator
from resolvers.epcis.parties import check_parties
from resolvers.idempotency import IdempotencyMismatch


class EventRejected(Exception):
    """An event cannot be recorded, so that nothing is. `index` is None if it is one of several, unknown which."""

    def __init__(self, index: int | None, event_id: str | None, failure: Failure) -> None:
        super().__init__(failure.message)
        self.index = index
        self.event_id = event_id
        self.failure = failure


def owner_of(operation: Operation) -> UUID:
    """The owner of the ids of events: the vendor of the viewer, or else the account."""
    return operation.viewer.vendor_id or operation.viewer.account_id


def understand_event(operation: Operation, event: SentEvent, identifiers: Identifiers) -> Understood:
    """Read what an event states. Raises InvalidInput."""
    stated = understand(event, identifiers)
    early = [
        Problem(each.code, each.message, ("eventTime",))
        for each in occurrence_problems(stated.occurred_at, operation.now)
    ]
    if early:
        raise InvalidInput(*early)
    content = write_content(event, identifiers)
    return Understood(event.event_id or assign_event_id(owner_of(operation), content), content, stated)


async def capture_events(
    operation: Operation, session: Writing, events: Sequence[Understood], *, alone: bool = False
) -> None:
    """Record events in a transaction that the mutations join. Those that are recorded already change nothing.

    Raises EventRejected, and TransactionConflict if another transaction has just captured one of them.
    """
    owner_id = owner_of(operation)
    ids = [event.event_id for event in events]
    known = {row.event_id: row.digest for row in await session.fetch(KNOWN_EVENTS, owner_id=owner_id, event_ids=ids)}
    # Before the movements, so that what a receipt misses comes behind what arrived.
    new_ids = [operation.new_id() for _ in events]
    recorded: list[NewEvent] = []
    kinds: set[str] = set()
    for part in split_at_packs(events):
        locator = await make_locator(operation, session, [event.stated for _, event in part])
        placed = dict(_place(part, known, locator))
        indexes = {event.event_id: index for index, event in placed.items()}
        for group in group_events(placed.values(), alone=alone):
            movement_id = await _record(operation, session, group, indexes)
            recorded.extend(
                _describe(operation, event, (new_ids[indexes[event.event_id]], movement_id)) for event in group.events
            )
        kinds |= {event.stated.kind.value for event in placed.values()}
    try:
        await add_events(session, recorded, [each for each, kind in operation.movements if kind in kinds])
    except DuplicateKey as duplicate:
        raise TransactionConflict from duplicate


def _place(
    events: Sequence[tuple[int, Understood]], known: dict[str, bytes], locator: Locator
) -> Iterator[tuple[int, Placed]]:
    """Find what new events are about, by their index. Raises EventRejected."""
    for index, event in events:
        digest = digest_of(event.content)
        before = known.setdefault(event.event_id, digest)
        try:
            if before is not digest:
                if before != digest:
                    raise EventConflict(event.event_id)
                continue
            yield index, Placed(event, locator.locate(event.stated))
        except Failure as failure:
            raise EventRejected(index, event.event_id, failure) from failure


async def _record(operation: Operation, session: Writing, group: Group, indexes: dict[str, int]) -> UUID | None:
    """Record a group and return its first movement. Raises EventRejected."""
    try:
        movement_id = await _run(operation, session, group)
        for event in group.events:
            await check_parties(session, event.stated.parties, movement_id)
    except Failure as raised:
        event_id = group.events[0].event_id
        # The key follows from the id of the event: another transaction has just recorded another event under it.
        failure = EventConflict(event_id) if isinstance(raised, IdempotencyMismatch) else raised
        raise EventRejected(None if len(group.events) > 1 else indexes[event_id], event_id, failure) from raised
    return movement_id


async def _run(operation: Operation, session: Writing, group: Group) -> UUID | None:
    """Record a group and return its first movement. What a receipt misses is no part of what arrived."""
    before = len(operation.movements)
    event_ids = [event.event_id for event in group.events]
    await run_command(operation, session, (event_ids, group.stated, group.located))
    moved = operation.movements[before:]
    return next((movement_id for movement_id, kind in moved if kind == group.stated.kind.value), None)


def _describe(operation: Operation, event: Placed, ids: tuple[UUID, UUID | None]) -> NewEvent:
    named = Spans.of(span for line in event.located.lines for span in line.serials or ())
    return NewEvent(
        id=ids[0],
        owner_id=owner_of(operation),
        event_id=event.event_id,
        digest=digest_of(event.event.content),
        content=event.event.content.decode(),
        event_time=event.stated.occurred_at,
        zone_offset=event.stated.offset,
        recorded_at=operation.now,
        account_id=operation.viewer.account_id,
        spans=named.text,
        movement_id=ids[1],
    )
