"""Random commands on the coupons of a scheme: mostly what is possible, and now and then what must be rejected."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st

from domain.spans import Span
from resolvers.consignments.cancel_consignment import CancelConsignment
from resolvers.consignments.commission_coupons import CommissionCoupons
from resolvers.consignments.create_consignment import CreateConsignment, LineOrder
from resolvers.consignments.dispatch_batch import DispatchBatch
from resolvers.consignments.receive_batch import ReceiveBatch, ReceivedLine
from resolvers.consignments.record_production import ProducedLine, RecordProduction
from resolvers.consignments.report_damage import ReportDamage
from resolvers.consignments.resolve_discrepancy import ResolveDiscrepancy
from resolvers.consignments.serial_inputs import NamedLine, SerialLine
from resolvers.consignments.void_coupons import VoidCoupons
from resolvers.consignments.void_dispatch import VoidDispatch
from resolvers.consignments.void_receipt import VoidReceipt
from resolvers.coupons.close_shortfall import CloseShortfall
from resolvers.coupons.generate_coupons import GenerateCoupons
from tests.support.custody_handlers import Resolve
from tests.support.custody_model import (
    GOOD,
    OPERATIONS,
    PLANNED,
    VOID,
    ModelBatch,
    ModelConsignment,
    Place,
    SchemeModel,
    as_spans,
)

# Who acts, a vendor by its leg or Operations, and what is sent.
Command = tuple[int, Any]
Commands = st.SearchStrategy[Command]
_KEYS: Final[Iterator[int]] = count(1)
_MOST_CONSIGNMENTS: Final = 3
_REASON: Final = "It must be so."


def new_key() -> str:
    """An idempotency key that nothing else has."""
    return f"machine {next(_KEYS)}"


def vendor_commands(model: SchemeModel) -> Commands:
    """Commands of vendors; nothing if they can do nothing."""
    found: list[Commands] = []
    for consignment_id, made in model.consignments.items():
        found += _produce(consignment_id, made)
        for leg in range(1, model.legs + 1):
            found += _dispatch(consignment_id, made, leg)
            found += _report_damage(consignment_id, made, leg)
        for batch_id, batch in made.batches.items():
            found += _receive(made, batch_id, batch)
            found += _take_back(batch_id, batch)
        found += _commission(consignment_id, made, model.legs)
    return st.one_of(found) if found else st.nothing()


def operations_commands(model: SchemeModel, discrepancies: Sequence[tuple[UUID, int, UUID]]) -> Commands:
    """Commands of Operations; `discrepancies` are the consignment, place in the model, and id of each."""
    variants = list(model.generated)
    found: list[Commands] = [
        st.builds(lambda: (OPERATIONS, GenerateCoupons(model.scheme_id, new_key()))),
        st.sampled_from(variants).map(
            lambda variant_id: (
                OPERATIONS,
                CloseShortfall(model.scheme_id, variant_id, reason=_REASON, idempotency_key=new_key()),
            )
        ),
        st.sampled_from(list(model.consignments)).map(
            lambda consignment_id: (OPERATIONS, CancelConsignment(consignment_id, _REASON, new_key()))
        ),
        *_recall(model),
        *(_resolve(model, *each) for each in discrepancies if model.consignments[each[0]].discrepancies[each[1]].open),
    ]
    return st.one_of(found)


def creations(model: SchemeModel, vendor_ids: tuple[UUID, ...]) -> Commands | None:
    """Further consignments of a few coupons, seldom of more than there are; None once there are enough."""
    if len(model.consignments) >= _MOST_CONSIGNMENTS:
        return None
    line = st.builds(LineOrder, st.sampled_from(list(model.generated)), st.integers(1, 9))
    lines = st.lists(line, min_size=1, max_size=2, unique_by=lambda each: each.variant_id).map(tuple)
    return lines.map(
        lambda given: (
            OPERATIONS,
            CreateConsignment(model.scheme_id, vendor_ids, given, acknowledge_warnings=True, idempotency_key=new_key()),
        )
    )


def ranges(serials: Iterable[int]) -> st.SearchStrategy[tuple[Span, ...]]:
    """Some of these serials as ranges; one time in twenty with one beside them."""
    found = sorted(serials)

    def choose(bounds: tuple[int, int, int, int], slip: int) -> tuple[Span, ...]:
        one, two, three, four = sorted(bounds)
        chosen = as_spans((*found[one : two + 1], *found[max(three, two + 1) : four + 1])).spans
        return (*chosen[:-1], Span(chosen[-1].first, chosen[-1].last + 1)) if slip == 0 else chosen

    place = st.integers(0, len(found) - 1)
    return st.builds(choose, st.tuples(place, place, place, place), st.integers(0, 19))


def _amounts(serials: Sequence[int]) -> st.SearchStrategy[dict[str, Any]]:
    """A quantity, seldom one too many, or ranges."""
    quantities = st.integers(1, len(serials) + 1).map(lambda quantity: {"quantity": quantity})
    return st.one_of(quantities, ranges(serials).map(lambda spans: {"serials": spans}))


def _lines(
    made: ModelConsignment, place: Place, line: Callable[[UUID, list[int]], st.SearchStrategy[Any]]
) -> list[st.SearchStrategy[tuple[Any, ...]]]:
    """One line or two, in any order, of the variants that have serials at a place; empty if none has."""
    found = [line(variant_id, serials) for variant_id in made.places if (serials := made.at(variant_id, place))]
    if not found:
        return []
    orders = st.permutations(found)
    return [st.tuples(orders, st.integers(1, len(found))).flatmap(lambda drawn: st.tuples(*drawn[0][: drawn[1]]))]


def _now() -> dict[str, Any]:
    return {"occurred_at": None, "idempotency_key": new_key()}


def _moved(consignment_id: UUID, lines: tuple[Any, ...] | None) -> dict[str, Any]:
    return {"consignment_id": consignment_id, "lines": lines, **_now()}


def _produce(consignment_id: UUID, made: ModelConsignment) -> list[Commands]:
    def line(variant_id: UUID, serials: list[int]) -> st.SearchStrategy[ProducedLine]:
        good = _amounts(serials).map(lambda amount: ProducedLine(variant_id, **amount))
        spoiled = ranges(serials[-3:])
        return st.one_of(
            good,
            st.builds(
                lambda amount, spans: ProducedLine(variant_id, spoiled_serials=spans, **amount),
                _amounts(serials),
                spoiled,
            ),
            spoiled.map(lambda spans: ProducedLine(variant_id, spoiled_serials=spans)),
        )

    return [
        lines.map(lambda given: (1, RecordProduction(**_moved(consignment_id, given))))
        for lines in _lines(made, (1, None, PLANNED), line)
    ]


def _dispatch(consignment_id: UUID, made: ModelConsignment, leg: int) -> list[Commands]:
    def line(variant_id: UUID, serials: list[int]) -> st.SearchStrategy[SerialLine]:
        return _amounts(serials).map(lambda amount: SerialLine(variant_id, **amount))

    return [
        lines.map(lambda given: (leg, DispatchBatch(**_moved(consignment_id, given), shipment_reference=None)))
        for lines in _lines(made, (leg, None, GOOD), line)
    ]


def _named(variant_id: UUID, serials: list[int]) -> st.SearchStrategy[NamedLine]:
    return ranges(serials).map(lambda spans: NamedLine(variant_id, spans))


def _report_damage(consignment_id: UUID, made: ModelConsignment, leg: int) -> list[Commands]:
    return [
        lines.map(lambda given: (leg, ReportDamage(consignment_id, given, note=_REASON, idempotency_key=new_key())))
        for lines in _lines(made, (leg, None, GOOD), _named)
    ]


def _receive(made: ModelConsignment, batch_id: UUID, batch: ModelBatch) -> list[Commands]:
    def line(variant_id: UUID, serials: list[int]) -> st.SearchStrategy[ReceivedLine]:
        void = made.at(variant_id, (batch.leg, batch_id, VOID))
        held = made.at(variant_id, (batch.leg, None, GOOD))
        counted = st.integers(0, 1).map(lambda less: ReceivedLine(variant_id, accepted=len(serials) - less))
        damaged = ranges(serials).map(lambda spans: _less_damaged(variant_id, serials, spans))
        # Recalled ones arrive, too, and now and then some that the sender still has.
        named = st.builds(
            lambda spans, final: ReceivedLine(variant_id, accepted_serials=spans, final=final),
            ranges({*serials, *void, *held[:1]}),
            st.booleans(),
        )
        return st.one_of(counted, damaged, named)

    return [
        lines.map(lambda given: (batch.leg + 1, ReceiveBatch(batch_id=batch_id, lines=given, **_now())))
        for lines in _lines(made, (batch.leg, batch_id, GOOD), line)
    ]


def _less_damaged(variant_id: UUID, serials: Sequence[int], damaged: tuple[Span, ...]) -> ReceivedLine:
    accepted = len(serials) - sum(span.quantity for span in damaged)
    return ReceivedLine(variant_id, accepted=max(accepted, 0), damaged_serials=damaged)


def _take_back(batch_id: UUID, batch: ModelBatch) -> list[Commands]:
    """The sender takes back its dispatch, or the receiver its receipts."""
    dispatch = st.builds(lambda: (batch.leg, VoidDispatch(batch_id, _REASON, new_key())))
    receipt = st.builds(lambda: (batch.leg + 1, VoidReceipt(batch_id, _REASON, new_key())))
    return [] if batch.status == "VOIDED" else [dispatch if batch.status == "IN_TRANSIT" else receipt]


def _commission(consignment_id: UUID, made: ModelConsignment, last: int) -> list[Commands]:
    named = [
        lines.map(lambda given: (last, CommissionCoupons(**_moved(consignment_id, given), batch_id=None)))
        for lines in _lines(made, (last, None, GOOD), _named)
    ]
    batches = [batch_id for batch_id, batch in made.batches.items() if batch.leg + 1 == last]
    if not named or not batches:
        return named
    whole = st.sampled_from(batches).map(
        lambda batch_id: (last, CommissionCoupons(**_moved(consignment_id, None), batch_id=batch_id))
    )
    return [*named, whole]


def _recall(model: SchemeModel) -> list[Commands]:
    """Of allotted coupons, in any consignments, and seldom of one that is in none."""
    allotted = {n for made in model.consignments.values() for own in made.places.values() for n in own}
    if not allotted:
        return []
    few = st.tuples(st.sampled_from(sorted(allotted)), st.integers(0, 4)).map(
        lambda drawn: as_spans(n for n in range(drawn[0], drawn[0] + drawn[1] + 1) if n in allotted or n % 7 == 0)
    )
    return [
        few.filter(bool).map(
            lambda serials: (
                OPERATIONS,
                VoidCoupons(model.scheme_id, serials.spans, reason=_REASON, idempotency_key=new_key()),
            )
        )
    ]


def _resolve(model: SchemeModel, consignment_id: UUID, index: int, discrepancy_id: UUID) -> Commands:
    discrepancy = model.consignments[consignment_id].discrepancies[index]
    outcomes = ("found", "damaged", "lost") if discrepancy.kind == "SHORT" else ("found", "dismissed")

    def build(outcome: str, spans: tuple[Span, ...]) -> Command:
        lists = {"found": None, "damaged": None, "lost": None, "dismissed": None, outcome: spans}
        command = ResolveDiscrepancy(discrepancy_id, **lists, note=_REASON, idempotency_key=new_key())
        return OPERATIONS, Resolve(consignment_id, index, command)

    return st.builds(build, st.sampled_from(outcomes), ranges(discrepancy.open))
