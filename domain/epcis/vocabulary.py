"""The words of EPCIS 2.0 and CBV 2.0 that we use, and what each kind of movement is in them."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from domain.consignments.facts import Condition

EPCIS_CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
# Keys of our own begin with this prefix, which `@context` declares.
PREFIX: Final = "tessera"
NAMESPACE: Final = "urn:tessera:epcis:"
RANGES_KEY: Final = f"{PREFIX}:serialRanges"
FINAL_KEY: Final = f"{PREFIX}:final"
CONTEXT: Final = (EPCIS_CONTEXT, {PREFIX: NAMESPACE})
SCHEMA_VERSION: Final = "2.0"
# An event lists so many EPCs; more are a quantity of their class, and ranges of serials.
LISTED_EPCS: Final = 1000


class EventType(StrEnum):
    """The types of events of EPCIS 2.0."""

    OBJECT = "ObjectEvent"
    AGGREGATION = "AggregationEvent"
    TRANSACTION = "TransactionEvent"
    TRANSFORMATION = "TransformationEvent"
    ASSOCIATION = "AssociationEvent"


class Action(StrEnum):
    """What an event does to the life cycle of its objects."""

    ADD = "ADD"
    OBSERVE = "OBSERVE"
    DELETE = "DELETE"


class BizStep(StrEnum):
    """The business steps that our events have."""

    COMMISSIONING = "commissioning"
    DESTROYING = "destroying"
    PACKING = "packing"
    UNPACKING = "unpacking"
    SHIPPING = "shipping"
    VOID_SHIPPING = "void_shipping"
    RECEIVING = "receiving"
    INSTALLING = "installing"
    DECOMMISSIONING = "decommissioning"


class EventShape(Struct, frozen=True, kw_only=True):
    """What the events of one kind of movement have in common."""

    action: Action
    biz_step: BizStep | None = None
    disposition: str | None = None
    type: EventType = EventType.OBJECT
    # The persistent disposition `mismatch_quantity` begins or ends.
    mismatch: str | None = None
    did_not_occur: bool = False
    names_parties: bool = False


_OBSERVE: Final = Action.OBSERVE
_RECALLED: Final = "recalled"
# By kind of movement; a second table refines some by the condition of the serials afterwards.
_SHAPES: Final = MappingProxyType(
    {
        "PRODUCED": EventShape(action=Action.ADD, biz_step=BizStep.COMMISSIONING, disposition="active"),
        "SPOILED": EventShape(action=Action.DELETE, biz_step=BizStep.DESTROYING, disposition="destroyed"),
        "PACKED": EventShape(action=Action.ADD, biz_step=BizStep.PACKING, type=EventType.AGGREGATION),
        "UNPACKED": EventShape(action=Action.DELETE, biz_step=BizStep.UNPACKING, type=EventType.AGGREGATION),
        "DISPATCHED": EventShape(
            action=_OBSERVE, biz_step=BizStep.SHIPPING, disposition="in_transit", names_parties=True
        ),
        "DISPATCH_VOIDED": EventShape(action=_OBSERVE, biz_step=BizStep.VOID_SHIPPING),
        "RECEIVED": EventShape(action=_OBSERVE, biz_step=BizStep.RECEIVING),
        "RECEIPT_VOIDED": EventShape(action=_OBSERVE, biz_step=BizStep.RECEIVING, did_not_occur=True),
        "DAMAGED": EventShape(action=_OBSERVE, biz_step=BizStep.RECEIVING, disposition="damaged"),
        "SHORT": EventShape(action=_OBSERVE, mismatch="set"),
        "COMMISSIONED": EventShape(action=_OBSERVE, biz_step=BizStep.INSTALLING),
        "REDEEMED": EventShape(action=Action.DELETE, biz_step=BizStep.DECOMMISSIONING, disposition="inactive"),
        # After DELETE nothing may follow, and recalled coupons still travel.
        "VOIDED": EventShape(action=_OBSERVE, disposition=_RECALLED),
    }
)
_REFINED: Final[Mapping[tuple[str, str], EventShape]] = MappingProxyType(
    {
        ("DISCREPANCY_RESOLVED", Condition.GOOD): EventShape(
            action=_OBSERVE, biz_step=BizStep.RECEIVING, mismatch="unset"
        ),
        ("DISCREPANCY_RESOLVED", Condition.DAMAGED): EventShape(
            action=_OBSERVE, biz_step=BizStep.RECEIVING, disposition="damaged", mismatch="unset"
        ),
        ("DISCREPANCY_RESOLVED", Condition.LOST): EventShape(
            action=Action.DELETE, biz_step=BizStep.DECOMMISSIONING, disposition="unknown", mismatch="unset"
        ),
        # Scrapped coupons still travel, as recalled ones do.
        ("DISCREPANCY_RESOLVED", Condition.VOID): EventShape(action=_OBSERVE, disposition=_RECALLED),
        # A recalled coupon that arrives stays recalled.
        ("RECEIVED", Condition.VOID): EventShape(action=_OBSERVE, biz_step=BizStep.RECEIVING, disposition=_RECALLED),
    }
)


def shape_of(kind: str, condition: str) -> EventShape:
    """The shape of the event of a movement of this kind that leaves its serials in this condition."""
    return _REFINED.get((kind, condition)) or _SHAPES[kind]


def movements_with(*, biz_steps: frozenset[str] | None, types: frozenset[str] | None) -> list[tuple[str, str | None]]:
    """The movements, as a kind and the condition afterwards, whose events have one of these steps and types.

    The condition is None where it does not matter; None for the steps or the types takes all of them.
    """

    def matches(shape: EventShape) -> bool:
        return (biz_steps is None or shape.biz_step in biz_steps) and (types is None or shape.type in types)

    plain = [(kind, None) for kind, shape in _SHAPES.items() if matches(shape)]
    refined = [(kind, str(condition)) for (kind, condition), shape in _REFINED.items() if matches(shape)]
    return [*plain, *(each for each in refined if (each[0], None) not in plain)]
