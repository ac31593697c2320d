"""Runs the commands of the custody machine on a database, and compares it with the model."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from itertools import permutations
from types import MappingProxyType
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import text

from domain.failures import Failure
from domain.spans import Spans
from graphql_api.context import Environment
from resolvers.consignments.cancel_consignment import CancelConsignment, cancel_consignment
from resolvers.consignments.commission_coupons import CommissionCoupons, commission_coupons
from resolvers.consignments.create_consignment import CreateConsignment, LineOrder, create_consignment
from resolvers.consignments.dispatch_batch import DispatchBatch, dispatch_batch
from resolvers.consignments.receive_batch import ReceiveBatch, receive_batch
from resolvers.consignments.record_production import RecordProduction, record_production
from resolvers.consignments.report_damage import ReportDamage, report_damage
from resolvers.consignments.resolve_discrepancy import ResolveDiscrepancy, resolve_discrepancy
from resolvers.consignments.void_coupons import VoidCoupons, void_coupons
from resolvers.consignments.void_dispatch import VoidDispatch, void_dispatch
from resolvers.consignments.void_receipt import VoidReceipt, void_receipt
from resolvers.coupons.close_shortfall import CloseShortfall, close_shortfall
from resolvers.coupons.generate_coupons import GenerateCoupons, generate_coupons
from resolvers.retrying import retry_conflicts
from tests.support.artwork_desk import Review, Upload, review, upload
from tests.support.custody import findings_of
from tests.support.custody_commands import Command
from tests.support.custody_decisions import DISCREPANCIES, decided_of, read_decided
from tests.support.custody_handlers import HANDLERS, Resolve
from tests.support.custody_model import OPERATIONS, Handlers, ModelArtwork, Place, Rejected, SchemeModel
from tests.support.databases import Cleaner
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.world import key, restore_world

ResultT = TypeVar("ResultT")
_Places = dict[tuple[UUID, Place], Spans]
# The end of a segment, the smallest of which have 4,096 serials: the first line begins a little before it.
_FIRST: Final = 4096 - 20
_PLANNED: Final = 1000
_SKUS: Final = ("AMB-1L", "AMB-4L")
_FILL = """
INSERT INTO coupon_run (id, scheme_id, variant_id, span, key_id, generated_at, generated_by)
SELECT :id, scheme.id, variant.id, int8range(0, :end), 1, now(), created_by
FROM scheme, variant WHERE scheme.id = :scheme_id AND sku = 'LENS-1'
"""
_ARTWORK = """
INSERT INTO artwork (id, scheme_id, variant_id, created_at)
SELECT gen_random_uuid(), scheme_id, variant_id, now() FROM scheme_variant WHERE scheme_id = :scheme_id
"""
_PLACES = """
SELECT line.consignment_id, variant_id, leg, batch_id, condition, CAST(range_agg(spans) AS text)
FROM custody JOIN custody_place AS place ON place.id = place_id
JOIN consignment_line AS line ON line.id = custody.line_id
GROUP BY 1, 2, 3, 4, 5
"""
_CONSIGNMENTS = "SELECT id FROM consignment"
_QUANTITIES = """
SELECT variant_id, CAST((
        SELECT coalesce(sum(upper(span) - lower(span)), 0) FROM coupon_run AS run
        WHERE run.scheme_id = :scheme_id AND run.variant_id = planned.variant_id
    ) AS integer), CAST((
        SELECT coalesce(sum(quantity), 0) FROM shortfall_closure AS closure
        WHERE closure.scheme_id = :scheme_id AND closure.variant_id = planned.variant_id
    ) AS integer)
FROM scheme_variant AS planned WHERE scheme_id = :scheme_id
"""
_RUN: Final = MappingProxyType[type, Any](
    {
        RecordProduction: record_production,
        DispatchBatch: dispatch_batch,
        ReceiveBatch: receive_batch,
        CommissionCoupons: commission_coupons,
        VoidDispatch: void_dispatch,
        VoidReceipt: void_receipt,
        ReportDamage: report_damage,
        ResolveDiscrepancy: resolve_discrepancy,
        VoidCoupons: void_coupons,
        CancelConsignment: cancel_consignment,
        CreateConsignment: create_consignment,
        GenerateCoupons: generate_coupons,
        CloseShortfall: close_shortfall,
        Upload: upload,
        Review: review,
    }
)


class Bench:
    """A database with one scheme, and its model. Subclasses add commands: what runs them, and what the model does."""

    runs: Mapping[type, Any] = MappingProxyType({})
    handlers: Handlers = MappingProxyType({})

    def __init__(self, environment: Environment, cleaner: Cleaner, loop: asyncio.AbstractEventLoop) -> None:
        self._environment = environment
        self._cleaner = cleaner
        self._loop = loop
        self._chain: tuple[str, ...] = ()
        self._log: list[str] = []
        self._factory: ConsignmentFactory
        self.model: SchemeModel

    @property
    def vendor_ids(self) -> tuple[UUID, ...]:
        """The vendors of every consignment, in order."""
        return tuple(key(f"vendor {code}") for code in self._chain)

    def run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Wait for a coroutine on the loop of the tests, from the thread of the machine."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(120)

    async def begin(self, chain: tuple[str, ...], quantities: Sequence[int]) -> None:
        """An approved scheme with coupons, and a consignment of some of them."""
        world = await restore_world(self._environment, self._cleaner)
        factory = ConsignmentFactory(self._environment, SchemeFactory(self._environment, world))
        self._factory, self._chain, self._log = factory, chain, []
        scheme_id = await factory.schemes.approved()
        await self._read(_FILL, id=uuid4(), scheme_id=scheme_id, end=_FIRST)
        variants = [factory.variant(sku) for sku in _SKUS]
        self.model = SchemeModel(
            scheme_id=scheme_id,
            legs=len(chain),
            planned=_PLANNED,
            next_serial=_FIRST,
            generated={variant_id: set() for variant_id in variants},
            free={variant_id: set() for variant_id in variants},
            closed=dict.fromkeys(variants, 0),
            artworks={variant_id: ModelArtwork(version=0) for variant_id in variants},
        )
        lines = tuple(
            LineOrder(variant_id, number) for variant_id, number in zip(variants, quantities, strict=True) if number
        )
        create = CreateConsignment(scheme_id, self.vendor_ids, lines, acknowledge_warnings=True)
        await self._read(_ARTWORK, scheme_id=scheme_id)
        uploads = [Upload(scheme_id, variant_id, self.vendor_ids) for variant_id in variants]
        for command in (GenerateCoupons(scheme_id), *uploads, create):
            given = [(OPERATIONS, command)]
            await self.accept(given, await self.send(given))

    async def end(self) -> None:
        """Empty the database."""
        await self._cleaner.empty()

    async def send(self, given: Sequence[Command]) -> list[Any]:
        """Send commands at the same time; return what each of them answers."""

        async def attempt(actor: int, command: Any) -> Any:
            sent = command.command if isinstance(command, Resolve) else command
            operations = actor == OPERATIONS
            operation = self._factory.operations() if operations else self._factory.vendor(self._chain[actor - 1])
            try:
                return await {**_RUN, **self.runs}[type(sent)](operation, sent)
            finally:
                await operation.close()

        async def answer(actor: int, command: Any) -> Any:
            try:
                return await retry_conflicts(lambda: attempt(actor, command))
            except Failure as failure:
                return failure

        answers = await asyncio.gather(*(answer(actor, command) for actor, command in given))
        self._log += [f"{command} led to {answer}" for command, answer in zip(given, answers, strict=True)]
        return answers

    async def accept(self, given: Sequence[Command], answers: Sequence[Any]) -> None:
        """Let the model do the same, in an order that leads to what happened. Some order must."""
        places, quantities = await self._places(), await self._quantities()
        decided = await read_decided(self._read, self.vendor_ids)
        for order in permutations(range(len(given))):
            handlers = {**HANDLERS, **self.handlers}
            after = _follow(self.model, [(*given[index], answers[index]) for index in order], handlers)
            if after is None or decided != decided_of(after):
                continue
            if places != _places_of(after) or quantities != _quantities_of(after):
                continue
            if await self.agrees(after):
                void, commissioned = self.model.settled_for_ever
                void_now, commissioned_now = after.settled_for_ever
                # A void coupon stays void, and an active one stays active until it becomes void.
                assert void <= void_now
                assert commissioned <= commissioned_now | void_now
                # No serial with superseded artwork becomes active unless Operations accepted it.
                assert not (commissioned_now - commissioned) & self.model.unaccepted & after.unaccepted
                self.model = after
                return
        message = f"Now {places}, {decided}, and the model was at {self.model}, after {self._log}"
        raise AssertionError(message)

    async def agrees(self, _model: SchemeModel) -> bool:
        """Whether whatever else subclasses compare is as the model says."""
        return True

    async def check(self) -> None:
        """The database is as the model says, and nothing contradicts anything."""
        assert await self._places() == _places_of(self.model)
        assert await self._quantities() == _quantities_of(self.model)
        assert await self.agrees(self.model)
        async with self._environment.database.snapshot() as snapshot:
            findings = await findings_of(snapshot, self._environment.clock())
            assert not findings, (findings, self._log)
        batches = [batch for made in self.model.consignments.values() for batch in made.batches.items()]
        stored = await self._read("SELECT id, status FROM batch")
        assert {batch_id: batch.status for batch_id, batch in batches} == {row[0]: row[1] for row in stored}
        assert len(await self.discrepancies()) == sum(
            len(made.discrepancies) for made in self.model.consignments.values()
        )

    async def discrepancies(self) -> list[tuple[UUID, int, UUID]]:
        """The consignment of each discrepancy, its place in the model, and its id."""
        found: list[tuple[UUID, int, UUID]] = []
        for discrepancy_id, consignment_id, *facts, spans in await self._read(DISCREPANCIES):
            known = self.model.consignments[consignment_id].discrepancies
            matched = (
                index
                for index, each in enumerate(known)
                if [each.kind, each.batch_id, each.variant_id] == facts
                and each.open == {n for span in Spans.parse(spans) for n in range(span.first, span.last + 1)}
                and (consignment_id, index) not in {pair[:2] for pair in found}
            )
            found.append((consignment_id, next(matched), discrepancy_id))
        return found

    async def count_movements(self) -> int:
        """How many movements there are."""
        ((found,),) = await self._read("SELECT count(*) FROM movement")
        return int(found)

    async def _places(self) -> dict[UUID, _Places]:
        found: dict[UUID, _Places] = {consignment_id: {} for (consignment_id,) in await self._read(_CONSIGNMENTS)}
        for consignment_id, variant_id, leg, batch_id, condition, spans in await self._read(_PLACES):
            found[consignment_id][variant_id, (leg, batch_id, condition)] = Spans.parse(spans)
        return found

    async def _quantities(self) -> dict[UUID, tuple[int, int]]:
        found = await self._read(_QUANTITIES, scheme_id=self.model.scheme_id)
        return {variant_id: (generated, closed) for variant_id, generated, closed in found}

    async def _read(self, sql: str, **parameters: Any) -> Sequence[Any]:
        async with self._environment.database.engine.connect() as connection:
            result = await connection.execute(text(sql), parameters)
            return result.all() if result.returns_rows else ()


def _quantities_of(model: SchemeModel) -> dict[UUID, tuple[int, int]]:
    """How many serials of each variant are generated, and how many will not be."""
    return {variant_id: (len(serials), model.closed[variant_id]) for variant_id, serials in model.generated.items()}


def _places_of(model: SchemeModel) -> dict[UUID, _Places]:
    return {consignment_id: made.spans() for consignment_id, made in model.consignments.items()}


def _follow(model: SchemeModel, given: Sequence[tuple[int, Any, Any]], handlers: Handlers) -> SchemeModel | None:
    """The model after commands in this order, or None unless each of them does as it did in reality."""
    for actor, command, answer in given:
        try:
            after = model.tried(handlers, actor, command, answer)
        except Rejected:
            if not isinstance(answer, Failure):
                return None
            continue
        if isinstance(answer, Failure):
            return None
        model = after
    return model
