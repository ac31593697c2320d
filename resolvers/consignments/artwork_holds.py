"""What artwork keeps vendors from doing with coupons: production, dispatch, and commissioning (R16).

The checks share the lock of the artwork until the transaction ends. A request, a new version, or a decision about held
serials takes it alone: it comes before the movement, which sees it, or after the movement, which it then sees.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.artwork.hold_reads import SPANS_ON_HAND, WATCHED_LINES
from db.artwork.hold_rows import WatchedLineRow
from db.sessions import Writing
from domain.artwork.failures import StaleArtwork
from domain.artwork.holding import find_block, find_production_failure
from domain.consignments.failures import SerialsHeld, held_back
from domain.failures import Path
from domain.spans import Spans
from resolvers.consignments.artwork_locking import load_artwork_facts, lock_artworks
from resolvers.consignments.locking import Chain, Line
from resolvers.consignments.steps import Step
from resolvers.context import Operation


class PrintedLine(Struct, frozen=True):
    """A line to produce; `version` is the one that the printer states, and `path` is the line of the input."""

    line: Line
    version: int | None
    path: Path


async def require_printable(
    operation: Operation, session: Writing, chain: Chain, printed: Sequence[PrintedLine]
) -> dict[UUID, int]:
    """Check that the first vendor may produce these lines; return the version that it prints, by line.

    Raises ArtworkBlocked, ArtworkNotApproved and StaleArtwork.
    """
    if not printed:
        return {}
    variant_ids = [each.line.variant_id for each in printed]
    artworks = await lock_artworks(session, chain.scheme_id, variant_ids, exclusive=False)
    known = {facts.variant_id: facts for facts in artworks}
    calendar = await operation.calendar()
    versions = {}
    for each in printed:
        facts = known[each.line.variant_id]
        if failure := find_production_failure(facts, chain.vendor_of(1), calendar, each.path):
            raise failure
        if each.version not in {None, facts.version}:
            raise StaleArtwork(
                sku=facts.sku,
                version=each.version or 0,
                current_version=facts.version,
                path=(*each.path, "artworkVersion"),
                verb="Print",
            )
        versions[each.line.id] = facts.version
    return versions


async def require_dispatchable(operation: Operation, session: Writing, steps: Sequence[Step]) -> list[Step]:
    """Check that artwork lets these steps be dispatched, and return them; quantities pass over held serials.

    The caller has locked their chain with its artworks. Raises ArtworkBlocked, SerialsHeld and QuantityExceeded.
    """
    watched = await _watch(session, steps)
    if not watched:
        return list(steps)
    await _require_unblocked(operation, session, steps, watched)
    _require_released(steps, watched)
    return [await _pass_over_held(session, step, watched) for step in steps]


async def require_commissionable(session: Writing, steps: Sequence[Step]) -> None:
    """Check that no serials of the steps are held. An open request alone holds nothing here.

    The caller has locked their chain with its artworks. Raises SerialsHeld.
    """
    _require_released(steps, await _watch(session, steps))


async def _watch(session: Writing, steps: Sequence[Step]) -> Sequence[WatchedLineRow]:
    """The lines with a request or with held serials; the caller shares the lock of their artwork."""
    return await session.fetch(WATCHED_LINES, line_ids=[step.line.id for step in steps])


async def _require_unblocked(
    operation: Operation, session: Writing, steps: Sequence[Step], watched: Sequence[WatchedLineRow]
) -> None:
    ids = sorted({row.artwork_id for row in watched if row.requested})
    known = {facts.variant_id: facts for facts in await load_artwork_facts(session, ids)} if ids else {}
    for step in steps:
        facts = known.get(step.line.variant_id)
        if facts is None:
            continue
        calendar = await operation.calendar()
        if failure := find_block(facts, operation.viewer.vendor_id, calendar, step.path[:-1]):
            raise failure


def _require_released(steps: Sequence[Step], watched: Sequence[WatchedLineRow]) -> None:
    for step in steps:
        for row in watched:
            if row.line_id != step.line.id or row.discrepancy_id is None or step.spans is None:
                continue
            if held := step.spans & Spans.parse(row.open_text or "{}"):
                raise SerialsHeld(
                    step.path,
                    sku=step.line.sku,
                    variant_id=step.line.variant_id,
                    serials=held,
                    discrepancy_id=row.discrepancy_id,
                    version=row.version or 0,
                )


async def _pass_over_held(session: Writing, step: Step, watched: Sequence[WatchedLineRow]) -> Step:
    """Name the lowest serials that are not held, if the step only states how many. Raises QuantityExceeded."""
    held = Spans.of(
        span
        for row in watched
        if row.line_id == step.line.id and row.open_text is not None
        for span in Spans.parse(row.open_text)
    )
    if step.spans is not None or not held:
        return step
    rows = await session.fetch(SPANS_ON_HAND, line_id=step.line.id, leg=step.source.leg)
    here = Spans.of(span for text in rows for span in Spans.parse(text))
    if not here & held:
        return step
    free = here - held
    if free.quantity < step.quantity:
        raise held_back(
            sku=step.line.sku,
            requested=step.quantity,
            on_hand=here.quantity,
            free=free.quantity,
            path=step.path,
            variant_id=step.line.variant_id,
        )
    return replace(step, spans=free.lowest(step.quantity))
