"""Lock whatever holds serials, so that nobody moves them."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db.consignments.custody_reads import HOLDERS_OF_SERIALS
from db.consignments.place_locks import LOCK_PLACES_TO_VOID
from db.consignments.rows import PlaceSpansRow
from db.sessions import TransactionConflict, Writing
from domain.consignments.facts import Condition, MovementKind
from domain.failures import Path
from domain.spans import Spans
from resolvers.consignments.locking import Chain
from resolvers.consignments.steps import Place, Step

# Coupons may move while their places are being locked. Then they are looked for again, at most so often.
ATTEMPTS: Final = 5


async def lock_holders(session: Writing, line_ids: Sequence[UUID], serials: Spans) -> list[PlaceSpansRow]:
    """Lock the places that hold the serials, so that nobody moves them, and return what each place holds of them."""
    locked: set[int] = set()
    for _ in range(ATTEMPTS):
        held = await session.fetch(HOLDERS_OF_SERIALS, line_ids=list(line_ids), spans=serials.text)
        places = {row.place_id for row in held}
        if places <= locked:
            return held
        locked |= set(await session.fetch(LOCK_PLACES_TO_VOID, ids=sorted(places)))
    raise TransactionConflict


def void_steps(
    chains: dict[UUID, Chain], held: Sequence[PlaceSpansRow], kind: MovementKind, path: Path
) -> list[tuple[Chain, Step, int]]:
    """One step for each place that holds serials that are not void, with the place; `chains` are by line."""
    places: dict[int, list[PlaceSpansRow]] = {}
    for row in held:
        if row.condition != Condition.VOID:
            places.setdefault(row.place_id, []).append(row)
    steps = []
    for place_id, rows in sorted(places.items()):
        chain = chains[rows[0].line_id]
        steps.append((chain, _step(chain, rows, kind, path), place_id))
    return steps


def _step(chain: Chain, rows: Sequence[PlaceSpansRow], kind: MovementKind, path: Path) -> Step:
    """What is in a batch counts for the vendor that it goes to, which must destroy it on arrival."""
    first, spans = rows[0], Spans.of(span for row in rows for span in row.spans)
    holder = chain.vendor_of(first.leg + (first.batch_id is not None))
    vendors = (holder,) if first.batch_id is None else (holder, chain.vendor_of(first.leg))
    return Step(
        kind=kind,
        line=chain.line(first.line_id),
        source=Place(first.leg, Condition(first.condition), first.batch_id),
        target=Place(first.leg, Condition.VOID, first.batch_id),
        spans=spans,
        quantity=spans.quantity,
        vendor_ids=vendors,
        batch_id=first.batch_id,
        path=path,
        phrase="where they were a moment ago",
    )
