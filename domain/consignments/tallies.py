"""How many coupons of a variant are where, seen from one leg of a chain."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from domain.consignments.facts import Condition
from domain.consignments.state import Holding

_NOTHING: Final[Mapping[Condition, int]] = MappingProxyType(dict.fromkeys(Condition, 0))
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
    # By condition: what is on hand at the leg, and what is in batches that go to it.
    on_hand, coming = dict(_NOTHING), dict(_NOTHING)
    dispatched = before = 0
    for each in holdings:
        if each.leg > position or (each.leg == position and each.in_batch):
            dispatched += each.quantity
        elif each.leg == position:
            on_hand[each.condition] += each.quantity
        else:
            if each.in_batch and each.leg == position - 1:
                coming[each.condition] += each.quantity
            if each.condition in _ON_THE_WAY:
                before += each.quantity
    held_here = sum(on_hand.values())
    planned, unresolved = on_hand[Condition.PLANNED], on_hand[Condition.UNRESOLVED] + coming[Condition.UNRESOLVED]
    first = position == 1
    return LegTally(
        # What is unresolved on the way to this leg was expected here, and has a number of its own.
        pending=planned if first else before - unresolved,
        produced=dispatched + held_here - planned - on_hand[Condition.VOID] if first else 0,
        received=0 if first else dispatched + held_here,
        held=on_hand[Condition.GOOD],
        dispatched=dispatched,
        in_transit=coming[Condition.GOOD],
        unresolved=unresolved,
        damaged=on_hand[Condition.DAMAGED] + coming[Condition.DAMAGED],
        lost=on_hand[Condition.LOST] + coming[Condition.LOST],
        void=on_hand[Condition.VOID] + coming[Condition.VOID],
        commissioned=on_hand[Condition.COMMISSIONED] + coming[Condition.COMMISSIONED],
    )
