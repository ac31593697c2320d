"""Enums of consignments: statuses, kinds and orders."""

from db.consignments.pages import SORTS
from domain.consignments.facts import (
    BatchStatus,
    Condition,
    ConsignmentOrder,
    ConsignmentStatus,
    DiscrepancyKind,
    MovementKind,
)
from domain.consignments.guards import BatchAction, ConsignmentAction
from schema.descriptions import described

described(
    ConsignmentStatus,
    "The status of a consignment, derived from where its coupons are and from artwork.",
    {
        ConsignmentStatus.AWAITING_ARTWORK: "Nothing is produced yet, and the first vendor has not approved the "
        "artwork of any variant.",
        ConsignmentStatus.ARTWORK_BLOCKED: "A vendor asked for a revision of the artwork of a variant, and its coupons "
        "are not all settled. Nobody can produce or dispatch them.",
        ConsignmentStatus.READY: "The first vendor can produce, and nothing is produced yet.",
        ConsignmentStatus.IN_PRODUCTION: "Coupons are produced, and some are still to be produced or on hand at a "
        "vendor.",
        ConsignmentStatus.IN_TRANSIT: "Every coupon is on its way between vendors, or is settled.",
        ConsignmentStatus.DELIVERED: "Every coupon is commissioned, damaged, lost or void.",
        ConsignmentStatus.CANCELED: "Operations canceled the consignment before production.",
    },
)
described(
    BatchStatus,
    "The status of a batch.",
    {
        BatchStatus.IN_TRANSIT: "The batch is on its way to the next vendor.",
        BatchStatus.PARTLY_RECEIVED: "A part of the batch arrived, and the rest is on its way.",
        BatchStatus.RECEIVED: "The next vendor received the batch.",
        BatchStatus.VOIDED: "The sender voided the dispatch before any of it was received.",
    },
)
described(
    MovementKind,
    "What a movement did to coupons.",
    {
        MovementKind.PRODUCED: "The first vendor produced coupons.",
        MovementKind.SPOILED: "The first vendor spoiled coupons in production. They are void.",
        MovementKind.PACKED: "A vendor put coupons into a pack.",
        MovementKind.UNPACKED: "A pack was opened, and its coupons are loose.",
        MovementKind.DISPATCHED: "A vendor sent coupons to the next vendor.",
        MovementKind.DISPATCH_VOIDED: "A vendor voided a dispatch, and the coupons are on hand again.",
        MovementKind.RECEIVED: "A vendor received coupons.",
        MovementKind.RECEIPT_VOIDED: "A vendor voided a receipt, and the coupons are on their way again.",
        MovementKind.DAMAGED: "A vendor received damaged coupons, or reported damage to coupons on hand.",
        MovementKind.SHORT: "Coupons of a batch did not arrive. They belong to a discrepancy.",
        MovementKind.COMMISSIONED: "The last vendor put coupons into products. ECPs can redeem them.",
        MovementKind.DISCREPANCY_RESOLVED: "Operations found what happened to coupons of a discrepancy.",
        MovementKind.VOIDED: "Coupons became void, by a recall or by canceling their consignment.",
    },
    name="BatchMovementKind",
)
described(
    Condition,
    "The condition of coupons at a vendor or in a batch.",
    {
        Condition.PLANNED: "The coupons are not produced yet.",
        Condition.GOOD: "The coupons are produced and good.",
        Condition.UNRESOLVED: "The coupons did not arrive and belong to an open discrepancy.",
        Condition.DAMAGED: "The coupons are damaged.",
        Condition.LOST: "The coupons are lost.",
        Condition.VOID: "The coupons are void for ever.",
        Condition.COMMISSIONED: "The coupons are active: ECPs can redeem them.",
    },
    name="CouponCondition",
)
described(
    DiscrepancyKind,
    "The kind of difference between what was sent and what arrived, or between artwork and what is printed.",
    {
        DiscrepancyKind.SHORT: "Coupons of a batch did not arrive.",
        DiscrepancyKind.OVER_SENT: "Coupons arrived with a batch that did not list them.",
        DiscrepancyKind.ARTWORK_SUPERSEDED: "Coupons carry artwork that a newer version superseded.",
    },
)
described(
    ConsignmentAction,
    "An action on a consignment.",
    {
        ConsignmentAction.UPDATE: "Change the due date or vendors that have not started, with `updateConsignment`.",
        ConsignmentAction.CANCEL: "Cancel the consignment before production, with `cancelConsignment`.",
        ConsignmentAction.DOWNLOAD_CODES: "Download the codes of the coupons, with `requestCodeDownload`.",
        ConsignmentAction.RECORD_PRODUCTION: "Report produced and spoiled coupons, with `recordProduction`.",
        ConsignmentAction.DECLARE_PACKS: "Put coupons on hand into packs, with `declarePacks`.",
        ConsignmentAction.UNPACK_PACKS: "Open packs on hand, with `unpackPacks`.",
        ConsignmentAction.DISPATCH: "Send coupons on hand to the next vendor, with `dispatchBatch`.",
        ConsignmentAction.COMMISSION: "Commission coupons on hand at the end of the chain, with `commissionCoupons`.",
        ConsignmentAction.REPORT_DAMAGE: "Report damage to coupons on hand, with `reportDamage`.",
    },
)
described(
    BatchAction,
    "An action on a batch.",
    {
        BatchAction.VOID_DISPATCH: "Take back the dispatch before any of it is received, with `voidDispatch`.",
        BatchAction.RECEIVE: "Report what arrived, with `receiveBatch`.",
        BatchAction.VOID_RECEIPT: "Take back the receipts while nothing has moved on, with `voidReceipt`.",
    },
)
described(
    ConsignmentOrder,
    "The order of a list of consignments.",
    {order: sort.description for order, sort in SORTS.items()},
)

__all__ = [
    "BatchAction",
    "BatchStatus",
    "Condition",
    "ConsignmentAction",
    "ConsignmentOrder",
    "ConsignmentStatus",
    "DiscrepancyKind",
    "MovementKind",
]
