"""Resolve a discrepancy about superseded artwork: Operations accepts held serials, or scraps them (R16)."""

from typing import Final
from uuid import UUID

from db.consignments.changes import touch_states
from db.consignments.correction_reads import DISCREPANCY_BY_ID
from db.consignments.discrepancy_changes import resolve_recalled, resolve_serials
from db.consignments.rows import DiscrepancyRow
from db.consignments.turn_reads import TAKE_TURN_OF_CONSIGNMENT
from db.outbox.changes import NewEvent, append_events
from db.sessions import TransactionConflict, Writing
from domain.consignments.events import about_consignment
from domain.consignments.facts import HELD_CONDITIONS, MovementKind
from domain.consignments.failures import DISCREPANCY_PATH
from domain.events import EventKind
from domain.spans import Spans
from resolvers.consignments.artwork_locking import lock_artworks
from resolvers.consignments.holders import lock_holders, void_steps
from resolvers.consignments.locking import Chain, lock_chain
from resolvers.consignments.moving import record_recall
from resolvers.consignments.notify import notify_of_recall
from resolvers.consignments.state import refresh_states
from resolvers.consignments.steps import Occasion
from resolvers.context import Operation

_PATH: Final = ("input", "scrapped")


async def lock_superseded(
    operation: Operation, session: Writing, consignment_id: UUID, discrepancy_id: UUID
) -> tuple[Chain, DiscrepancyRow]:
    """Lock the consignment and the artwork of a discrepancy, and read the discrepancy behind the locks.

    The artwork is locked alone, so that neither a movement of held serials nor another resolution comes between.
    """
    # Before the lock of the consignment, which shares the turn.
    await session.fetch(TAKE_TURN_OF_CONSIGNMENT, id=consignment_id)
    chain = await lock_chain(operation, session, consignment_id, path=DISCREPANCY_PATH)
    (found,) = await session.fetch(DISCREPANCY_BY_ID, id=discrepancy_id)
    await lock_artworks(session, chain.scheme_id, [found.variant_id], exclusive=True)
    (discrepancy,) = await session.fetch(DISCREPANCY_BY_ID, id=discrepancy_id)
    return chain, discrepancy


async def resolve_superseded(
    operation: Operation,
    session: Writing,
    place: tuple[Chain, DiscrepancyRow],
    outcome: tuple[Spans, Spans],
    note: str,
) -> None:
    """Release accepted serials, and make scrapped ones, which follow, void wherever they are. All of them must be open.

    The vendors that have scrapped coupons are notified, as of a recall: they destroy them.
    """
    (chain, discrepancy), (accepted, scrapped) = place, outcome
    if scrapped:
        await _scrap(operation, session, place, scrapped, note)
    if accepted:
        # Scrapping has stored the note.
        resolution = (operation.now, operation.viewer.account_id, None if scrapped else note)
        await resolve_serials(session, discrepancy.id, accepted, resolution)
        subjects = about_consignment(
            scheme_id=chain.scheme_id, consignment_id=chain.id, vendor_ids=(discrepancy.vendor_id,)
        )
        await append_events(session, [NewEvent(EventKind.COUPONS_RELEASED, discrepancy.id, subjects)], operation.now)
    await refresh_states(operation, session, [chain.id], voids=bool(scrapped))


async def _scrap(
    operation: Operation, session: Writing, place: tuple[Chain, DiscrepancyRow], scrapped: Spans, note: str
) -> None:
    """Make serials void where they are. Unresolved ones leave the discrepancy of their receipt, too."""
    chain, discrepancy = place
    held = await lock_holders(session, [discrepancy.line_id], scrapped)
    if any(row.condition not in HELD_CONDITIONS for row in held):
        # They were damaged or recalled a moment ago.
        raise TransactionConflict
    steps = void_steps({discrepancy.line_id: chain}, held, MovementKind.DISCREPANCY_RESOLVED, _PATH)
    await record_recall(operation, session, steps, Occasion(request_id=operation.new_id(), note=note))
    resolution = (operation.now, operation.viewer.account_id, note)
    await resolve_recalled(session, [discrepancy.line_id], scrapped, resolution)
    await touch_states(session, [chain.id], operation.now)
    moves = [(owner, step) for owner, step, _ in steps]
    await notify_of_recall(operation, session, moves, note, kind=EventKind.COUPONS_DISCREPANCY_RESOLVED)
