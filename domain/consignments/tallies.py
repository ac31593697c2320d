"""How many coupons of a variant are where, seen from one leg of a chain."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from domain.consignments.facts import Condition
from domain.consignments.state import Holding

_ON_THE_WAY: Final = frozenset({Condition.PLANNED, Condition.GOOD, Condition.UNRESOLVED})


class LegTally(Struct, frozen=True):
    """The coupons of a variant, seen from one leg.

    `pending` still have to be produced at the first leg, or to arrive at a later one; `in_transit` of them are on their
    way. What is unresolved, lost or void in a batch counts at the leg that the batch goes to.
    """

    pending: int
    produced: int
    received: int
    held: int
    dispatched: int
    in_transit: int
    unresolved: int
    damaged: int
    lost: int
    void: int
    commissioned: int


def measure_leg(holdings: Sequence[Holding], position: int) -> LegTally:
    """Measure one leg, from all the holdings of a variant."""
    here = [each for each in holdings if each.leg + each.in_batch == position]
    dispatched = _sum(each for each in holdings if each.leg > position or (each.leg == position and each.in_batch))
    on_hand = [each for each in here if not each.in_batch]
    before = [each for each in holdings if each.leg < position and each.condition in _ON_THE_WAY]
    if position == 1:
        pending = _sum(_in_condition(on_hand, Condition.PLANNED))
        produced = dispatched + _sum(
            each for each in on_hand if each.condition not in {Condition.PLANNED, Condition.VOID}
        )
        received = 0
    else:
        # What is unresolved on the way to this leg was expected here, and has a number of its own.
        pending = _sum(before) - _sum(_in_condition(here, Condition.UNRESOLVED))
        produced, received = 0, dispatched + _sum(on_hand)
    return LegTally(
        pending=pending,
        produced=produced,
        received=received,
        held=_sum(_in_condition(on_hand, Condition.GOOD)),
        dispatched=dispatched,
        in_transit=_sum(each for each in _in_condition(here, Condition.GOOD) if each.in_batch),
        unresolved=_sum(_in_condition(here, Condition.UNRESOLVED)),
        damaged=_sum(_in_condition(here, Condition.DAMAGED)),
        lost=_sum(_in_condition(here, Condition.LOST)),
        void=_sum(_in_condition(here, Condition.VOID)),
        commissioned=_sum(_in_condition(here, Condition.COMMISSIONED)),
    )


def _in_condition(holdings: Sequence[Holding], condition: Condition) -> Sequence[Holding]:
    return [each for each in holdings if each.condition is condition]


def _sum(holdings: Iterable[Holding]) -> int:
    return sum(each.quantity for each in holdings)
