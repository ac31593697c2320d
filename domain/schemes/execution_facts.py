"""Stored facts about the execution of a scheme: its coupons, consignments, and artwork."""

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


class _FactOfArtwork(FactOfScheme, frozen=True):
    sku: str
    version: int


class ArtworkUploaded(_FactOfArtwork, frozen=True, tag="artworkUploaded"):
    """The actor uploaded a version of the artwork of a variant, with or without a note."""

    note: str | None


class ArtworkApproved(_FactOfArtwork, frozen=True, tag="artworkApproved"):
    """The actor approved the artwork of a variant for a vendor, with or without a comment.

    `withdrawn`: the vendor had asked for a revision of this version before.
    """

    vendor: str
    comment: str | None
    withdrawn: bool


class ArtworkRevisionRequested(_FactOfArtwork, frozen=True, tag="artworkRevisionRequested"):
    """The actor asked for a revision of the artwork of a variant for a vendor, with a comment."""

    vendor: str
    comment: str


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


StoredArtworkActivity = ArtworkUploaded | ArtworkApproved | ArtworkRevisionRequested
StoredExecutionFact = (
    CouponsGenerated
    | ShortfallClosed
    | ConsignmentCreated
    | ConsignmentUpdated
    | ConsignmentCanceled
    | CouponsRecalled
    | StoredArtworkActivity
)
