"""Packs for the custody machine: what they should be, commands about them, and the comparison with the database."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from domain.spans import Span, Spans
from resolvers.consignments.commission_coupons import CommissionCoupons
from resolvers.consignments.declare_packs import DeclarePacks, NewPack, declare_packs
from resolvers.consignments.dispatch_batch import DispatchBatch
from resolvers.consignments.receive_batch import ReceiveBatch, ReceivedLine
from resolvers.consignments.report_damage import ReportDamage
from resolvers.consignments.serial_inputs import NamedLine, SerialLine
from resolvers.consignments.unpack_packs import UnpackPacks, unpack_packs
from tests.support.custody_bench import Bench
from tests.support.custody_commands import Command, Commands
from tests.support.custody_model import (
    GOOD,
    UNRESOLVED,
    VOID,
    Handlers,
    ModelConsignment,
    Place,
    Rejected,
    SchemeModel,
    as_spans,
    numbers,
)
from tests.support.packs import sscc

_OPEN_PACKS = "SELECT sscc, leg, batch_id, CAST(spans AS text) FROM pack WHERE unpacked_at IS NULL"


@dataclass
class ModelPack:
    """A pack that is not opened."""

    consignment_id: UUID
    variant_id: UUID
    serials: frozenset[int]


@dataclass
class PackModel(SchemeModel):
    """A scheme with packs, by code. Whatever leaves the serials of a pack apart opens it."""

    packs: dict[str, ModelPack] = field(default_factory=dict)

    def tried(self, handlers: Handlers, actor: int, command: Any, answer: Any) -> SchemeModel:
        """Name the serials of packs instead of the packs, do what the command does, and open what is torn."""
        after = super().tried(handlers, actor, self._expand(actor, command), answer)
        assert isinstance(after, PackModel)
        after.packs = {code: pack for code, pack in after.packs.items() if after.where(pack) is not None}
        return after

    def where(self, pack: ModelPack) -> tuple[int, UUID | None] | None:
        """The one leg and batch of the serials of a pack; None if they are not together, or settled."""
        own = self.consignments[pack.consignment_id].places[pack.variant_id]
        places = {own[serial] for serial in pack.serials}
        conditions = {condition for *_, condition in places if condition != VOID}
        legs = {(leg, batch_id) for leg, batch_id, _ in places}
        return legs.pop() if len(legs) == 1 and (not conditions or conditions in ({GOOD}, {UNRESOLVED})) else None

    def _expand(self, leg: int, command: Any) -> Any:
        if isinstance(command, DispatchBatch):
            return self._with_lines(command, lambda line: self._name(line, leg, command.consignment_id))
        if isinstance(command, ReportDamage | CommissionCoupons) and command.lines is not None:
            return self._with_lines(command, lambda line: self._name(line, leg, command.consignment_id, only_good=True))
        if isinstance(command, ReceiveBatch):
            batch = self.of_batch(command.batch_id)[1]
            places = {(batch.leg, command.batch_id), (batch.leg, None)}
            return self._with_lines(command, lambda line: self._received(line, places))
        return command

    @staticmethod
    def _with_lines(command: Any, expand: Callable[[Any], Any]) -> Any:
        return replace(command, lines=tuple(expand(line) for line in command.lines))

    def _name(self, line: Any, leg: int, consignment_id: UUID, *, only_good: bool = False) -> Any:
        if not line.packs:
            return line
        own, found = self.consignments[consignment_id].places.get(line.variant_id, {}), numbers(line.serials)
        for code in line.packs:
            inside = self._serials(code, line.variant_id, {(leg, None)})
            if only_good:
                inside = [serial for serial in inside if own[serial] == (leg, None, GOOD)]
                if not inside:
                    raise Rejected
            found += inside
        return replace(line, serials=_spans(found), packs=None)

    def _received(self, line: ReceivedLine, places: set[tuple[int, UUID | None]]) -> ReceivedLine:
        if not line.accepted_packs:
            return line
        found = numbers(line.accepted_serials)
        for code in line.accepted_packs:
            found += self._serials(code, line.variant_id, places)
        return replace(line, accepted_serials=_spans(found), accepted_packs=None)

    def _serials(self, code: str, variant_id: UUID, places: set[tuple[int, UUID | None]]) -> list[int]:
        pack = self.packs.get(code)
        if pack is None or pack.variant_id != variant_id or self.where(pack) not in places:
            raise Rejected
        return sorted(pack.serials)


def _spans(serials: list[int]) -> tuple[Span, ...]:
    """Ranges of serials, each of which is named once."""
    if len(serials) != len(set(serials)):
        raise Rejected
    return as_spans(serials).spans


def declare(model: SchemeModel, leg: int, command: DeclarePacks, _answer: Any) -> None:
    """Good serials on hand, each in one pack."""
    assert isinstance(model, PackModel)
    made = model.live(command.consignment_id)
    for pack in command.packs:
        serials = frozenset(numbers(pack.serials))
        own = made.places.get(pack.variant_id, {})
        packed = any(serials & other.serials for other in model.packs.values())
        if packed or pack.sscc is None or pack.sscc in model.packs:
            raise Rejected
        if any(own.get(serial) != (leg, None, GOOD) for serial in serials):
            raise Rejected
        model.packs[pack.sscc] = ModelPack(command.consignment_id, pack.variant_id, serials)


def unpack(model: SchemeModel, leg: int, command: UnpackPacks, _answer: Any) -> None:
    """Packs on hand."""
    assert isinstance(model, PackModel)
    model.live(command.consignment_id)
    for code in command.packs:
        pack = model.packs.get(code)
        if pack is None or pack.consignment_id != command.consignment_id or model.where(pack) != (leg, None):
            raise Rejected
        del model.packs[code]


class PackCommands(Commands):
    """Commands that make, open, and name packs, beside all others."""

    _codes: Final[Iterator[int]] = count(1)

    def of_vendor(self) -> Command:
        """About every second command is about packs."""
        model = self._model
        assert isinstance(model, PackModel)
        possible: list[Callable[[], Command]] = []
        for consignment_id, made in model.consignments.items():
            for leg in range(1, model.legs + 1):
                if self._holds(made, (leg, None, GOOD)):
                    possible += [self._command(self._declare, consignment_id, made, leg)] * 2
            for code, pack in model.packs.items():
                if pack.consignment_id == consignment_id:
                    possible += self._with_pack(code, pack)
        if possible and self._random.random() < 0.6:
            return self._random.choice(possible)()
        return super().of_vendor()

    @staticmethod
    def _command(
        build: Callable[..., Any], consignment_id: UUID, made: ModelConsignment, leg: int
    ) -> Callable[[], Command]:
        return lambda: (leg, build(consignment_id, made, leg))

    def _declare(self, consignment_id: UUID, made: ModelConsignment, leg: int) -> DeclarePacks:
        place: Place = (leg, None, GOOD)
        found = [variant_id for variant_id in made.places if made.at(variant_id, place)]
        variant_id = self._random.choice(found)
        serials = made.at(variant_id, place)
        first = self._random.randrange(len(serials))
        chosen = serials[first : first + self._random.randint(1, 12)]
        half = len(chosen) // 2
        parts = [part for part in (chosen[:half], chosen[half:]) if part]
        packs = tuple(NewPack(variant_id, as_spans(part).spans, sscc(next(self._codes))) for part in parts)
        return DeclarePacks(consignment_id, packs, occurred_at=None, idempotency_key=self._key())

    def _with_pack(self, code: str, pack: ModelPack) -> Iterator[Callable[[], Command]]:
        """What can be done with a pack where it is; what does not fit is rejected."""
        model = self._model
        assert isinstance(model, PackModel)
        where = model.where(pack)
        assert where is not None
        leg, batch_id = where
        if batch_id is not None:
            receipt = ReceivedLine(pack.variant_id, accepted_packs=(code,), final=self._random.random() < 0.5)
            yield lambda: (leg + 1, ReceiveBatch(batch_id, (receipt,), occurred_at=None, idempotency_key=self._key()))
            return
        lines = (SerialLine(pack.variant_id, packs=(code,)),)
        yield lambda: (leg, DispatchBatch(**self._moved(pack.consignment_id, lines), shipment_reference=None))
        yield lambda: (leg, UnpackPacks(pack.consignment_id, (code,), occurred_at=None, idempotency_key=self._key()))
        named = (NamedLine(pack.variant_id, packs=(code,)),)
        if leg == model.legs:
            yield lambda: (leg, CommissionCoupons(**self._moved(pack.consignment_id, named), batch_id=None))
        elif self._random.random() < 0.3:
            yield lambda: (leg, ReportDamage(pack.consignment_id, named, note="Wet.", idempotency_key=self._key()))


class PackBench(Bench):
    """A database and a model with packs."""

    runs: Mapping[type, Any] = MappingProxyType({DeclarePacks: declare_packs, UnpackPacks: unpack_packs})
    handlers: Handlers = MappingProxyType({DeclarePacks: declare, UnpackPacks: unpack})

    async def begin(self, chain: tuple[str, ...], quantities: Any) -> None:
        """As without packs."""
        await super().begin(chain, quantities)
        self.model = PackModel(**vars(self.model))

    async def agrees(self, model: SchemeModel) -> bool:
        """Whether the packs that are not opened are those of the model, at the same places."""
        expected = {}
        if isinstance(model, PackModel):
            expected = {
                code: (*(model.where(pack) or ()), as_spans(pack.serials)) for code, pack in model.packs.items()
            }
        rows = await self._read(_OPEN_PACKS)
        return {code: (leg, batch_id, Spans.parse(text)) for code, leg, batch_id, text in rows} == expected
