"""Derives the status of a consignment, the legs that must act, and its progress from custody and artwork."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from domain.consignments.facts import SETTLED_CONDITIONS, Condition, ConsignmentStatus, CustodyStatus


class LineArtwork(Struct, frozen=True):
    """The artwork of a variant as a consignment needs it.

    `uploaded`: it has a version. `approved`: the first vendor has approved the current one. `blocked`: a vendor asks
    for a revision.
    """

    uploaded: bool = True
    approved: bool = True
    blocked: bool = False


_APPROVED: Final = LineArtwork()


class Holding(Struct, frozen=True):
    """How many serials are in a condition at a leg, or in batches that left this leg for the next one."""

    leg: int
    in_batch: bool
    condition: Condition
    quantity: int
    artwork: LineArtwork = _APPROVED


class DerivedState(Struct, frozen=True):
    """The status of a consignment, its status by custody alone, and the positions of the legs that must act."""

    status: ConsignmentStatus
    custody_status: CustodyStatus
    waiting_legs: tuple[int, ...]


class Progress(Struct, frozen=True):
    """The progress of a consignment in coupons; `percent` is 0 to 100, rounded down."""

    planned: int
    produced: int
    in_transit: int
    received: int
    commissioned: int
    damaged: int
    lost: int
    unresolved: int
    void: int
    percent: int


def derive_state(holdings: Sequence[Holding], *, canceled: bool) -> DerivedState:
    """Derive the status and the legs that must act.

    A leg must act while it has coupons to produce or on hand, and while a batch is on its way to it. Coupons that wait
    for a designer wait for no leg, but what is on the road can always be received. Discrepancies wait for Operations.
    """
    present = [holding for holding in holdings if holding.quantity > 0]
    if canceled:
        return DerivedState(ConsignmentStatus.CANCELED, CustodyStatus.CANCELED, ())
    legs = {
        holding.leg + holding.in_batch
        for holding in present
        if holding.condition in {Condition.PLANNED, Condition.GOOD} and not _waits_for_designer(holding)
    }
    by_custody = _status(present)
    return DerivedState(_status_with_artwork(present, by_custody), by_custody, tuple(sorted(legs)))


def _waits_for_designer(holding: Holding) -> bool:
    if holding.in_batch:
        return False
    return holding.artwork.blocked or (holding.condition is Condition.PLANNED and not holding.artwork.uploaded)


def _status_with_artwork(present: Sequence[Holding], by_custody: CustodyStatus) -> ConsignmentStatus:
    if any(holding.artwork.blocked and holding.condition not in SETTLED_CONDITIONS for holding in present):
        return ConsignmentStatus.ARTWORK_BLOCKED
    planned = [holding.artwork for holding in present if holding.condition is Condition.PLANNED]
    if by_custody is CustodyStatus.READY and not any(each.uploaded and each.approved for each in planned):
        return ConsignmentStatus.AWAITING_ARTWORK
    return ConsignmentStatus(by_custody)


def _status(present: Sequence[Holding]) -> CustodyStatus:
    if all(holding.condition in SETTLED_CONDITIONS for holding in present):
        return CustodyStatus.DELIVERED
    at_hand = {Condition.PLANNED, Condition.GOOD}
    if not any(holding.condition in at_hand and not holding.in_batch for holding in present):
        return CustodyStatus.IN_TRANSIT
    if any(holding.condition not in {Condition.PLANNED, Condition.VOID} for holding in present):
        return CustodyStatus.IN_PRODUCTION
    return CustodyStatus.READY


def measure_progress(holdings: Sequence[Holding], *, legs: int) -> Progress:
    """Measure the progress over a chain of so many legs.

    A serial makes one hop when it is produced, one with each receipt, and one when it is commissioned; settled serials
    count as if they had made all of them. What was spoiled before production counts as void, not as produced.
    """
    counted = dict.fromkeys(Condition, 0)
    hops = planned = in_transit = received = 0
    for holding in holdings:
        counted[holding.condition] += holding.quantity
        planned += holding.quantity
        settled = holding.condition in SETTLED_CONDITIONS
        made = legs + 1 if settled else 0 if holding.condition is Condition.PLANNED else holding.leg
        hops += made * holding.quantity
        if holding.in_batch and holding.condition is Condition.GOOD:
            in_transit += holding.quantity
        if not holding.in_batch and holding.leg == legs and holding.condition is not Condition.PLANNED:
            received += holding.quantity
    return Progress(
        planned=planned,
        produced=planned - counted[Condition.PLANNED] - _spoiled(holdings),
        in_transit=in_transit,
        received=received,
        commissioned=counted[Condition.COMMISSIONED],
        damaged=counted[Condition.DAMAGED],
        lost=counted[Condition.LOST],
        unresolved=counted[Condition.UNRESOLVED],
        void=counted[Condition.VOID],
        percent=0 if planned == 0 else 100 * hops // (planned * (legs + 1)),
    )


def _spoiled(holdings: Sequence[Holding]) -> int:
    """What is void at the first leg: spoiled there, or recalled before it left."""
    return sum(
        holding.quantity
        for holding in holdings
        if holding.condition is Condition.VOID and holding.leg == 1 and not holding.in_batch
    )
