"""Schemes with coupons and consignments, and the movements of their coupons, through the real resolvers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.permissions import Role
from domain.spans import Span
from domain.viewers import Viewer
from graphql_api.context import Environment
from resolvers.consignments.commission_coupons import CommissionCoupons, commission_coupons
from resolvers.consignments.create_consignment import CreateConsignment, LineOrder, create_consignment
from resolvers.consignments.declare_packs import DeclarePacks, NewPack, declare_packs
from resolvers.consignments.dispatch_batch import DispatchBatch, dispatch_batch
from resolvers.consignments.receive_batch import ReceiveBatch, ReceivedLine, receive_batch
from resolvers.consignments.record_production import ProducedLine, RecordProduction, record_production
from resolvers.consignments.serial_inputs import NamedLine, SerialLine
from resolvers.consignments.unpack_packs import UnpackPacks, unpack_packs
from resolvers.context import Operation
from resolvers.coupons.generate_coupons import GenerateCoupons, generate_coupons
from tests.support.factories.artwork import approve_artwork
from tests.support.factories.schemes import SchemeFactory
from tests.support.remembered import remembered
from tests.support.world import World, key

CHAIN = ("PRN-1", "PCK-1", "FAC-1")


class ConsignmentFactory:
    """Brings coupons to any point of their way to the factory."""

    def __init__(self, environment: Environment, schemes: SchemeFactory, keys: str = "key") -> None:
        """Begin; factories that work on one consignment need idempotency keys that differ."""
        self.environment = environment
        self.schemes = schemes
        self._prefix = keys
        self._operations: list[Operation] = []

    async def close(self) -> None:
        """Close the operations that were opened: those that failed still have a connection."""
        for operation in self._operations:
            await operation.close()

    @property
    def world(self) -> World:
        """The accounts and the catalog."""
        return self.schemes.world

    def operations(self) -> Operation:
        """An operation of Operations."""
        return self._remember(self.schemes.operation(Role.OPERATIONS))

    def vendor(self, code: str) -> Operation:
        """An operation of a person who works for a vendor."""
        base = self.world.viewer(Role.VENDOR)
        viewer = Viewer(
            account_id=base.account_id,
            display_name=base.display_name,
            email=base.email,
            roles=frozenset({Role.VENDOR}),
            vendor_id=self.world.vendors[code].id,
        )
        return self._remember(self.environment.operation(viewer))

    def _remember(self, operation: Operation) -> Operation:
        self._operations.append(operation)
        return operation

    def variant(self, sku: str = "AMB-1L") -> UUID:
        """The id of a variant."""
        return self.world.variants[sku].id

    def idempotency_key(self) -> str:
        """A new idempotency key."""
        return f"{self._prefix} {self.environment.new_id()}"

    @remembered
    async def generated(self, scheme_id: UUID | None = None) -> UUID:
        """An approved scheme with all of its coupons: 1,000 of each of two variants."""
        found = await self.schemes.approved() if scheme_id is None else scheme_id
        return await generate_coupons(self.operations(), GenerateCoupons(found))

    @remembered
    async def created(
        self,
        scheme_id: UUID | None = None,
        *,
        chain: Sequence[str] = CHAIN,
        quantities: dict[str, int] | None = None,
        approved: bool = True,
        **given: Any,
    ) -> UUID:
        """A consignment, by default of all coupons of AMB-1L, with nothing produced.

        Its vendors have approved its artwork before, unless it is not `approved`.
        """
        found = await self.generated() if scheme_id is None else scheme_id
        lines = tuple(
            LineOrder(self.variant(sku), quantity) for sku, quantity in (quantities or {"AMB-1L": 1000}).items()
        )
        vendors = tuple(key(f"vendor {code}") for code in chain)
        if approved:
            await approve_artwork(
                self.environment.database,
                scheme_id=found,
                variant_ids=[line.variant_id for line in lines],
                vendor_ids=vendors,
                by=self.world.viewer(Role.OPERATIONS).account_id,
                at=self.environment.clock(),
            )
        given = {"acknowledge_warnings": True, **given}
        return await create_consignment(self.operations(), CreateConsignment(found, vendors, lines, **given))

    @remembered
    async def produce(self, consignment_id: UUID, *, sku: str = "AMB-1L", by: str = "PRN-1", **given: Any) -> UUID:
        """Record production; `given` are the fields of the line."""
        command = RecordProduction(
            consignment_id=consignment_id,
            lines=(ProducedLine(self.variant(sku), **given),),
            occurred_at=None,
            idempotency_key=self.idempotency_key(),
        )
        return await record_production(self.vendor(by), command)

    @remembered
    async def dispatch(self, consignment_id: UUID, *, sku: str = "AMB-1L", by: str = "PRN-1", **given: Any) -> UUID:
        """Dispatch a batch of one variant; `given` are the fields of the line."""
        command = DispatchBatch(
            consignment_id=consignment_id,
            lines=(SerialLine(self.variant(sku), **given),),
            shipment_reference=None,
            occurred_at=None,
            idempotency_key=self.idempotency_key(),
        )
        return await dispatch_batch(self.vendor(by), command)

    @remembered
    async def pack(
        self, consignment_id: UUID, *packs: tuple[str | None, Span], sku: str = "AMB-1L", by: str = "PRN-1"
    ) -> UUID:
        """Declare packs, each with a code or None, and one range."""
        command = DeclarePacks(
            consignment_id=consignment_id,
            packs=tuple(NewPack(self.variant(sku), (span,), sscc) for sscc, span in packs),
            occurred_at=None,
            idempotency_key=self.idempotency_key(),
        )
        return await declare_packs(self.vendor(by), command)

    @remembered
    async def unpack(self, consignment_id: UUID, *ssccs: str, by: str = "PRN-1") -> UUID:
        """Open packs."""
        command = UnpackPacks(
            consignment_id=consignment_id, packs=ssccs, occurred_at=None, idempotency_key=self.idempotency_key()
        )
        return await unpack_packs(self.vendor(by), command)

    @remembered
    async def receive(self, batch_id: UUID, *, sku: str = "AMB-1L", by: str = "PCK-1", **given: Any) -> UUID:
        """Receive one variant of a batch; `given` are the fields of the line."""
        command = ReceiveBatch(
            batch_id=batch_id,
            lines=(ReceivedLine(self.variant(sku), **given),),
            occurred_at=None,
            idempotency_key=self.idempotency_key(),
        )
        return await receive_batch(self.vendor(by), command)

    @remembered
    async def commission(
        self,
        consignment_id: UUID,
        *spans: Span,
        batch_id: UUID | None = None,
        sku: str = "AMB-1L",
        by: str = "FAC-1",
        packs: tuple[str, ...] | None = None,
    ) -> UUID:
        """Commission serials, packs, or what is left of a batch."""
        named = spans if packs is None else spans or None
        command = CommissionCoupons(
            consignment_id=consignment_id,
            batch_id=batch_id,
            lines=None if batch_id else (NamedLine(self.variant(sku), named, packs),),
            occurred_at=None,
            idempotency_key=self.idempotency_key(),
        )
        return await commission_coupons(self.vendor(by), command)
