"""Random commands on the coupons of a scheme: mostly what is possible, and now and then what must be rejected.

They are drawn from a seed and the model, not by strategies: what happens at the same time ends one way or another, and
Hypothesis must draw the same either way.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import count
from random import Random
from typing import Any, Final
from uuid import UUID

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
from tests.support.artwork_desk import Review, Upload
from tests.support.custody_handlers import OUTCOMES, Resolve
from tests.support.custody_model import (
    GOOD,
    HELD,
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
_MOST_CONSIGNMENTS: Final = 3
_OUTCOMES: Final = {
    "SHORT": ("found", "damaged", "lost"),
    "OVER_SENT": ("found", "dismissed"),
    HELD: ("accepted", "scrapped"),
}
_REASON: Final = "It must be so."


class Commands:
    """The commands that one seed draws, one after the other."""

    _keys: Final[Iterator[int]] = count(1)

    def __init__(self, seed: int, model: SchemeModel, vendor_ids: tuple[UUID, ...]) -> None:
        self._random = Random(seed)  # noqa: S311 - no secret
        self._model = model
        self._vendor_ids = vendor_ids

    def of_vendor(self) -> Command:
        """What a vendor can do."""
        possible: list[Callable[[], Command]] = []
        for consignment_id, made in self._model.consignments.items():
            possible += self._on_hand(consignment_id, made)
            for batch_id, batch in made.batches.items():
                possible += self._with_batch(made, batch_id, batch)
        possible += [self._review] * max(1, len(possible) // 4)
        return self._random.choice(possible)()

    def of_operations(self, discrepancies: Sequence[tuple[UUID, int, UUID]]) -> Command:
        """What Operations may do; `discrepancies` are the consignment, the place in the model, and the id of each."""
        model, pick = self._model, self._random.choice
        open_ones = [each for each in discrepancies if model.consignments[each[0]].discrepancies[each[1]].open]
        possible: list[Callable[[], Any]] = [
            lambda: GenerateCoupons(model.scheme_id, self._key()),
            lambda: CloseShortfall(model.scheme_id, pick(list(model.generated)), **self._why()),
            lambda: CancelConsignment(pick(list(model.consignments)), **self._why()),
            self._recall,
            self._upload,
            self._upload,
            *(lambda each=each: self._resolve(*each) for each in open_ones * 2),
        ]
        return OPERATIONS, pick(possible)()

    def creation(self) -> Command | None:
        """A further consignment of a few coupons, until there are enough."""
        if len(self._model.consignments) >= _MOST_CONSIGNMENTS:
            return None
        variants = self._some(list(self._model.generated))
        lines = tuple(LineOrder(variant_id, self._random.randint(1, 9)) for variant_id in variants)
        command = CreateConsignment(
            self._model.scheme_id, self._vendor_ids, lines, acknowledge_warnings=True, idempotency_key=self._key()
        )
        return OPERATIONS, command

    def _key(self) -> str:
        return f"machine {next(self._keys)}"

    def _why(self) -> dict[str, Any]:
        return {"reason": _REASON, "idempotency_key": self._key()}

    def _moved(self, consignment_id: UUID, lines: tuple[Any, ...] | None) -> dict[str, Any]:
        return {
            "consignment_id": consignment_id,
            "lines": lines,
            "occurred_at": None,
            "idempotency_key": self._key(),
        }

    def _some(self, items: list[Any]) -> list[Any]:
        """Some of them, at least one, in any order."""
        return self._random.sample(items, self._random.randint(1, len(items)))

    def _lines(self, made: ModelConsignment, place: Place, line: Callable[[UUID, list[int]], Any]) -> tuple[Any, ...]:
        """Lines of some variants that have serials at a place."""
        found = [variant_id for variant_id in made.places if made.at(variant_id, place)]
        return tuple(line(variant_id, made.at(variant_id, place)) for variant_id in self._some(found))

    def _ranges(self, serials: Iterable[int]) -> tuple[Span, ...]:
        """Some of these serials as ranges; one time in twenty with one beside them."""
        found = sorted(serials)
        one, two, three, four = sorted(self._random.randrange(len(found)) for _ in range(4))
        chosen = as_spans((*found[one : two + 1], *found[max(three, two + 1) : four + 1])).spans
        if self._random.random() < 0.05:
            return (*chosen[:-1], Span(chosen[-1].first, chosen[-1].last + 1))
        return chosen

    def _amount(self, serials: Sequence[int]) -> dict[str, Any]:
        """A quantity, seldom one too many, or ranges."""
        if self._random.random() < 0.5:
            return {"serials": self._ranges(serials)}
        return {"quantity": min(self._random.randint(1, len(serials) + 1), self._random.randint(3, 40))}

    def _on_hand(self, consignment_id: UUID, made: ModelConsignment) -> Iterator[Callable[[], Command]]:
        """What vendors can do with what they have on hand."""
        if self._holds(made, (1, None, PLANNED)):
            yield lambda: (1, self._produce(consignment_id, made))
        last = self._model.legs
        for leg in range(1, last + 1):
            if not self._holds(made, (leg, None, GOOD)):
                continue
            for build in (self._dispatch, self._dispatch, self._report_damage):
                yield partial(self._at_leg, build, consignment_id, made=made, leg=leg)
            if leg == last:
                yield lambda: (last, self._commission(consignment_id, made))

    @staticmethod
    def _at_leg(build: Callable[..., Any], consignment_id: UUID, *, made: ModelConsignment, leg: int) -> Command:
        return leg, build(consignment_id, made, leg)

    def _holds(self, made: ModelConsignment, place: Place) -> bool:
        return any(place in own.values() for own in made.places.values())

    def _produce(self, consignment_id: UUID, made: ModelConsignment) -> RecordProduction:
        def line(variant_id: UUID, serials: list[int]) -> ProducedLine:
            spoils = self._random.random() < 0.4
            spoiled = self._ranges(serials[-3:]) if spoils else None
            if spoils and self._random.random() < 0.3:
                return ProducedLine(variant_id, spoiled_serials=spoiled)
            amount = self._amount(serials)
            current = self._model.artworks[variant_id].version
            amount["artwork_version"] = self._random.choice((None, None, current, current, current - 1 or 2))
            return ProducedLine(variant_id, spoiled_serials=spoiled, **amount)

        return RecordProduction(**self._moved(consignment_id, self._lines(made, (1, None, PLANNED), line)))

    def _dispatch(self, consignment_id: UUID, made: ModelConsignment, leg: int) -> DispatchBatch:
        def line(variant_id: UUID, serials: list[int]) -> SerialLine:
            return SerialLine(variant_id, **self._amount(serials))

        lines = self._lines(made, (leg, None, GOOD), line)
        return DispatchBatch(**self._moved(consignment_id, lines), shipment_reference=None)

    def _named(self, variant_id: UUID, serials: list[int]) -> NamedLine:
        return NamedLine(variant_id, self._ranges(serials))

    def _report_damage(self, consignment_id: UUID, made: ModelConsignment, leg: int) -> ReportDamage:
        lines = self._lines(made, (leg, None, GOOD), self._named)
        return ReportDamage(consignment_id, lines, note=_REASON, idempotency_key=self._key())

    def _commission(self, consignment_id: UUID, made: ModelConsignment) -> CommissionCoupons:
        batches = [batch_id for batch_id, batch in made.batches.items() if batch.leg + 1 == self._model.legs]
        if batches and self._random.random() < 0.5:
            return CommissionCoupons(**self._moved(consignment_id, None), batch_id=self._random.choice(batches))
        lines = self._lines(made, (self._model.legs, None, GOOD), self._named)
        return CommissionCoupons(**self._moved(consignment_id, lines), batch_id=None)

    def _with_batch(self, made: ModelConsignment, batch_id: UUID, batch: ModelBatch) -> Iterator[Callable[[], Command]]:
        """The receiver receives, or takes back its receipts; the sender takes back its dispatch."""
        if self._holds(made, (batch.leg, batch_id, GOOD)):
            yield from (lambda: (batch.leg + 1, self._receive(made, batch_id, batch)),) * 2
        if batch.status == "IN_TRANSIT":
            yield lambda: (batch.leg, VoidDispatch(batch_id, **self._why()))
        elif batch.status != "VOIDED":
            yield lambda: (batch.leg + 1, VoidReceipt(batch_id, **self._why()))

    def _receive(self, made: ModelConsignment, batch_id: UUID, batch: ModelBatch) -> ReceiveBatch:
        def line(variant_id: UUID, serials: list[int]) -> ReceivedLine:
            chance = self._random.random()
            if chance < 0.4:
                return ReceivedLine(variant_id, accepted=len(serials) - self._random.choice((0, 0, 1)))
            if chance < 0.6:
                damaged = self._ranges(serials)
                accepted = max(0, len(serials) - sum(span.quantity for span in damaged))
                return ReceivedLine(variant_id, accepted=accepted, damaged_serials=damaged)
            # Recalled ones arrive, too, and now and then some that the sender still has.
            void = made.at(variant_id, (batch.leg, batch_id, VOID))
            held = made.at(variant_id, (batch.leg, None, GOOD))[: self._random.choice((0, 0, 2))]
            named = self._ranges({*serials, *void, *held})
            return ReceivedLine(variant_id, accepted_serials=named, final=self._random.random() < 0.5)

        lines = self._lines(made, (batch.leg, batch_id, GOOD), line)
        return ReceiveBatch(batch_id=batch_id, lines=lines, occurred_at=None, idempotency_key=self._key())

    def _recall(self) -> VoidCoupons:
        """Of a few coupons in any consignments, seldom of one that is in none."""
        allotted = sorted(n for made in self._model.consignments.values() for own in made.places.values() for n in own)
        first = self._random.choice(allotted or [self._model.next_serial - 1])
        wanted = range(first, first + self._random.randint(1, 5))
        known = set(allotted)
        serials = as_spans(n for n in wanted if n in known or n == first or self._random.random() < 0.1)
        return VoidCoupons(self._model.scheme_id, serials.spans, **self._why())

    def _upload(self) -> Upload:
        """A version that the first vendors of the chain approve at once, mostly all of them."""
        model, legs = self._model, self._vendor_ids
        approving = len(legs) if self._random.random() < 0.7 else self._random.randint(0, len(legs))
        return Upload(model.scheme_id, self._random.choice(list(model.artworks)), legs[:approving])

    def _review(self) -> Command:
        """A vendor approves, or asks for a revision; who asks mostly withdraws that soon."""
        model, leg = self._model, self._random.randint(1, self._model.legs)
        asking = [(each, variant_id) for variant_id, own in model.artworks.items() for each in sorted(own.requested)]
        if asking and self._random.random() < 0.7:
            leg, variant_id = self._random.choice(asking)
            return leg, Review(model.scheme_id, variant_id, self._vendor_ids[leg - 1], requests=False)
        variant_id = self._random.choice(list(model.artworks))
        requests = self._random.random() < 0.4
        return leg, Review(model.scheme_id, variant_id, self._vendor_ids[leg - 1], requests=requests)

    def _resolve(self, consignment_id: UUID, index: int, discrepancy_id: UUID) -> Resolve:
        discrepancy = self._model.consignments[consignment_id].discrepancies[index]
        outcomes = _OUTCOMES[discrepancy.kind]
        lists = dict.fromkeys(OUTCOMES) | {self._random.choice(outcomes): self._ranges(discrepancy.open)}
        command = ResolveDiscrepancy(discrepancy_id, **lists, note=_REASON, idempotency_key=self._key())
        return Resolve(consignment_id, index, command)
