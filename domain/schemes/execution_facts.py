"""Stored facts about the execution of a scheme: its coupons and consignments."""

from datetime import date

from domain.schemes.scheme_name import FactOfScheme


class CouponsGenerated(FactOfScheme, frozen=True, tag="couponsGenerated"):
    """The actor generated coupons of the scheme."""

    quantity: int


class ShortfallClosed(FactOfScheme, frozen=True, tag="shortfallClosed"):
    """The actor closed the shortfall of a variant with a reason: these coupons will not be generated."""

    sku: str
    quantity: int
    reason: str


class ConsignmentCreated(FactOfScheme, frozen=True, tag="consignmentCreated"):
    """The actor gave coupons of the scheme to a chain of vendors."""

    code: str
    quantity: int
    vendors: tuple[str, ...]


class ConsignmentUpdated(FactOfScheme, frozen=True, tag="consignmentUpdated"):
    """The actor changed the due date of a consignment, its vendors, or both; None is what did not change."""

    code: str
    due_on: date | None
    due_changed: bool
    vendors: tuple[str, ...] | None


class ConsignmentCanceled(FactOfScheme, frozen=True, tag="consignmentCanceled"):
    """The actor canceled a consignment with a reason. Its coupons are void, or another consignment can take them."""

    code: str
    quantity: int
    voided: bool
    reason: str


class CouponsRecalled(FactOfScheme, frozen=True, tag="couponsRecalled"):
    """The actor recalled coupons of the scheme with a reason: they are void."""

    quantity: int
    reason: str


StoredExecutionFact = (
    CouponsGenerated | ShortfallClosed | ConsignmentCreated | ConsignmentUpdated | ConsignmentCanceled | CouponsRecalled
)
