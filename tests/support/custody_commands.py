"""Random commands on a consignment: mostly what its vendors can do, and now and then what must be rejected."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st

from domain.spans import Span
from resolvers.consignments.commission_coupons import CommissionCoupons, NamedLine
from resolvers.consignments.dispatch_batch import DispatchBatch
from resolvers.consignments.receive_batch import ReceiveBatch, ReceivedLine
from resolvers.consignments.record_production import ProducedLine, RecordProduction
from resolvers.consignments.serial_inputs import SerialLine
from tests.support.custody_model import GOOD, PLANNED, Model, as_spans

# A vendor, by its leg, and what it sends.
Command = tuple[int, Any]
_KEYS: Final[Iterator[int]] = count(1)


def new_key() -> str:
    """An idempotency key that nothing else has."""
    return f"machine {next(_KEYS)}"


def commands(consignment_id: UUID, model: Model) -> st.SearchStrategy[Command]:
    """Commands that concern a consignment in the state of the model."""
    kinds = [kind(consignment_id, model) for kind in _KINDS]
    possible = [strategy for strategy in kinds if strategy is not None]
    return st.one_of(possible) if possible else st.nothing()


def ranges(serials: Sequence[int]) -> st.SearchStrategy[tuple[Span, ...]]:
    """Some of these serials as ranges; one time in ten with one beside them."""

    def choose(bounds: tuple[int, int, int, int, int]) -> tuple[Span, ...]:
        one, two, three, four, slip = [*sorted(bounds[:4]), bounds[4]]
        chosen = as_spans((*serials[one : two + 1], *serials[max(three, two + 1) : four + 1])).spans
        if slip == 0:
            return (*chosen[:-1], Span(chosen[-1].first, chosen[-1].last + 1))
        return chosen

    place = st.integers(0, len(serials) - 1)
    return st.tuples(place, place, place, place, st.integers(0, 9)).map(choose)


def _amounts(serials: Sequence[int]) -> st.SearchStrategy[dict[str, Any]]:
    """A quantity, seldom one too many, or ranges."""
    quantities = st.integers(1, len(serials) + 1).map(lambda quantity: {"quantity": quantity})
    return st.one_of(quantities, ranges(serials).map(lambda spans: {"serials": spans}))


def _lines(
    model: Model, place: tuple[int, str | None, str], line: Callable[[UUID, Sequence[int]], st.SearchStrategy[Any]]
) -> st.SearchStrategy[tuple[Any, ...]] | None:
    """One line or two, in any order, of the variants that have serials at a place."""
    found = [line(variant_id, serials) for variant_id in model.places if (serials := model.at(variant_id, place))]
    if not found:
        return None
    return st.permutations(found).flatmap(
        lambda order: st.integers(1, len(order)).flatmap(lambda number: st.tuples(*order[:number]))
    )


def _produce(consignment_id: UUID, model: Model) -> st.SearchStrategy[Command] | None:
    def line(variant_id: UUID, serials: Sequence[int]) -> st.SearchStrategy[ProducedLine]:
        good = _amounts(serials).map(lambda amount: ProducedLine(variant_id, **amount))
        spoiled = ranges(serials).map(lambda spans: ProducedLine(variant_id, spoiled_serials=spans))
        both = st.builds(
            lambda amount, spans: ProducedLine(variant_id, spoiled_serials=spans, **amount),
            _amounts(serials),
            ranges(serials[-3:]),
        )
        return st.one_of(good, good, both, spoiled)

    lines = _lines(model, (1, None, PLANNED), line)
    if lines is None:
        return None
    return lines.map(
        lambda given: (
            1,
            RecordProduction(consignment_id=consignment_id, lines=given, occurred_at=None, idempotency_key=new_key()),
        )
    )


def _dispatch(consignment_id: UUID, model: Model) -> st.SearchStrategy[Command] | None:
    def line(variant_id: UUID, serials: Sequence[int]) -> st.SearchStrategy[SerialLine]:
        return _amounts(serials).map(lambda amount: SerialLine(variant_id, **amount))

    def command(leg: int, given: tuple[SerialLine, ...]) -> Command:
        return leg, DispatchBatch(
            consignment_id=consignment_id,
            lines=given,
            shipment_reference=None,
            occurred_at=None,
            idempotency_key=new_key(),
        )

    found = [
        lines.map(lambda given, leg=leg: command(leg, given))
        for leg in range(1, model.legs + 1)
        if (lines := _lines(model, (leg, None, GOOD), line)) is not None
    ]
    return st.one_of(found) if found else None


def _receive(_consignment_id: UUID, model: Model) -> st.SearchStrategy[Command] | None:
    def build(batch_id: UUID, leg: int, lines: st.SearchStrategy[tuple[Any, ...]]) -> st.SearchStrategy[Command]:
        return lines.map(
            lambda given: (
                leg + 1,
                ReceiveBatch(batch_id=batch_id, lines=given, occurred_at=None, idempotency_key=new_key()),
            )
        )

    def line(variant_id: UUID, serials: Sequence[int]) -> st.SearchStrategy[ReceivedLine]:
        final = st.booleans()
        counted = st.integers(0, 1).map(lambda less: ReceivedLine(variant_id, accepted=len(serials) - less))
        damaged = st.builds(lambda spans: _less_damaged(variant_id, serials, spans), ranges(serials))
        named = st.builds(
            lambda spans, last: ReceivedLine(variant_id, accepted_serials=spans, final=last), ranges(serials), final
        )
        return st.one_of(counted, counted, damaged, named)

    found = [
        build(batch_id, batch.leg, lines)
        for batch_id, key in model.keys.items()
        if (batch := model.batches[key]) and (lines := _lines(model, (batch.leg, key, GOOD), line)) is not None
    ]
    return st.one_of(found) if found else None


def _less_damaged(variant_id: UUID, serials: Sequence[int], damaged: tuple[Span, ...]) -> ReceivedLine:
    accepted = len(serials) - as_spans(n for span in damaged for n in range(span.first, span.last + 1)).quantity
    return ReceivedLine(variant_id, accepted=max(accepted, 0), damaged_serials=damaged)


def _commission(consignment_id: UUID, model: Model) -> st.SearchStrategy[Command] | None:
    def line(variant_id: UUID, serials: Sequence[int]) -> st.SearchStrategy[NamedLine]:
        return ranges(serials).map(lambda spans: NamedLine(variant_id, spans))

    lines = _lines(model, (model.legs, None, GOOD), line)
    if lines is None:
        return None
    named = lines.map(
        lambda given: (
            model.legs,
            CommissionCoupons(
                consignment_id=consignment_id, batch_id=None, lines=given, occurred_at=None, idempotency_key=new_key()
            ),
        )
    )
    batches = [batch_id for batch_id, key in model.keys.items() if model.batches[key].leg + 1 == model.legs]
    if not batches:
        return named
    whole = st.sampled_from(batches).map(
        lambda batch_id: (
            model.legs,
            CommissionCoupons(
                consignment_id=consignment_id,
                batch_id=batch_id,
                lines=None,
                occurred_at=None,
                idempotency_key=new_key(),
            ),
        )
    )
    return st.one_of(named, whole)


_KINDS: Final = (_produce, _dispatch, _receive, _commission)
