"""Runs the commands of the custody machine on a database, and compares it with the model."""

import asyncio
from collections.abc import Coroutine, Sequence
from itertools import permutations
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import text

from domain.failures import Failure
from domain.spans import Spans
from graphql_api.context import Environment
from resolvers.consignments.commission_coupons import CommissionCoupons, commission_coupons
from resolvers.consignments.dispatch_batch import DispatchBatch, dispatch_batch
from resolvers.consignments.receive_batch import ReceiveBatch, receive_batch
from resolvers.consignments.record_production import RecordProduction, record_production
from resolvers.retrying import retry_conflicts
from tests.support.custody import findings_of
from tests.support.custody_commands import Command
from tests.support.custody_model import PLANNED, Model, Place, Rejected
from tests.support.databases import Cleaner
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.world import restore_world

ResultT = TypeVar("ResultT")
# The end of a segment, the smallest of which have 4,096 serials: the first line begins a little before it.
_BOUNDARY: Final = 4096
_BEFORE: Final = 20
_FILL = """
INSERT INTO coupon_run (id, scheme_id, variant_id, span, key_id, generated_at, generated_by)
SELECT :id, scheme.id, variant.id, int8range(0, :end), 1, now(), created_by
FROM scheme, variant WHERE scheme.id = :scheme_id AND sku = 'LENS-1'
"""
_PLACES = """
SELECT line.consignment_id, variant_id, leg, batch_id, condition, CAST(range_agg(spans) AS text)
FROM custody JOIN custody_place AS place ON place.id = place_id
JOIN consignment_line AS line ON line.id = custody.line_id
GROUP BY 1, 2, 3, 4, 5
"""
_RUN: Final[dict[type, Any]] = {
    RecordProduction: record_production,
    DispatchBatch: dispatch_batch,
    ReceiveBatch: receive_batch,
    CommissionCoupons: commission_coupons,
}


class Bench:
    """A database with one scheme, and the models of its consignments."""

    def __init__(self, environment: Environment, cleaner: Cleaner, loop: asyncio.AbstractEventLoop) -> None:
        self._environment = environment
        self._cleaner = cleaner
        self._loop = loop
        self._chain: tuple[str, ...] = ()
        self._factory: ConsignmentFactory
        self.models: dict[UUID, Model] = {}

    def run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Wait for a coroutine on the loop of the tests, from the thread of the machine."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(120)

    async def begin(self, chain: tuple[str, ...], quantities: dict[str, int]) -> None:
        """An approved scheme with coupons, and a consignment of some of them."""
        world = await restore_world(self._environment, self._cleaner)
        self._factory = ConsignmentFactory(self._environment, SchemeFactory(self._environment, world))
        self._chain = chain
        scheme_id = await self._factory.schemes.approved()
        fill = {"id": uuid4(), "scheme_id": scheme_id, "end": _BOUNDARY - _BEFORE}
        async with self._environment.database.engine.connect() as connection:
            await connection.execute(text(_FILL), fill)
        await self._factory.generated(scheme_id)
        quantities = {sku: quantity for sku, quantity in quantities.items() if quantity}
        made = await self._factory.created(scheme_id, chain=chain, quantities=quantities)
        first = dict(zip(("AMB-1L", "AMB-4L"), (_BOUNDARY - _BEFORE, _BOUNDARY - _BEFORE + 1000), strict=True))
        self.models[made] = Model(
            places={
                self._factory.variant(sku): dict.fromkeys(range(first[sku], first[sku] + quantity), (1, None, PLANNED))
                for sku, quantity in quantities.items()
            },
            legs=len(chain),
        )

    async def end(self) -> None:
        """Empty the database."""
        self.models = {}
        await self._cleaner.empty()

    async def send(self, given: Sequence[Command]) -> list[UUID | Failure]:
        """Send commands at the same time; return what each of them answers."""

        async def attempt(leg: int, command: Any) -> UUID:
            answer: UUID = await _RUN[type(command)](self._factory.vendor(self._chain[leg - 1]), command)
            return answer

        async def answer(leg: int, command: Any) -> UUID | Failure:
            try:
                return await retry_conflicts(lambda: attempt(leg, command))
            except Failure as failure:
                return failure

        return await asyncio.gather(*(answer(leg, command) for leg, command in given))

    async def count_movements(self) -> int:
        """How many movements there are."""
        async with self._environment.database.engine.connect() as connection:
            found: int = (await connection.execute(text("SELECT count(*) FROM movement"))).scalar_one()
            return found

    async def accept(self, consignment_id: UUID, given: Sequence[Command], answers: Sequence[UUID | Failure]) -> None:
        """Let the model do the same, in an order that leads to what happened. Some order must."""
        places = (await self._places()).get(consignment_id, {})
        for order in permutations(range(len(given))):
            after = _follow(self.models[consignment_id], [(*given[index], answers[index]) for index in order])
            if after is not None and _named(places, after) == after.spans():
                self.models[consignment_id] = after
                return
        message = f"{given} led to {answers}, and now to {places}; the model was at {self.models[consignment_id]}"
        raise AssertionError(message)

    async def check(self) -> None:
        """The database is as the model says, and nothing contradicts anything."""
        places = await self._places()
        for consignment_id, model in self.models.items():
            assert _named(places.get(consignment_id, {}), model) == model.spans()
        async with self._environment.database.snapshot() as snapshot:
            assert await findings_of(snapshot, self._environment.clock()) == []
        statuses = {
            batch_id: model.batches[key].status
            for model in self.models.values()
            for batch_id, key in model.keys.items()
        }
        async with self._environment.database.engine.connect() as connection:
            stored = (await connection.execute(text("SELECT id, status FROM batch"))).all()
        assert statuses == dict(stored)

    async def _places(self) -> dict[UUID, dict[tuple[UUID, int, UUID | None, str], Spans]]:
        found: dict[UUID, dict[tuple[UUID, int, UUID | None, str], Spans]] = {}
        async with self._environment.database.engine.connect() as connection:
            for consignment_id, *place, spans in await connection.execute(text(_PLACES)):
                variant_id, leg, batch_id, condition = place
                found.setdefault(consignment_id, {})[variant_id, leg, batch_id, condition] = Spans.parse(spans)
        return found


def _follow(model: Model, given: Sequence[tuple[int, Any, UUID | Failure]]) -> Model | None:
    """The model after commands in this order, or None unless each of them does as it did in reality."""
    for leg, command, answer in given:
        try:
            model = model.tried(leg, command)
        except Rejected:
            if not isinstance(answer, Failure):
                return None
            continue
        if isinstance(answer, Failure):
            return None
        if isinstance(command, DispatchBatch):
            model.keys[answer] = command.idempotency_key
    return model


def _named(places: dict[tuple[UUID, int, UUID | None, str], Spans], model: Model) -> dict[tuple[UUID, Place], Spans]:
    """Places of the database as the model names them."""
    return {
        (variant_id, (leg, None if batch_id is None else model.keys.get(batch_id), condition)): spans
        for (variant_id, leg, batch_id, condition), spans in places.items()
    }
