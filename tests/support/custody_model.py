"""What custody should be, serial by serial: a model that predicts what each mutation does or that it is rejected."""

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from domain.consignments.receipts import ReceiptRejected, StatedReceipt, assess_receipt
from domain.spans import Span, Spans
from resolvers.consignments.commission_coupons import CommissionCoupons
from resolvers.consignments.dispatch_batch import DispatchBatch
from resolvers.consignments.receive_batch import ReceiveBatch
from resolvers.consignments.record_production import RecordProduction

# On hand at a leg, or in a batch that left it; batches are known by the idempotency key of their dispatch.
Place = tuple[int, str | None, str]
PLANNED, GOOD, VOID = "PLANNED", "GOOD", "VOID"


class Rejected(Exception):
    """The mutation must be rejected, and change nothing."""


@dataclass
class ModelBatch:
    """A batch as the model knows it."""

    leg: int
    variants: frozenset[UUID]
    status: str = "IN_TRANSIT"
    # Where the receipts since the last voided one put each serial.
    received: dict[int, str] = field(default_factory=dict)
    resolved: bool = False


@dataclass
class Model:
    """One consignment: the place of each serial, by variant; its batches; and the serials that ever became active."""

    places: dict[UUID, dict[int, Place]]
    legs: int
    batches: dict[str, ModelBatch] = field(default_factory=dict)
    # The keys of batches by their ids.
    keys: dict[UUID, str] = field(default_factory=dict)
    canceled: bool = False

    def tried(self, leg: int, command: Any) -> "Model":
        """The model after a command of the vendor at a leg. Raises Rejected."""
        after = copy.deepcopy(self)
        if after.canceled:
            raise Rejected
        HANDLERS[type(command)](after, leg, command)
        return after

    def at(self, variant_id: UUID, place: Place) -> list[int]:
        """The serials of a variant at a place, in order."""
        return sorted(serial for serial, found in self.places[variant_id].items() if found == place)

    def move(self, variant_id: UUID, source: Place, target: Place, serials: Iterable[int]) -> None:
        """Move serials from one place to another. Raises Rejected unless all of them are there."""
        own = self.places[variant_id]
        for serial in serials:
            if own.get(serial) != source:
                raise Rejected
            own[serial] = target

    def take(self, variant_id: UUID, source: Place, target: Place, wanted: tuple[int | None, Any]) -> None:
        """Move named serials, or so many of the lowest. Raises Rejected if there are not so many."""
        quantity, named = wanted
        serials = self.at(variant_id, source)[:quantity] if named is None else numbers(named)
        if quantity is not None and len(serials) < quantity:
            raise Rejected
        self.move(variant_id, source, target, serials)

    def spans(self) -> dict[tuple[UUID, Place], Spans]:
        """The serials of each place, as the database stores them."""
        found: dict[tuple[UUID, Place], list[Span]] = {}
        for variant_id, own in self.places.items():
            for serial, place in own.items():
                found.setdefault((variant_id, place), []).append(Span(serial, serial))
        return {key: Spans.of(spans) for key, spans in found.items()}


def numbers(spans: Iterable[Span] | None) -> list[int]:
    """All serials of ranges. Raises Rejected where they overlap."""
    found = [serial for span in spans or () for serial in range(span.first, span.last + 1)]
    if len(found) != len(set(found)):
        raise Rejected
    return found


def as_spans(serials: Iterable[int]) -> Spans:
    """The set of some serials."""
    return Spans.of(Span(serial, serial) for serial in serials)


def _produce(model: Model, leg: int, command: RecordProduction) -> None:
    if leg != 1:
        raise Rejected
    planned, good, void = (1, None, PLANNED), (1, None, GOOD), (1, None, VOID)
    for line in command.lines:
        numbers((*(line.serials or ()), *(line.spoiled_serials or ())))
        model.move(line.variant_id, planned, void, numbers(line.spoiled_serials))
        if line.quantity is not None or line.serials is not None:
            model.take(line.variant_id, planned, good, (line.quantity, line.serials))


def _dispatch(model: Model, leg: int, command: DispatchBatch) -> None:
    if leg == model.legs:
        raise Rejected
    key = command.idempotency_key
    model.batches[key] = ModelBatch(leg, frozenset(line.variant_id for line in command.lines))
    for line in command.lines:
        model.take(line.variant_id, (leg, None, GOOD), (leg, key, GOOD), (line.quantity, line.serials))


def _receive(model: Model, leg: int, command: ReceiveBatch) -> None:
    key = model.keys[command.batch_id]
    batch = model.batches[key]
    if leg != batch.leg + 1 or batch.status not in {"IN_TRANSIT", "PARTLY_RECEIVED"}:
        raise Rejected
    for line in command.lines:
        good, void = (model.at(line.variant_id, (batch.leg, key, condition)) for condition in (GOOD, VOID))
        if line.variant_id not in batch.variants or not (good or void):
            raise Rejected
        numbers((*(line.accepted_serials or ()), *(line.damaged_serials or ())))
        stated = StatedReceipt(
            accepted=line.accepted,
            accepted_serials=None if line.accepted_serials is None else as_spans(numbers(line.accepted_serials)),
            damaged_serials=as_spans(numbers(line.damaged_serials)),
            final=line.final,
        )
        try:
            receipt = assess_receipt(stated, as_spans(good), as_spans(void), sku="", path=())
        except ReceiptRejected:
            raise Rejected from None
        if any(model.places[line.variant_id].get(n) != (batch.leg, None, GOOD) for n in numbers(receipt.not_sent)):
            raise Rejected
        for source, target, spans in (
            (GOOD, (leg, None, GOOD), receipt.accepted),
            (VOID, (leg, None, VOID), receipt.void),
            (GOOD, (leg, None, "DAMAGED"), receipt.damaged),
            (GOOD, (batch.leg, key, "UNRESOLVED"), receipt.missing),
        ):
            model.move(line.variant_id, (batch.leg, key, source), target, numbers(spans))
            batch.received |= dict.fromkeys(numbers(spans), target[2])
    rest = any(model.at(variant_id, (batch.leg, key, GOOD)) for variant_id in model.places)
    batch.status = "PARTLY_RECEIVED" if rest else "RECEIVED"


def _commission(model: Model, leg: int, command: CommissionCoupons) -> None:
    if leg != model.legs:
        raise Rejected
    on_hand = (leg, None, GOOD)
    if command.batch_id is None:
        chosen = {line.variant_id: numbers(line.serials) for line in command.lines or ()}
    else:
        batch = model.batches[model.keys[command.batch_id]]
        if batch.leg + 1 != leg:
            raise Rejected
        chosen = {
            variant_id: [n for n in model.at(variant_id, on_hand) if batch.received.get(n) == GOOD]
            for variant_id in model.places
        }
        if not any(chosen.values()):
            raise Rejected
    for variant_id, serials in chosen.items():
        model.move(variant_id, on_hand, (leg, None, "COMMISSIONED"), serials)


HANDLERS: Final[Mapping[type, Callable[[Model, int, Any], None]]] = {
    RecordProduction: _produce,
    DispatchBatch: _dispatch,
    ReceiveBatch: _receive,
    CommissionCoupons: _commission,
}
