"""The event of a movement, as EPCIS 2.0 writes it in JSON."""

import hashlib
from typing import Any, Final
from uuid import UUID

from domain.epcis.facts import MovementFacts
from domain.epcis.identifiers import EpcFormat, Identifiers
from domain.epcis.offsets import write_moment
from domain.epcis.vocabulary import LISTED_EPCS, RANGES_KEY, EventShape, EventType, shape_of

# The ids of events are UUIDs of version 5 in this space: the same for a movement each time.
_SPACE: Final = UUID("8f6f0d4c-55b0-5d2e-9c52-0b7a3c1f6e11").bytes
_PARTY: Final = "possessing_party"
_Key = tuple[str | None, ...]


def event_id_of(movement_id: UUID) -> str:
    """The id of the event of a movement. `uuid.uuid5` takes three times as long."""
    digest = hashlib.sha1(_SPACE + movement_id.hex.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


class EventWriter:
    """Writes the events of many movements. What events have in common is made once: nobody may change it."""

    def __init__(self, identifiers: Identifiers, form: EpcFormat = EpcFormat.DIGITAL_LINK) -> None:
        self._identifiers = identifiers
        self._form = form
        self._starts: dict[int | None, str] = {}
        self._places: dict[_Key, dict[str, Any]] = {}

    def write(self, facts: MovementFacts) -> dict[str, Any]:
        """The event of a movement, without `@context`."""
        shape = shape_of(facts.kind, facts.condition)
        occurrence = facts.occurrence
        occurred_at = write_moment(occurrence.occurred_at, occurrence.offset)
        event: dict[str, Any] = {
            "type": shape.type,
            "eventID": event_id_of(facts.id),
            "eventTime": occurred_at,
            "eventTimeZoneOffset": occurrence.offset,
            "recordTime": write_moment(occurrence.recorded_at),
            "action": shape.action,
        }
        if shape.biz_step is not None:
            event["bizStep"] = shape.biz_step
        if shape.disposition is not None:
            event["disposition"] = shape.disposition
        if shape.mismatch is not None:
            event["persistentDisposition"] = {shape.mismatch: ["mismatch_quantity"]}
        if shape.did_not_occur:
            event["errorDeclaration"] = {"declarationTime": occurred_at, "reason": "did_not_occur"}
        self._add_objects(event, facts, shape)
        key = (facts.vendor, facts.consignment, facts.batch, facts.sender, facts.receiver, facts.kind)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = self._describe_place(facts, shape)
        event.update(place)
        return event

    def _add_objects(self, event: dict[str, Any], facts: MovementFacts, shape: EventShape) -> None:
        aggregates = shape.type is EventType.AGGREGATION
        if aggregates and facts.sscc is not None:
            event["parentID"] = self._identifiers.pack(facts.sscc, self._form)
        quantity = facts.spans.quantity
        if quantity <= LISTED_EPCS:
            reference = facts.coupons.reference
            start = self._starts.get(reference)
            if start is None:
                start = self._starts[reference] = self._identifiers.coupon_start(facts.coupons, self._form)
            listed = [f"{start}{serial}" for span in facts.spans for serial in range(span.first, span.last + 1)]
            event["childEPCs" if aggregates else "epcList"] = listed
            return
        element = {"epcClass": self._identifiers.coupon_class(facts.coupons, self._form), "quantity": quantity}
        event["childQuantityList" if aggregates else "quantityList"] = [element]
        event[RANGES_KEY] = [{"first": span.first, "last": span.last} for span in facts.spans]

    def _describe_place(self, facts: MovementFacts, shape: EventShape) -> dict[str, Any]:
        """The keys of an event that say where it happened, and for which consignment and batch."""
        identifiers = self._identifiers
        if facts.vendor is None or facts.consignment is None:
            return {}
        transactions = [{"type": "po", "bizTransaction": identifiers.consignment(facts.consignment)}]
        if facts.batch is not None:
            transactions.append({"type": "desadv", "bizTransaction": identifiers.batch(facts.batch)})
        place: dict[str, Any] = {
            "readPoint": {"id": identifiers.vendor(facts.vendor)},
            "bizTransactionList": transactions,
        }
        if shape.names_parties and facts.sender is not None and facts.receiver is not None:
            place["sourceList"] = [{"type": _PARTY, "source": identifiers.vendor(facts.sender)}]
            place["destinationList"] = [{"type": _PARTY, "destination": identifiers.vendor(facts.receiver)}]
        return place
