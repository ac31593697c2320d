"""Record movements of serials: the one way in which custody changes after a consignment is created."""

from collections.abc import Sequence
from typing import Any, Final

from db.consignments.changes import move_coupons, recall_coupons
from db.consignments.custody_reads import OCCURRENCE_BEFORE
from db.consignments.discrepancy_changes import release_settled
from db.sessions import Writing
from domain.consignments.events import about_consignment
from domain.consignments.facts import Condition
from domain.consignments.failures import OccurredTooEarly
from domain.consignments.ranges import is_earlier
from domain.consignments.segments import cut_by_segment
from domain.spans import Spans
from resolvers.consignments.locking import Chain, Line
from resolvers.consignments.pack_moves import settle_packs
from resolvers.consignments.shortages import raise_shortage
from resolvers.consignments.state import refresh_state
from resolvers.consignments.steps import Occasion, Step
from resolvers.context import Operation

# Serials that come here after they were held need no decision any more.
_SETTLING: Final = frozenset({Condition.DAMAGED, Condition.LOST})


async def record_movements(
    operation: Operation, session: Writing, chain: Chain, steps: Sequence[Step], occasion: Occasion
) -> None:
    """Record the movements with their events, and derive the states that they change.

    Raises QuantityExceeded, SerialsNotHeld and OccurredTooEarly; the transaction must not commit then.
    """
    crossed = await move_serials(operation, session, [(chain, step) for step in steps], occasion)
    voids = any(step.voids for step in steps)
    if crossed or voids:
        await refresh_state(operation, session, chain.id, voids=voids)


async def move_serials(
    operation: Operation, session: Writing, moves: Sequence[tuple[Chain, Step]], occasion: Occasion
) -> bool:
    """Record the movements with their events; return whether the states of the consignments must be derived again.

    Raises QuantityExceeded, SerialsNotHeld and OccurredTooEarly; the transaction must not commit then.
    """
    moves = [(chain, step) for chain, step in moves if step.quantity > 0]
    if not moves:
        return False
    for chain, step in moves:
        # Otherwise a client could name all serials that exist, and cutting them by segment would take seconds.
        if step.spans is not None and step.quantity > step.line.quantity:
            await raise_shortage(operation, session, chain, step, 0)
    documents = [_document(operation, chain, step, occasion) for chain, step in moves]
    if any(step.line.packed and step.pack_id is None for _, step in moves):
        opening = await settle_packs(operation, session, moves, documents)
        moves = [*opening, *moves]
        documents = [*(_document(operation, chain, step, occasion) for chain, step in opening), *documents]
    results = await move_coupons(session, documents)
    last = results[-1]
    chain, step = moves[last.step - 1]
    if last.moved != step.quantity:
        await raise_shortage(operation, session, chain, step, last.moved)
    await _check_time(operation, session, documents, occasion)
    operation.movements.extend((document["id"], document["kind"]) for document in documents)
    settled = await _release_settled(operation, session, [step for _, step in moves])
    return settled or any(result.crossed for result in results)


async def record_recall(
    operation: Operation, session: Writing, moves: Sequence[tuple[Chain, Step, int]], occasion: Occasion
) -> None:
    """Record movements to void, each from a place that is locked and holds all serials of its step, with their events.

    The caller derives the states of the consignments again.
    """
    documents = [
        {**_document(operation, chain, step, occasion), "from_place": place_id} for chain, step, place_id in moves
    ]
    await recall_coupons(session, documents)


async def _release_settled(operation: Operation, session: Writing, steps: Sequence[Step]) -> bool:
    """Let damaged and lost serials be held no longer; return whether that resolved a discrepancy."""
    resolved = False
    for condition in sorted(_SETTLING):
        settled = [step for step in steps if step.target.condition is condition and step.spans is not None]
        if settled:
            spans = Spans.of(span for step in settled for span in step.spans or ())
            resolution = (operation.now, operation.viewer.account_id, f"{condition.capitalize()}.")
            line_ids = sorted({step.line.id for step in settled})
            resolved = await release_settled(session, line_ids, spans, resolution) or resolved
    return resolved


async def _check_time(
    operation: Operation, session: Writing, documents: Sequence[dict[str, Any]], occasion: Occasion
) -> None:
    """Custody follows the order of recording, so a movement may not be older than the last one of its serials."""
    if occasion.occurred_at is None:
        return
    ids = [document["id"] for document in documents]
    ((last,),) = await session.fetch(OCCURRENCE_BEFORE, movement_ids=ids)
    if last is not None and is_earlier(occasion.occurred_at, last):
        raise OccurredTooEarly((await operation.calendar()).format_moment(last))


def _document(operation: Operation, chain: Chain, step: Step, occasion: Occasion) -> dict[str, Any]:
    """A step as the function `move_coupons` takes it."""
    subjects = about_consignment(scheme_id=chain.scheme_id, consignment_id=chain.id, vendor_ids=step.vendor_ids)
    return {
        "id": operation.new_id(),
        "request_id": occasion.request_id,
        "consignment_id": chain.id,
        "line_id": step.line.id,
        "batch_id": step.batch_id,
        "kind": step.kind,
        "vendor_id": step.vendor_ids[0],
        "from_leg": step.source.leg,
        "from_batch": step.source.batch_id,
        "from_condition": step.source.condition,
        "to_leg": step.target.leg,
        "to_batch": step.target.batch_id,
        "to_condition": step.target.condition,
        "pieces": None if step.spans is None else _pieces(step.spans, step.line),
        "quantity": step.quantity,
        "occurred_at": occasion.occurred_at or operation.now,
        "recorded_at": operation.now,
        "account_id": operation.viewer.account_id,
        "note": occasion.note,
        "artwork_version": step.artwork_version,
        "pack_id": step.pack_id,
        "subject_kinds": [subject.kind for subject in subjects],
        "subject_ids": [subject.id for subject in subjects],
    }


def _pieces(spans: Spans, line: Line) -> dict[str, str]:
    """The serials by segment, as the function `move_coupons` takes them."""
    return {str(segment): part.text for segment, part in cut_by_segment(spans, line.segment_bits)}
