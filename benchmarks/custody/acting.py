"""What Operations and vendors do, through the resolvers of the server."""

import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar
from uuid import UUID

from benchmarks.custody.artwork import approve_artwork
from benchmarks.custody.place import Place
from domain.permissions import Role
from domain.spans import Span
from graphql_api.context import Environment
from resolvers.consignments.create_consignment import CreateConsignment, LineOrder, create_consignment
from resolvers.consignments.dispatch_batch import DispatchBatch, dispatch_batch
from resolvers.consignments.receive_batch import ReceiveBatch, ReceivedLine, receive_batch
from resolvers.consignments.record_production import ProducedLine, RecordProduction, record_production
from resolvers.consignments.serial_inputs import SerialLine
from resolvers.consignments.void_coupons import VoidCoupons, void_coupons
from resolvers.consignments.void_dispatch import VoidDispatch, void_dispatch
from resolvers.consignments.void_receipt import VoidReceipt, void_receipt
from resolvers.context import Operation
from resolvers.coupons.generate_coupons import GenerateCoupons, generate_coupons

CommandT = TypeVar("CommandT")

_keys: Final = itertools.count()


class Actors:
    """Those who act in a place; every movement is of the first variant and has its own idempotency key."""

    def __init__(self, environment: Environment, place: Place) -> None:
        self.environment = environment
        self.place = place
        self._variant = place.catalog.variant_ids[0]

    async def generate(self, scheme_id: UUID) -> None:
        """Generate all coupons of a scheme."""
        await self._act(Role.OPERATIONS, generate_coupons, GenerateCoupons(scheme_id))

    async def create(self, scheme_id: UUID, chain: Sequence[UUID], quantity: int) -> UUID:
        """Give coupons to a chain of vendors, who approve the artwork; return the id of the consignment."""
        command = CreateConsignment(
            scheme_id, tuple(chain), (LineOrder(self._variant, quantity),), acknowledge_warnings=True
        )
        consignment_id = await self._act(Role.OPERATIONS, create_consignment, command)
        await approve_artwork(self.environment.database, consignment_id)
        return consignment_id

    async def produce(self, consignment_id: UUID, by: UUID, quantity: int) -> None:
        """Record the production of the lowest serials."""
        lines = (ProducedLine(self._variant, quantity),)
        command = RecordProduction(
            consignment_id=consignment_id, lines=lines, occurred_at=None, idempotency_key=self.next_key()
        )
        await self._act(by, record_production, command)

    async def dispatch(
        self, consignment_id: UUID, by: UUID, quantity: int | None = None, serials: Sequence[Span] | None = None
    ) -> UUID:
        """Send a batch to the next vendor and return its id."""
        lines = (SerialLine(self._variant, quantity, None if serials is None else tuple(serials)),)
        command = DispatchBatch(
            consignment_id=consignment_id,
            lines=lines,
            shipment_reference=None,
            occurred_at=None,
            idempotency_key=self.next_key(),
        )
        return await self._act(by, dispatch_batch, command)

    async def receive(self, batch_id: UUID, by: UUID, accepted: int) -> UUID:
        """Receive all of a batch and return its id."""
        lines = (ReceivedLine(self._variant, accepted=accepted),)
        command = ReceiveBatch(batch_id=batch_id, lines=lines, occurred_at=None, idempotency_key=self.next_key())
        return await self._act(by, receive_batch, command)

    async def void_dispatch(self, batch_id: UUID, by: UUID) -> UUID:
        """Take back a batch."""
        return await self._act(by, void_dispatch, VoidDispatch(batch_id, "A measurement.", self.next_key()))

    async def void_receipt(self, batch_id: UUID, by: UUID) -> UUID:
        """Take back all receipts of a batch."""
        return await self._act(by, void_receipt, VoidReceipt(batch_id, "A measurement.", self.next_key()))

    async def void_coupons(self, scheme_id: UUID, serials: Sequence[Span]) -> UUID:
        """Recall coupons, and return the id of the recall."""
        command = VoidCoupons(
            scheme_id=scheme_id, serials=tuple(serials), reason="A measurement.", idempotency_key=self.next_key()
        )
        operation = self.environment.operation(self.place.viewer(Role.OPERATIONS))
        try:
            return (await void_coupons(operation, command)).request_id
        finally:
            await operation.close()

    def next_key(self) -> str:
        """A new idempotency key."""
        return f"key {next(_keys)}"

    async def _act(
        self, who: UUID | Role, mutation: Callable[[Operation, CommandT], Awaitable[UUID]], command: CommandT
    ) -> UUID:
        operation = self.environment.operation(self.place.viewer(who))
        try:
            return await mutation(operation, command)
        finally:
            await operation.close()
