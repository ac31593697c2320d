"""The mutation resolveDiscrepancy."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.consignments.changes import resolve_batch_line
from db.consignments.correction_reads import DISCREPANCY_BY_ID
from db.consignments.discrepancy_changes import resolve_serials
from db.consignments.rows import BatchRow, DiscrepancyRow
from db.sessions import Writing
from domain.checks import note_problems
from domain.consignments.facts import Condition, DiscrepancyKind, MovementKind
from domain.consignments.failures import DISCREPANCY_PATH, SerialsNotHeld, name_serials
from domain.consignments.packs import pack_list_problems
from domain.consignments.ranges import merge, range_problems
from domain.events import EventKind
from domain.failures import IllegalState, NotFound, Problem, UserErrorCode
from domain.spans import Span, Spans
from domain.text import trim_text
from resolvers.consignments.batch_packs import expand_outcomes
from resolvers.consignments.discrepancies import append_event
from resolvers.consignments.locking import Chain, lock_batch, lock_chain
from resolvers.consignments.moving import move_serials
from resolvers.consignments.resolve_superseded import lock_superseded, resolve_superseded
from resolvers.consignments.serial_inputs import overlaps, pack_count_problems
from resolvers.consignments.state import refresh_state
from resolvers.consignments.steps import Occasion, Place, Step, on_hand
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.validation import reject_invalid

# The outcomes that each kind of discrepancy allows, and the message for any other outcome.
_OUTCOMES: Final[Mapping[DiscrepancyKind, tuple[frozenset[str], str]]] = MappingProxyType(
    {
        DiscrepancyKind.SHORT: (
            frozenset({"found", "damaged", "lost"}),
            "was sent and did not arrive. Name the serials as found, damaged, or lost.",
        ),
        DiscrepancyKind.OVER_SENT: (
            frozenset({"found", "dismissed"}),
            "arrived without having been sent. Name the serials as found or dismissed.",
        ),
        DiscrepancyKind.ARTWORK_SUPERSEDED: (
            frozenset({"accepted", "scrapped"}),
            "carries superseded artwork. Name the serials as accepted or scrapped.",
        ),
    }
)


class ResolveDiscrepancy(Struct, frozen=True):
    """What became of serials of a discrepancy. Serials that are left out stay open."""

    discrepancy_id: UUID
    found: tuple[Span, ...] | None
    damaged: tuple[Span, ...] | None
    lost: tuple[Span, ...] | None
    dismissed: tuple[Span, ...] | None
    note: str
    idempotency_key: str
    accepted: tuple[Span, ...] | None = None
    scrapped: tuple[Span, ...] | None = None
    found_packs: tuple[str, ...] | None = None
    damaged_packs: tuple[str, ...] | None = None
    lost_packs: tuple[str, ...] | None = None
    dismissed_packs: tuple[str, ...] | None = None


async def resolve_discrepancy(operation: Operation, command: ResolveDiscrepancy) -> UUID:
    """Resolve serials of a discrepancy and return its id.

    Serials that did not arrive are found, damaged, or lost. Serials that arrived without having been sent are found,
    and move from the sender to the receiver, or dismissed: then they stay where they are. Serials that carry
    superseded artwork are accepted, and held no longer, or scrapped. Raises InvalidInput, NotFound, IllegalState,
    SerialsNotHeld, PackNotHeld and IdempotencyMismatch.
    """
    reject_invalid(_problems(command))
    async with operation.writing() as session:
        found = await _find(session, command)
        batch = None if found.batch_id is None else await lock_batch(operation, session, found.batch_id)
        earlier = await claim_key(operation, session, command, result_id=command.discrepancy_id)
        if earlier:
            return earlier
        if batch is None:
            await _resolve_superseded(operation, session, found, command)
            return command.discrepancy_id
        chain = await lock_chain(operation, session, batch.consignment_id, path=DISCREPANCY_PATH)
        (discrepancy,) = await session.fetch(DISCREPANCY_BY_ID, id=command.discrepancy_id)
        command = await _expand_packs(operation, session, (chain, batch, discrepancy), command)
        _check_serials(chain, discrepancy, command)
        occasion = Occasion(request_id=operation.new_id(), note=trim_text(command.note))
        steps = _steps(chain, batch, discrepancy, command)
        await move_serials(operation, session, [(chain, step) for step in steps], occasion)
        await _store(operation, session, (chain, batch, discrepancy), command)
        await refresh_state(operation, session, chain.id)
    return command.discrepancy_id


async def _resolve_superseded(
    operation: Operation, session: Writing, found: DiscrepancyRow, command: ResolveDiscrepancy
) -> None:
    chain, discrepancy = await lock_superseded(operation, session, found.consignment_id, found.id)
    _check_serials(chain, discrepancy, command)
    outcome = (merge(command.accepted), merge(command.scrapped))
    await resolve_superseded(operation, session, (chain, discrepancy), outcome, trim_text(command.note))


def _lists(command: ResolveDiscrepancy) -> tuple[tuple[str, tuple[Span, ...] | None], ...]:
    return (
        ("found", command.found),
        ("damaged", command.damaged),
        ("lost", command.lost),
        ("dismissed", command.dismissed),
        ("accepted", command.accepted),
        ("scrapped", command.scrapped),
    )


def _packs(command: ResolveDiscrepancy) -> tuple[tuple[str, tuple[str, ...] | None], ...]:
    return (
        ("found", command.found_packs),
        ("damaged", command.damaged_packs),
        ("lost", command.lost_packs),
        ("dismissed", command.dismissed_packs),
    )


async def _expand_packs(
    operation: Operation,
    session: Writing,
    place: tuple[Chain, BatchRow, DiscrepancyRow],
    command: ResolveDiscrepancy,
) -> ResolveDiscrepancy:
    """Name the serials of the packs instead of the packs. Raises PackNotHeld and InvalidInput."""
    outcomes = [(name, getattr(command, name), packs) for name, packs in _packs(command)]
    named: ResolveDiscrepancy = replace(command, **await expand_outcomes(operation, session, place, outcomes))
    reject_invalid(overlaps([(spans, (name,)) for name, spans in _lists(named)]))
    return named


def _problems(command: ResolveDiscrepancy) -> Iterator[Problem]:
    lists = [(spans, (name,)) for name, spans in _lists(command)]
    packs = _packs(command)
    if all(given is None for given, _ in lists) and all(given is None for _, given in packs):
        yield Problem(UserErrorCode.REQUIRED, "Name the serials that you resolve.", ())
    for name, given in packs:
        if given is not None:
            yield from pack_list_problems(given, (f"{name}Packs",))
    yield from pack_count_problems([given for _, given in packs])
    for spans, path in lists:
        if spans is not None:
            yield from range_problems(spans, path)
    yield from overlaps(lists)
    yield from note_problems(command.note)


async def _find(session: Writing, command: ResolveDiscrepancy) -> DiscrepancyRow:
    """The discrepancy before anything is locked: its batch, or its artwork, is locked before it is read again."""
    rows = await session.fetch(DISCREPANCY_BY_ID, id=command.discrepancy_id)
    if not rows:
        raise NotFound("discrepancy", DISCREPANCY_PATH)
    return rows[0]


def _check_serials(chain: Chain, discrepancy: DiscrepancyRow, command: ResolveDiscrepancy) -> None:
    """Check that the serials are open, and that the kind of the discrepancy has such outcomes."""
    if not discrepancy.open_spans:
        raise IllegalState("This discrepancy is resolved already.", DISCREPANCY_PATH)
    line = chain.line(discrepancy.line_id)
    reject_invalid(_outcome_problems(discrepancy, command, line.sku))
    for name, spans in _lists(command):
        if other := merge(spans) - discrepancy.open_spans:
            message = f"{name_serials(other, line.sku)} not open in this discrepancy."
            raise SerialsNotHeld(message, ("input", name), variant_id=line.variant_id, serials=other)


def _outcome_problems(discrepancy: DiscrepancyRow, command: ResolveDiscrepancy, sku: str) -> Iterator[Problem]:
    outcomes, message = _OUTCOMES[DiscrepancyKind(discrepancy.kind)]
    for name, spans in _lists(command):
        if spans is not None and name not in outcomes:
            yield Problem(UserErrorCode.CONFLICT, f"{sku} {message}", (name,))


def _steps(chain: Chain, batch: BatchRow, discrepancy: DiscrepancyRow, command: ResolveDiscrepancy) -> list[Step]:
    sender, receiver = batch.from_leg, batch.from_leg + 1
    open_place, vendors = Place(sender, Condition.UNRESOLVED, batch.id), (batch.to_vendor_id, batch.from_vendor_id)
    phrase = "open in this discrepancy"
    if discrepancy.kind == DiscrepancyKind.OVER_SENT:
        open_place, vendors, phrase = on_hand(sender), (batch.from_vendor_id, batch.to_vendor_id), "with the sender"
    outcomes: Sequence[tuple[str, tuple[Span, ...] | None, Place]] = (
        ("found", command.found, on_hand(receiver)),
        ("damaged", command.damaged, on_hand(receiver, Condition.DAMAGED)),
        ("lost", command.lost, Place(sender, Condition.LOST, batch.id)),
    )
    return [
        Step(
            kind=MovementKind.DISCREPANCY_RESOLVED,
            line=chain.line(discrepancy.line_id),
            source=open_place,
            target=target,
            spans=merge(spans),
            quantity=merge(spans).quantity,
            vendor_ids=vendors,
            batch_id=batch.id,
            path=("input", name),
            phrase=phrase,
        )
        for name, spans, target in outcomes
        if spans is not None
    ]


async def _store(
    operation: Operation,
    session: Writing,
    place: tuple[Chain, BatchRow, DiscrepancyRow],
    command: ResolveDiscrepancy,
) -> None:
    """Store the resolution. What was dismissed did not move, so it has an event of its own."""
    chain, batch, discrepancy = place
    resolved = Spans.of(span for _, spans in _lists(command) for span in spans or ())
    resolution = (operation.now, operation.viewer.account_id, trim_text(command.note))
    await resolve_serials(session, discrepancy.id, resolved, resolution)
    if discrepancy.kind == DiscrepancyKind.SHORT:
        found, damaged = merge(command.found).quantity, merge(command.damaged).quantity
        await resolve_batch_line(session, batch.id, discrepancy.line_id, found=found, damaged=damaged)
    if command.dismissed is not None:
        await append_event(operation, session, (chain, batch), EventKind.DISCREPANCY_DISMISSED, discrepancy.id)
