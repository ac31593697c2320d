"""The mutation receiveBatch."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.consignments.changes import set_batch, set_batch_line
from db.consignments.custody_reads import PLACES_OF_BATCH, SPANS_AT_PLACES
from db.consignments.reads import BATCH_LINES
from db.consignments.rows import BatchLineRow, BatchRow
from db.sessions import TransactionConflict, Writing
from domain.consignments.facts import BatchStatus, Condition, DiscrepancyKind, MovementKind
from domain.consignments.failures import BATCH_PATH, SerialsNotHeld
from domain.consignments.guards import BATCH_GUARDS, BatchAction
from domain.consignments.packs import pack_list_problems
from domain.consignments.ranges import occurrence_problems, range_problems
from domain.consignments.receipts import Receipt, ReceiptRejected, StatedReceipt, assess_receipt
from domain.failures import InvalidInput, Problem, UserErrorCode
from domain.spans import Span, Spans
from resolvers.consignments.batch_packs import expand_receipt
from resolvers.consignments.discrepancies import open_discrepancy, require_held_by_sender
from resolvers.consignments.locking import Chain, Line, batch_facts, lock_batch, lock_chain
from resolvers.consignments.moving import record_movements
from resolvers.consignments.named_packs import Named
from resolvers.consignments.notify import notify_of_difference
from resolvers.consignments.serial_inputs import find_lines, overlaps, pack_count_problems, variant_problems
from resolvers.consignments.state import refresh_state
from resolvers.consignments.steps import Occasion, Place, Step, on_hand
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.validation import reject_invalid


class ReceivedLine(Struct, frozen=True):
    """What arrived of a variant; without `final`, the rest is still on its way."""

    variant_id: UUID
    accepted: int | None = None
    accepted_serials: tuple[Span, ...] | None = None
    damaged_serials: tuple[Span, ...] | None = None
    final: bool = True
    accepted_packs: tuple[str, ...] | None = None
    damaged_packs: tuple[str, ...] | None = None

    def name(self, line: Line, index: int) -> tuple[Named, Named]:
        """What the line names as accepted, and as damaged."""
        path = ("lines", str(index))
        return (
            Named(
                line=line,
                serials=self.accepted_serials,
                packs=self.accepted_packs,
                path=path,
                packs_field="acceptedPacks",
            ),
            Named(
                line=line, serials=self.damaged_serials, packs=self.damaged_packs, path=path, packs_field="damagedPacks"
            ),
        )


class ReceiveBatch(Struct, frozen=True):
    """What arrived of a batch. Lines that are left out are still on their way."""

    batch_id: UUID
    lines: tuple[ReceivedLine, ...]
    occurred_at: datetime | None
    idempotency_key: str


class _Arrival(Struct, frozen=True):
    """A line of a batch with what became of its serials."""

    index: int
    line: Line
    sent: BatchLineRow
    receipt: Receipt


async def receive_batch(operation: Operation, command: ReceiveBatch) -> UUID:
    """Record what arrived of a batch and return its id; what did not arrive becomes a discrepancy.

    Raises InvalidInput, NotFound, IllegalState, SerialsNotHeld, PackNotHeld, OccurredTooEarly and
    IdempotencyMismatch.
    """
    reject_invalid(_problems(command, operation.now))
    async with operation.writing() as session:
        batch = await lock_batch(operation, session, command.batch_id)
        earlier = await claim_key(operation, session, command, result_id=batch.id)
        if earlier:
            return earlier
        chain = await lock_chain(operation, session, batch.consignment_id, path=BATCH_PATH)
        BATCH_GUARDS.check(BatchAction.RECEIVE, batch_facts(chain, batch), operation.viewer)
        arrivals = await _assess(operation, session, (chain, batch), command)
        for arrival in arrivals:
            claim, path = (batch, arrival.line, arrival.receipt.not_sent), ("input", "lines", str(arrival.index))
            await require_held_by_sender(operation, session, chain, claim, path=path)
        steps = [step for arrival in arrivals for step in _steps(chain, batch, arrival)]
        over_sent = any(arrival.receipt.not_sent for arrival in arrivals)
        reject_invalid(_idle_problems(batch, steps, over_sent=over_sent))
        await _record_statements(operation, session, (chain, batch), arrivals)
        occasion = Occasion(request_id=operation.new_id(), occurred_at=command.occurred_at)
        try:
            await record_movements(operation, session, chain, steps, occasion)
        except SerialsNotHeld as recalled:
            # The batch held these serials a moment ago, and only a recall moves them while the batch is locked.
            raise TransactionConflict from recalled
        if over_sent:
            # Nothing of these moves, so no movement says that a discrepancy is open.
            await refresh_state(operation, session, chain.id)
        places = await session.fetch(PLACES_OF_BATCH, batch_id=batch.id)
        rest = any(place.condition == Condition.GOOD and place.quantity for place in places)
        values = {
            "status": BatchStatus.PARTLY_RECEIVED if rest else BatchStatus.RECEIVED,
            "received_at": command.occurred_at or operation.now,
        }
        await set_batch(session, batch.id, values)
        missing = sum(arrival.receipt.missing.quantity for arrival in arrivals)
        not_sent = sum(arrival.receipt.not_sent.quantity for arrival in arrivals)
        await notify_of_difference(operation, session, chain, batch, missing=missing, not_sent=not_sent)
    return command.batch_id


def _problems(command: ReceiveBatch, now: datetime) -> Iterator[Problem]:
    yield from variant_problems([line.variant_id for line in command.lines])
    yield from occurrence_problems(command.occurred_at, now)
    for index, line in enumerate(command.lines):
        path = ("lines", str(index))
        named = (line.accepted_serials, line.damaged_serials, line.accepted_packs, line.damaged_packs)
        if line.accepted is None and all(each is None for each in named):
            message = "State how many coupons you accept, or which serials or packs you accept and which are damaged."
            yield Problem(UserErrorCode.REQUIRED, message, path)
        if line.accepted is not None and line.accepted < 0:
            message = f"The accepted quantity must be 0 or more, not {line.accepted:,}."
            yield Problem(UserErrorCode.INVALID, message, (*path, "accepted"))
        lists = [
            (line.accepted_serials, (*path, "acceptedSerials")),
            (line.damaged_serials, (*path, "damagedSerials")),
        ]
        for spans, place in lists:
            if spans is not None:
                yield from range_problems(spans, place)
        yield from overlaps(lists)
        for packs, field in ((line.accepted_packs, "acceptedPacks"), (line.damaged_packs, "damagedPacks")):
            if packs is not None:
                yield from pack_list_problems(packs, (*path, field))
    yield from pack_count_problems(
        [packs for line in command.lines for packs in (line.accepted_packs, line.damaged_packs)]
    )


async def _assess(
    operation: Operation, session: Writing, place: tuple[Chain, BatchRow], command: ReceiveBatch
) -> list[_Arrival]:
    chain, batch = place
    lines = find_lines(chain, [line.variant_id for line in command.lines])
    sent = {row.line_id: row for row in await session.fetch(BATCH_LINES, ids=[batch.id])}
    reject_invalid(
        Problem(UserErrorCode.NOT_FOUND, f"{batch.code} has no {line.sku}.", ("lines", str(index), "variantId"))
        for index, line in enumerate(lines)
        if line.id not in sent
    )
    on_the_way = await _load_serials(session, batch)
    given_lines = zip(command.lines, lines, strict=True)
    named = [given.name(line, index) for index, (given, line) in enumerate(given_lines)]
    found = await expand_receipt(operation, session, place, named)
    arrivals, problems = [], []
    for index, (given, line, serials) in enumerate(zip(command.lines, lines, found, strict=True)):
        stated = StatedReceipt(
            accepted=given.accepted,
            accepted_serials=serials.accepted,
            damaged_serials=serials.damaged,
            final=given.final,
        )
        good, void = (on_the_way.get((line.id, condition), Spans()) for condition in (Condition.GOOD, Condition.VOID))
        path = ("lines", str(index))
        if not good and not void:
            problems.append(
                Problem(UserErrorCode.CONFLICT, f"Nothing of {line.sku} is on the way in {batch.code} any more.", path)
            )
            continue
        try:
            receipt = assess_receipt(stated, good, void, sku=line.sku, path=path)
        except ReceiptRejected as rejected:
            problems.append(rejected.problem)
            continue
        arrivals.append(_Arrival(index=index, line=line, sent=sent[line.id], receipt=receipt))
    if problems:
        raise InvalidInput(*(problem.under("input") for problem in problems))
    return arrivals


def _idle_problems(batch: BatchRow, steps: Sequence[Step], *, over_sent: bool) -> Iterator[Problem]:
    """A problem of a receipt that would neither move anything nor open a discrepancy."""
    if not over_sent and not any(step.quantity for step in steps):
        message = f"State which coupons of {batch.code} you received, or leave out `final` if none of them arrived."
        yield Problem(UserErrorCode.REQUIRED, message, ("lines",))


async def _load_serials(session: Writing, batch: BatchRow) -> Mapping[tuple[UUID, str], Spans]:
    """The serials of the batch by line and condition."""
    places = {place.id: place for place in await session.fetch(PLACES_OF_BATCH, batch_id=batch.id) if place.quantity}
    spans: dict[tuple[UUID, str], list[Span]] = {}
    for row in await session.fetch(SPANS_AT_PLACES, place_ids=list(places)):
        spans.setdefault((row.line_id, row.condition), []).extend(row.spans)
    return {key: Spans.of(found) for key, found in spans.items()}


async def _record_statements(
    operation: Operation, session: Writing, place: tuple[Chain, BatchRow], arrivals: list[_Arrival]
) -> None:
    """Store what the receiver states about each line, and open discrepancies before their serials move."""
    chain, batch = place
    for arrival in arrivals:
        receipt, sent = arrival.receipt, arrival.sent
        await set_batch_line(
            session,
            batch.id,
            arrival.line.id,
            accepted=sent.accepted + receipt.accepted.quantity,
            damaged=sent.damaged + receipt.damaged.quantity,
        )
        for kind, spans, vendor_id in (
            (DiscrepancyKind.SHORT, receipt.missing, batch.to_vendor_id),
            (DiscrepancyKind.OVER_SENT, receipt.not_sent, batch.from_vendor_id),
        ):
            if spans:
                await open_discrepancy(
                    operation, session, (chain, batch, arrival.line), kind=kind, spans=spans, vendor_id=vendor_id
                )


def _steps(chain: Chain, batch: BatchRow, arrival: _Arrival) -> Iterator[Step]:
    leg, receipt = batch.from_leg + 1, arrival.receipt
    on_the_way, void = Place(batch.from_leg, Condition.GOOD, batch.id), Place(batch.from_leg, Condition.VOID, batch.id)
    for kind, source, target, spans in (
        (MovementKind.RECEIVED, on_the_way, on_hand(leg), receipt.accepted),
        (MovementKind.RECEIVED, void, on_hand(leg, Condition.VOID), receipt.void),
        (MovementKind.DAMAGED, on_the_way, on_hand(leg, Condition.DAMAGED), receipt.damaged),
        (MovementKind.SHORT, on_the_way, Place(batch.from_leg, Condition.UNRESOLVED, batch.id), receipt.missing),
    ):
        yield Step(
            kind=kind,
            line=arrival.line,
            source=source,
            target=target,
            spans=spans,
            quantity=spans.quantity,
            vendor_ids=(chain.vendor_of(leg), chain.vendor_of(batch.from_leg)),
            batch_id=batch.id,
            path=("input", "lines", str(arrival.index)),
            phrase="on the way",
        )
