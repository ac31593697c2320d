"""What each mutation of custody does to the model; see `tests.support.custody_model`."""

from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from domain.consignments.receipts import ReceiptRejected, StatedReceipt, assess_receipt
from resolvers.consignments.cancel_consignment import CancelConsignment
from resolvers.consignments.commission_coupons import CommissionCoupons
from resolvers.consignments.create_consignment import CreateConsignment
from resolvers.consignments.dispatch_batch import DispatchBatch
from resolvers.consignments.receive_batch import ReceiveBatch
from resolvers.consignments.record_production import RecordProduction
from resolvers.consignments.report_damage import ReportDamage
from resolvers.consignments.resolve_discrepancy import ResolveDiscrepancy
from resolvers.consignments.void_coupons import VoidCoupons
from resolvers.consignments.void_dispatch import VoidDispatch
from resolvers.consignments.void_receipt import VoidReceipt
from resolvers.coupons.close_shortfall import CloseShortfall
from resolvers.coupons.generate_coupons import GenerateCoupons
from tests.support.artwork_desk import Review, Upload
from tests.support.custody_artwork import decide, review, upload
from tests.support.custody_model import (
    DAMAGED,
    GOOD,
    PLANNED,
    UNRESOLVED,
    VOID,
    Handlers,
    ModelBatch,
    ModelConsignment,
    ModelDiscrepancy,
    Rejected,
    SchemeModel,
    as_spans,
    numbers,
)

OUTCOMES: Final = ("found", "damaged", "lost", "dismissed", "accepted", "scrapped")


def _require(condition: object) -> None:
    if not condition:
        raise Rejected


def _produce(model: SchemeModel, leg: int, command: RecordProduction, _answer: Any) -> None:
    made = model.live(command.consignment_id)
    _require(leg == 1)
    for line in command.lines:
        numbers((*(line.serials or ()), *(line.spoiled_serials or ())))
        made.move(line.variant_id, (1, None, PLANNED), (1, None, VOID), numbers(line.spoiled_serials))
        if line.quantity is not None or line.serials is not None:
            artwork, good = model.artworks[line.variant_id], (1, None, GOOD)
            _require(1 in artwork.approved and not model.requests(line.variant_id))
            _require(line.artwork_version in {None, artwork.version})
            before = set(made.at(line.variant_id, good))
            made.take(line.variant_id, (1, None, PLANNED), good, (line.quantity, line.serials))
            artwork.printed |= dict.fromkeys(set(made.at(line.variant_id, good)) - before, artwork.version)


def _dispatch(model: SchemeModel, leg: int, command: DispatchBatch, answer: UUID) -> None:
    made = model.live(command.consignment_id)
    _require(leg < model.legs)
    made.batches[answer] = ModelBatch(leg, frozenset(line.variant_id for line in command.lines))
    for line in command.lines:
        _require(not model.requests(line.variant_id))
        held, on_hand = made.held(line.variant_id), (leg, None, GOOD)
        free = [n for n in made.at(line.variant_id, on_hand) if n not in held]
        if line.serials is None:
            _require(line.quantity is not None and line.quantity <= len(free))
            made.move(line.variant_id, on_hand, (leg, answer, GOOD), free[: line.quantity])
            continue
        _require(not held & set(numbers(line.serials)))
        made.take(line.variant_id, on_hand, (leg, answer, GOOD), (None, line.serials))


def _receive(model: SchemeModel, leg: int, command: ReceiveBatch, _answer: Any) -> None:
    made, batch = model.of_batch(command.batch_id)
    _require(leg == batch.leg + 1 and batch.status in {"IN_TRANSIT", "PARTLY_RECEIVED"})
    for line in command.lines:
        _receive_line(made, command.batch_id, line)
    rest = any(made.at(variant_id, (batch.leg, command.batch_id, GOOD)) for variant_id in made.places)
    batch.status = "PARTLY_RECEIVED" if rest else "RECEIVED"


def _receive_line(made: ModelConsignment, batch_id: UUID, line: Any) -> None:
    batch, own = made.batches[batch_id], made.places.get(line.variant_id, {})
    good, void = (made.at(line.variant_id, (batch.leg, batch_id, condition)) for condition in (GOOD, VOID))
    _require(line.variant_id in batch.variants and (good or void))
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
    not_sent = set(numbers(receipt.not_sent))
    _require(all(own.get(serial) == (batch.leg, None, GOOD) for serial in not_sent))
    for source, target, spans in (
        (GOOD, (batch.leg + 1, None, GOOD), receipt.accepted),
        (VOID, (batch.leg + 1, None, VOID), receipt.void),
        (GOOD, (batch.leg + 1, None, DAMAGED), receipt.damaged),
        (GOOD, (batch.leg, batch_id, UNRESOLVED), receipt.missing),
    ):
        made.move(line.variant_id, (batch.leg, batch_id, source), target, numbers(spans))
        batch.received |= dict.fromkeys(numbers(spans), target[2])
    for kind, serials in (("SHORT", set(numbers(receipt.missing))), ("OVER_SENT", not_sent)):
        if serials:
            made.discrepancies.append(ModelDiscrepancy(kind, batch_id, variant_id=line.variant_id, open=serials))


def _commission(model: SchemeModel, leg: int, command: CommissionCoupons, _answer: Any) -> None:
    made, on_hand = model.live(command.consignment_id), (leg, None, GOOD)
    _require(leg == model.legs)
    if command.batch_id is None:
        chosen = {line.variant_id: numbers(line.serials) for line in command.lines or ()}
    else:
        batch = made.batches.get(command.batch_id)
        _require(batch and batch.leg + 1 == leg)
        chosen = {
            variant_id: [n for n in made.at(variant_id, on_hand) if batch and batch.received.get(n) == GOOD]
            for variant_id in made.places
        }
        _require(any(chosen.values()))
    for variant_id, serials in chosen.items():
        _require(not made.held(variant_id) & set(serials))
        made.move(variant_id, on_hand, (leg, None, "COMMISSIONED"), serials)


def _void_dispatch(model: SchemeModel, leg: int, command: VoidDispatch, _answer: Any) -> None:
    made, batch = model.of_batch(command.batch_id)
    _require(leg == batch.leg and batch.status == "IN_TRANSIT")
    for own in made.places.values():
        for serial, (at, batch_id, condition) in own.items():
            if batch_id == command.batch_id:
                own[serial] = (at, None, condition)
    batch.status = "VOIDED"


def _void_receipt(model: SchemeModel, leg: int, command: VoidReceipt, _answer: Any) -> None:
    made, batch = model.of_batch(command.batch_id)
    _require(leg == batch.leg + 1 and batch.status in {"PARTLY_RECEIVED", "RECEIVED"} and not batch.resolved)
    for own in made.places.values():
        for serial, condition in batch.received.items():
            if serial not in own:
                continue
            where = (batch.leg, command.batch_id) if condition == UNRESOLVED else (leg, None)
            *there, now = own[serial]
            _require(tuple(there) == where and now in {condition, VOID})
            own[serial] = (batch.leg, command.batch_id, VOID if now == VOID else GOOD)
    for variant_id in batch.variants:
        artwork = model.artworks[variant_id]
        damaged = [n for n, condition in batch.received.items() if condition == DAMAGED]
        made.hold(variant_id, (n for n in damaged if artwork.printed.get(n, artwork.version) < artwork.version))
    batch.status, batch.received = "IN_TRANSIT", {}
    for discrepancy in made.discrepancies:
        if discrepancy.batch_id == command.batch_id:
            discrepancy.open.clear()


def _report_damage(model: SchemeModel, leg: int, command: ReportDamage, _answer: Any) -> None:
    made = model.live(command.consignment_id)
    for line in command.lines:
        made.move(line.variant_id, (leg, None, GOOD), (leg, None, DAMAGED), numbers(line.serials))


def _resolve(model: SchemeModel, _actor: int, command: "Resolve", _answer: Any) -> None:
    made = model.consignments[command.consignment_id]
    discrepancy = made.discrepancies[command.index]
    batch_id, variant_id = discrepancy.batch_id, discrepancy.variant_id
    given = command.command
    lists = {name: numbers(getattr(given, name)) for name in OUTCOMES}
    _require(discrepancy.open)
    _require(all(set(serials) <= discrepancy.open for serials in lists.values()))
    if batch_id is None:
        decide(made, discrepancy, set(lists["accepted"]), set(lists["scrapped"]))
        return
    batch = made.batches[batch_id]
    short = discrepancy.kind == "SHORT"
    source = (batch.leg, batch_id, UNRESOLVED) if short else (batch.leg, None, GOOD)
    for name, target in (
        ("found", (batch.leg + 1, None, GOOD)),
        ("damaged", (batch.leg + 1, None, DAMAGED)),
        ("lost", (batch.leg, batch_id, "LOST")),
    ):
        made.move(variant_id, source, target, lists[name])
        batch.received |= dict.fromkeys(lists[name], target[2])
        batch.resolved = batch.resolved or bool(lists[name])
    for serials in lists.values():
        discrepancy.open.difference_update(serials)


def _recall(model: SchemeModel, _actor: int, command: VoidCoupons, _answer: Any) -> None:
    serials = set(numbers(command.serials))
    _require(serials <= set().union(*model.generated.values()))
    _require(not serials & set().union(*model.free.values()))
    recalled = set()
    for made in model.consignments.values():
        for own in made.places.values():
            for serial in serials & own.keys():
                leg, batch_id, condition = own[serial]
                if condition != VOID:
                    own[serial] = (leg, batch_id, VOID)
                    recalled.add(serial)
        for discrepancy in made.discrepancies:
            discrepancy.open -= recalled
    _require(recalled)


def _cancel(model: SchemeModel, _actor: int, command: CancelConsignment, _answer: Any) -> None:
    made = model.live(command.consignment_id)
    places = {place for own in made.places.values() for place in own.values()}
    _require(places <= {(1, None, PLANNED), (1, None, VOID)} and (1, None, PLANNED) in places)
    made.canceled = True
    for variant_id, own in made.places.items():
        if (1, None, VOID) in places:
            own.update(dict.fromkeys(own, (1, None, VOID)))
        else:
            model.free[variant_id] |= own.keys()
            own.clear()


def _create(model: SchemeModel, _actor: int, command: CreateConsignment, answer: UUID) -> None:
    places: dict[UUID, dict[int, tuple[int, UUID | None, str]]] = {}
    for line in command.lines:
        _require(line.quantity <= model.available(line.variant_id))
        taken = sorted(model.free[line.variant_id])[: line.quantity]
        model.free[line.variant_id].difference_update(taken)
        places[line.variant_id] = dict.fromkeys(taken, (1, None, PLANNED))
    model.consignments[answer] = ModelConsignment(places)


def _generate(model: SchemeModel, _actor: int, _command: GenerateCoupons, _answer: Any) -> None:
    short = {variant_id: model.shortfall(variant_id) for variant_id in model.generated}
    _require(any(short.values()))
    for variant_id, quantity in short.items():
        new = set(range(model.next_serial, model.next_serial + quantity))
        model.next_serial += quantity
        model.generated[variant_id] |= new
        model.free[variant_id] |= new


def _close(model: SchemeModel, _actor: int, command: CloseShortfall, _answer: Any) -> None:
    short = model.shortfall(command.variant_id)
    _require(short)
    model.closed[command.variant_id] += short


class Resolve:
    """The resolution of a discrepancy, which the model knows by its place in a consignment."""

    def __init__(self, consignment_id: UUID, index: int, command: ResolveDiscrepancy) -> None:
        self.consignment_id = consignment_id
        self.index = index
        self.command = command

    def __repr__(self) -> str:
        return f"Resolve({self.command})"


HANDLERS: Final[Handlers] = MappingProxyType(
    {
        RecordProduction: _produce,
        DispatchBatch: _dispatch,
        ReceiveBatch: _receive,
        CommissionCoupons: _commission,
        VoidDispatch: _void_dispatch,
        VoidReceipt: _void_receipt,
        ReportDamage: _report_damage,
        Resolve: _resolve,
        VoidCoupons: _recall,
        CancelConsignment: _cancel,
        CreateConsignment: _create,
        GenerateCoupons: _generate,
        CloseShortfall: _close,
        Upload: upload,
        Review: review,
    }
)
