"""Root fields of Mutation about consignments."""

import strawberry

from domain.permissions import Permission
from resolvers.consignments.cancel_consignment import cancel_consignment
from resolvers.consignments.commission_coupons import commission_coupons
from resolvers.consignments.create_consignment import create_consignment
from resolvers.consignments.dispatch_batch import dispatch_batch
from resolvers.consignments.receive_batch import receive_batch
from resolvers.consignments.record_production import record_production
from resolvers.consignments.report_damage import report_damage
from resolvers.consignments.resolve_discrepancy import resolve_discrepancy
from resolvers.consignments.update_consignment import update_consignment
from resolvers.consignments.void_coupons import void_coupons
from resolvers.consignments.void_dispatch import void_dispatch
from resolvers.consignments.void_receipt import void_receipt
from schema.consignments import allocation_inputs, custody_inputs, payloads
from schema.fields import AppInfo
from schema.roots import mutation


@strawberry.type
class AllocationMutations:
    @mutation(
        requires=Permission.CONSIGNMENT_MANAGE,
        description="Give coupons of a scheme to a chain of vendors. The consignment takes the lowest serials that are "
        "not allocated.",
    )
    async def create_consignment(
        self, info: AppInfo, input: allocation_inputs.CreateConsignmentInput
    ) -> payloads.CreateConsignmentPayload:
        return payloads.CreateConsignmentPayload(key=await create_consignment(info.context, input.to_command()))

    @mutation(
        requires=Permission.CONSIGNMENT_MANAGE,
        description="Cancel a consignment of which nothing is produced. Its coupons can be allocated again. If "
        "somebody downloaded the codes or some coupons are void, all become void and new ones must be generated.",
    )
    async def cancel_consignment(
        self, info: AppInfo, input: allocation_inputs.CancelConsignmentInput
    ) -> payloads.CancelConsignmentPayload:
        return payloads.CancelConsignmentPayload(key=await cancel_consignment(info.context, input.to_command()))

    @mutation(
        requires=Permission.CONSIGNMENT_MANAGE,
        description="Change the due date of a consignment, and vendors to which no coupons are or were on their way.",
    )
    async def update_consignment(
        self, info: AppInfo, input: allocation_inputs.UpdateConsignmentInput
    ) -> payloads.UpdateConsignmentPayload:
        return payloads.UpdateConsignmentPayload(key=await update_consignment(info.context, input.to_command()))

    @mutation(
        requires=Permission.DISCREPANCY_RESOLVE,
        description="Say what became of serials of a discrepancy. It is resolved when no serials are open.",
    )
    async def resolve_discrepancy(
        self, info: AppInfo, input: allocation_inputs.ResolveDiscrepancyInput
    ) -> payloads.ResolveDiscrepancyPayload:
        return payloads.ResolveDiscrepancyPayload(key=await resolve_discrepancy(info.context, input.to_command()))

    @mutation(
        requires=Permission.COUPON_VOID,
        description="Recall coupons by serial, wherever they are. They become void for ever, stay where they are, and "
        "travel on with their batch. Coupons that are void already are counted and left alone.",
    )
    async def void_coupons(
        self, info: AppInfo, input: allocation_inputs.VoidCouponsInput
    ) -> payloads.VoidCouponsPayload:
        return payloads.VoidCouponsPayload.of(await void_coupons(info.context, input.to_command()))


@strawberry.type
class CustodyMutations:
    @mutation(
        requires=Permission.CUSTODY_RECORD,
        description="Record which coupons the first vendor produced, and which it spoiled.",
    )
    async def record_production(
        self, info: AppInfo, input: custody_inputs.RecordProductionInput
    ) -> payloads.RecordProductionPayload:
        return payloads.RecordProductionPayload(key=await record_production(info.context, input.to_command()))

    @mutation(
        requires=Permission.CUSTODY_RECORD,
        description="Send coupons that the vendor has on hand to the next vendor of the chain, in a new batch.",
    )
    async def dispatch_batch(
        self, info: AppInfo, input: custody_inputs.DispatchBatchInput
    ) -> payloads.DispatchBatchPayload:
        return payloads.DispatchBatchPayload(key=await dispatch_batch(info.context, input.to_command()))

    @mutation(
        requires=Permission.CUSTODY_RECORD,
        description="Take back a batch that the vendor sent and of which nothing is received.",
    )
    async def void_dispatch(
        self, info: AppInfo, input: custody_inputs.VoidDispatchInput
    ) -> payloads.VoidDispatchPayload:
        return payloads.VoidDispatchPayload(key=await void_dispatch(info.context, input.to_command()))

    @mutation(
        requires=Permission.CUSTODY_RECORD,
        description="Record what arrived of a batch that was sent to the vendor. What is missing, and what arrived "
        "without having been sent, opens discrepancies.",
    )
    async def receive_batch(
        self, info: AppInfo, input: custody_inputs.ReceiveBatchInput
    ) -> payloads.ReceiveBatchPayload:
        return payloads.ReceiveBatchPayload(key=await receive_batch(info.context, input.to_command()))

    @mutation(
        requires=Permission.CUSTODY_RECORD,
        description="Take back all receipts of a batch while everything is where they put it. The batch is on its way "
        "again, and its open discrepancies are resolved.",
    )
    async def void_receipt(self, info: AppInfo, input: custody_inputs.VoidReceiptInput) -> payloads.VoidReceiptPayload:
        return payloads.VoidReceiptPayload(key=await void_receipt(info.context, input.to_command()))

    @mutation(
        requires=Permission.CUSTODY_RECORD,
        description="Record coupons that were damaged while the vendor had them. They move nowhere any more.",
    )
    async def report_damage(
        self, info: AppInfo, input: custody_inputs.ReportDamageInput
    ) -> payloads.ReportDamagePayload:
        return payloads.ReportDamagePayload(key=await report_damage(info.context, input.to_command()))

    @mutation(
        requires=Permission.CUSTODY_RECORD,
        description="Activate coupons that the last vendor of the chain has put into products. ECPs can redeem them "
        "from then on.",
    )
    async def commission_coupons(
        self, info: AppInfo, input: custody_inputs.CommissionCouponsInput
    ) -> payloads.CommissionCouponsPayload:
        return payloads.CommissionCouponsPayload(key=await commission_coupons(info.context, input.to_command()))
