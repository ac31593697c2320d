"""Stored facts about consignments, for the vendors of their chains and for Operations.

They hold the names of vendors at that time. A vendor learns the names of its neighbors in the chain only.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.stored_facts import StoredFact


class _FactOfConsignment(StoredFact, frozen=True):
    consignment_id: UUID
    code: str


class ConsignmentAssigned(_FactOfConsignment, frozen=True, tag="consignmentAssigned"):
    """The vendor takes part in the chain of a consignment, behind `sender`, or first."""

    quantity: int
    due_on: date | None
    sender: str | None


class ConsignmentRescheduled(_FactOfConsignment, frozen=True, tag="consignmentRescheduled"):
    """The due date of a consignment of the vendor changed, or was removed."""

    due_on: date | None


class ConsignmentRerouted(_FactOfConsignment, frozen=True, tag="consignmentRerouted"):
    """The neighbors of the vendor in the chain of a consignment changed to these; None at either end."""

    sender: str | None
    receiver: str | None


class ConsignmentWithdrawn(_FactOfConsignment, frozen=True, tag="consignmentWithdrawn"):
    """The vendor no longer takes part in the chain of a consignment."""


class ConsignmentStopped(_FactOfConsignment, frozen=True, tag="consignmentStopped"):
    """A consignment of the vendor was canceled, with a reason."""

    reason: str


class _FactOfBatch(_FactOfConsignment, frozen=True):
    batch_id: UUID
    batch: str


class BatchSent(_FactOfBatch, frozen=True, tag="batchSent"):
    """A vendor dispatched a batch to the reader."""

    sender: str
    quantity: int


class BatchTakenBack(_FactOfBatch, frozen=True, tag="batchTakenBack"):
    """A vendor voided the dispatch of a batch to the reader, with or without a reason."""

    sender: str
    reason: str | None


class ReceiptDiffers(_FactOfBatch, frozen=True, tag="receiptDiffers"):
    """The receiver of a batch of the reader received fewer coupons than it sent, or some that it did not send."""

    receiver: str
    missing: int
    not_sent: int


class DiscrepancyOpened(_FactOfBatch, frozen=True, tag="discrepancyOpened"):
    """What a vendor received of a batch differs from what another one sent, and the reader must resolve it."""

    sender: str
    receiver: str
    missing: int
    not_sent: int


class RecalledPlace(StrEnum):
    """Where recalled coupons are, for the vendor that must act on the recall."""

    PLANNED = "PLANNED"
    ON_HAND = "ON_HAND"
    ON_THE_WAY = "ON_THE_WAY"


class CouponsToDestroy(_FactOfConsignment, frozen=True, tag="couponsToDestroy"):
    """Operations recalled coupons that the vendor has or expects, with a reason."""

    sku: str
    quantity: int
    place: RecalledPlace
    reason: str


class CouponsSuperseded(StoredFact, frozen=True, tag="couponsSuperseded"):
    """A newer version of the artwork superseded what coupons of consignments carry.

    So many are held until the reader accepts or scraps them. Others were commissioned before, and stay as they are.
    """

    sku: str
    version: int
    codes: tuple[str, ...]
    held: int
    commissioned: int


class MissingCouponScanned(_FactOfConsignment, frozen=True, tag="missingCouponScanned"):
    """An ECP scanned a coupon of a consignment that is missing, or `lost`; the first one of its discrepancy."""

    sku: str
    serial: int
    lost: bool


StoredChainFact = (
    ConsignmentAssigned | ConsignmentRescheduled | ConsignmentRerouted | ConsignmentWithdrawn | ConsignmentStopped
)
StoredBatchFact = BatchSent | BatchTakenBack | ReceiptDiffers | DiscrepancyOpened
StoredConsignmentFact = StoredChainFact | StoredBatchFact | CouponsToDestroy | CouponsSuperseded | MissingCouponScanned
