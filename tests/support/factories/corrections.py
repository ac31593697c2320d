"""Corrections of consignments: what is voided, resolved, recalled, canceled, or changed, through the real resolvers."""

from typing import Any
from uuid import UUID

from domain.spans import Span
from graphql_api.context import Environment
from resolvers.consignments.cancel_consignment import CancelConsignment, cancel_consignment
from resolvers.consignments.report_damage import ReportDamage, report_damage
from resolvers.consignments.resolve_discrepancy import ResolveDiscrepancy, resolve_discrepancy
from resolvers.consignments.serial_inputs import NamedLine
from resolvers.consignments.update_consignment import UpdateConsignment, update_consignment
from resolvers.consignments.void_coupons import Recall, VoidCoupons, void_coupons
from resolvers.consignments.void_dispatch import VoidDispatch, void_dispatch
from resolvers.consignments.void_receipt import VoidReceipt, void_receipt
from resolvers.coupons.close_shortfall import CloseShortfall, close_shortfall
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.remembered import remembered

REASON = "A mistake."


class CorrectionFactory:
    """Corrects what a factory of consignments has made."""

    def __init__(self, consignments: ConsignmentFactory) -> None:
        self.consignments = consignments

    @property
    def environment(self) -> Environment:
        """The environment of its operations."""
        return self.consignments.environment

    @remembered
    async def void_dispatch(self, batch_id: UUID, *, by: str = "PRN-1", key: str | None = None) -> UUID:
        """Take back a batch."""
        command = VoidDispatch(batch_id=batch_id, reason=REASON, idempotency_key=key or self._key())
        return await void_dispatch(self.consignments.vendor(by), command)

    @remembered
    async def void_receipt(self, batch_id: UUID, *, by: str = "PCK-1", key: str | None = None) -> UUID:
        """Take back the receipts of a batch."""
        command = VoidReceipt(batch_id=batch_id, reason=REASON, idempotency_key=key or self._key())
        return await void_receipt(self.consignments.vendor(by), command)

    @remembered
    async def report_damage(
        self,
        consignment_id: UUID,
        *spans: Span,
        by: str = "PRN-1",
        sku: str = "AMB-1L",
        key: str | None = None,
        packs: tuple[str, ...] | None = None,
    ) -> UUID:
        """Report damaged serials and packs on hand."""
        lines = (NamedLine(self.consignments.variant(sku), spans if packs is None else spans or None, packs),)
        command = ReportDamage(
            consignment_id=consignment_id, lines=lines, note="It got wet.", idempotency_key=key or self._key()
        )
        return await report_damage(self.consignments.vendor(by), command)

    @remembered
    async def resolve(self, discrepancy_id: UUID, key: str | None = None, **outcomes: tuple[Any, ...]) -> UUID:
        """Resolve serials of a discrepancy."""
        given: dict[str, Any] = {**dict.fromkeys(("found", "damaged", "lost", "dismissed")), **outcomes}
        command = ResolveDiscrepancy(
            discrepancy_id=discrepancy_id, note="We counted.", idempotency_key=key or self._key(), **given
        )
        return await resolve_discrepancy(self.consignments.operations(), command)

    @remembered
    async def recall(self, scheme_id: UUID, *spans: Span, key: str | None = None) -> Recall:
        """Recall serials."""
        command = VoidCoupons(scheme_id=scheme_id, serials=spans, reason=REASON, idempotency_key=key or self._key())
        return await void_coupons(self.consignments.operations(), command)

    @remembered
    async def cancel(self, consignment_id: UUID, key: str | None = None) -> UUID:
        """Cancel a consignment."""
        command = CancelConsignment(consignment_id=consignment_id, reason=REASON, idempotency_key=key)
        return await cancel_consignment(self.consignments.operations(), command)

    @remembered
    async def update(self, consignment_id: UUID, **changes: Any) -> UUID:
        """Change a consignment."""
        command = UpdateConsignment(consignment_id=consignment_id, **changes)
        return await update_consignment(self.consignments.operations(), command)

    @remembered
    async def close_shortfall(self, scheme_id: UUID, *, sku: str = "AMB-1L", key: str | None = None) -> UUID:
        """Close the shortfall of a variant."""
        command = CloseShortfall(
            scheme_id=scheme_id,
            variant_id=self.consignments.variant(sku),
            reason=REASON,
            idempotency_key=key or self._key(),
        )
        return await close_shortfall(self.consignments.operations(), command)

    def _key(self) -> str:
        return self.consignments.idempotency_key()
