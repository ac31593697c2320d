"""The event of a movement, as EPCIS 2.0 writes it in JSON."""

from functools import lru_cache
from typing import Any, Final
from uuid import UUID, uuid5

from domain.epcis.facts import MovementFacts
from domain.epcis.identifiers import CouponClass, EpcFormat, Identifiers
from domain.epcis.offsets import write_moment
from domain.epcis.vocabulary import LISTED_EPCS, RANGES_KEY, EventShape, EventType, shape_of

# The ids of events are UUIDs of the movements in this space, the same each time.
_SPACE: Final = UUID("8f6f0d4c-55b0-5d2e-9c52-0b7a3c1f6e11")


def event_id_of(movement_id: UUID) -> str:
    """The id of the event of a movement."""
    return f"urn:uuid:{uuid5(_SPACE, movement_id.bytes.hex())}"


def build_event(facts: MovementFacts, identifiers: Identifiers, form: EpcFormat) -> dict[str, Any]:
    """The event of a movement, without `@context`."""
    shape = shape_of(facts.kind, facts.condition)
    occurrence = facts.occurrence
    event: dict[str, Any] = {
        "type": shape.type.value,
        "eventID": event_id_of(facts.id),
        "eventTime": write_moment(occurrence.occurred_at, occurrence.offset),
        "eventTimeZoneOffset": occurrence.offset,
        "recordTime": write_moment(occurrence.recorded_at),
        "action": shape.action.value,
    }
    if shape.did_not_occur:
        event["errorDeclaration"] = {
            "declarationTime": write_moment(occurrence.occurred_at, occurrence.offset),
            "reason": "did_not_occur",
        }
    if shape.biz_step is not None:
        event["bizStep"] = shape.biz_step.value
    if shape.disposition is not None:
        event["disposition"] = shape.disposition
    if shape.mismatch is not None:
        event["persistentDisposition"] = {shape.mismatch: ["mismatch_quantity"]}
    _add_objects(event, facts, identifiers, (shape, form))
    _add_places(event, facts, identifiers, shape)
    return event


def _add_objects(
    event: dict[str, Any], facts: MovementFacts, identifiers: Identifiers, way: tuple[EventShape, EpcFormat]
) -> None:
    shape, form = way
    aggregates = shape.type is EventType.AGGREGATION
    if aggregates and facts.sscc is not None:
        event["parentID"] = identifiers.pack(facts.sscc, form)
    quantity = facts.spans.quantity
    if quantity <= LISTED_EPCS:
        start = _start(identifiers, facts.coupons, form)
        listed = [f"{start}{serial}" for span in facts.spans for serial in range(span.first, span.last + 1)]
        event["childEPCs" if aggregates else "epcList"] = listed
        return
    element = {"epcClass": identifiers.coupon_class(facts.coupons, form), "quantity": quantity}
    event["childQuantityList" if aggregates else "quantityList"] = [element]
    event[RANGES_KEY] = [{"first": span.first, "last": span.last} for span in facts.spans]


@lru_cache(maxsize=1024)
def _start(identifiers: Identifiers, coupons: CouponClass, form: EpcFormat) -> str:
    return identifiers.coupon_start(coupons, form)


def _add_places(event: dict[str, Any], facts: MovementFacts, identifiers: Identifiers, shape: EventShape) -> None:
    event["readPoint"] = {"id": identifiers.vendor(facts.vendor)}
    transactions = [{"type": "po", "bizTransaction": identifiers.consignment(facts.consignment)}]
    if facts.batch is not None:
        transactions.append({"type": "desadv", "bizTransaction": identifiers.batch(facts.batch)})
    event["bizTransactionList"] = transactions
    if shape.names_parties and facts.sender is not None and facts.receiver is not None:
        party = "possessing_party"
        event["sourceList"] = [{"type": party, "source": identifiers.vendor(facts.sender)}]
        event["destinationList"] = [{"type": party, "destination": identifiers.vendor(facts.receiver)}]
