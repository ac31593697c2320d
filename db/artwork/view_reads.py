"""Statements that read artwork as clients see it, and the one predicate of its visibility."""

from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, ColumnElement, Text, any_, exists, func, literal_column, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from db.artwork.execution_reads import review_order, select_reviewers
from db.artwork.reads import COUNTING_REVIEW, IS_REQUEST, LIVE_LINE
from db.artwork.rows import ArtworkRow, BlockedLineRow, HeldRow, ReviewerRow, SharingRow, VersionRow
from db.artwork.tables import ArtworkTable, ArtworkVersionTable
from db.catalog.reads import VENDOR_COLUMNS
from db.catalog.tables import VariantTable, VendorTable
from db.columns import columns, scalar
from db.consignments.custody_tables import CustodyPlaceTable
from db.consignments.tables import ConsignmentLegTable, ConsignmentLineTable, ConsignmentTable
from db.files.rows import StoredFileRow
from db.files.tables import StoredFileTable
from db.statement import Query, Statement, uuid, uuids
from domain.consignments.facts import SETTLED_CONDITIONS
from domain.viewers import ConsignmentScope

ARTWORK_COLUMNS: Final = columns(ArtworkTable, ArtworkRow)


def visible(scope: ConsignmentScope) -> ColumnElement[bool]:
    """The one predicate of the artwork that a viewer may see.

    Viewers of all consignments see all artwork, which only approved schemes have. A vendor sees that of the variants
    that its chains carry, by the parameter `viewer_vendor_id`.
    """
    if scope is ConsignmentScope.OWN:
        return carried_by(uuid("viewer_vendor_id"))
    # Not false(), which SQLAlchemy would let swallow every other predicate together with its parameters.
    return true() if scope is ConsignmentScope.ALL else literal_column("false", Boolean)


def carried_by(vendor_id: Any) -> ColumnElement[bool]:
    """The predicate of the artwork whose variant a live consignment carries through a chain with the vendor."""
    return (
        exists()
        .where(
            LIVE_LINE,
            ConsignmentLegTable.consignment_id == ConsignmentTable.id,
            ConsignmentLegTable.vendor_id == vendor_id,
        )
        .correlate(ArtworkTable)
    )


def select_artworks(scope: ConsignmentScope) -> Query:
    """The artwork that the scope shows."""
    return select(*ARTWORK_COLUMNS).where(visible(scope))


@cache
def artworks_by_id(scope: ConsignmentScope) -> Statement[ArtworkRow]:
    """The artwork of the parameter `ids` that the scope shows, in any order."""
    return Statement(select_artworks(scope).where(ArtworkTable.id == any_(uuids("ids"))), ArtworkRow)


@cache
def artworks_by_scheme(scope: ConsignmentScope) -> Statement[ArtworkRow]:
    """The artwork of the schemes of the parameter `ids` that the scope shows, by SKU."""
    query = (
        select_artworks(scope)
        .join(VariantTable, VariantTable.id == ArtworkTable.variant_id)
        .where(ArtworkTable.scheme_id == any_(uuids("ids")))
        .order_by(ArtworkTable.scheme_id, VariantTable.sku)
    )
    return Statement(query, ArtworkRow)


# The newest first, at most so many of each.
LISTED_VERSIONS: Final = 200
VERSIONS_BY_ARTWORK = Statement(
    select(
        *columns(
            ArtworkVersionTable,
            VersionRow,
            content_type=StoredFileTable.content_type,
            byte_size=StoredFileTable.byte_size,
        )
    )
    .join(StoredFileTable, StoredFileTable.id == ArtworkVersionTable.file_id)
    .join(ArtworkTable, ArtworkTable.id == ArtworkVersionTable.artwork_id)
    .where(
        ArtworkTable.id == any_(uuids("ids")),
        ArtworkVersionTable.number > ArtworkTable.current_version - LISTED_VERSIONS,
    )
    .order_by(ArtworkVersionTable.artwork_id, ArtworkVersionTable.number.desc()),
    VersionRow,
)


# The artwork with a file among its versions or their small pictures.
ARTWORKS_WITH_FILE = Statement(
    select(ArtworkVersionTable.artwork_id)
    .where(or_(ArtworkVersionTable.file_id == uuid("file_id"), ArtworkVersionTable.thumbnail_id == uuid("file_id")))
    .distinct(),
    scalar(UUID),
)
# The file of a version that has no small picture yet.
UNDRAWN_FILE = Statement(
    select(*columns(StoredFileTable, StoredFileRow))
    .join(ArtworkVersionTable, ArtworkVersionTable.file_id == StoredFileTable.id)
    .where(ArtworkVersionTable.id == uuid("version_id"), ArtworkVersionTable.thumbnail_id.is_(None)),
    StoredFileRow,
)


def _reviewers() -> Query:
    own: Any = aliased(ArtworkTable)
    reviewer = select_reviewers(
        exists().where(
            own.id == any_(uuids("ids")),
            own.scheme_id == ConsignmentTable.scheme_id,
            own.variant_id == ConsignmentLineTable.variant_id,
        )
    ).subquery("reviewer")
    return (
        select(
            *columns(
                ArtworkTable, ReviewerRow, artwork_id=ArtworkTable.id, vendor=VENDOR_COLUMNS, since=reviewer.c.since
            )
        )
        .select_from(reviewer)
        .join(
            ArtworkTable,
            (ArtworkTable.scheme_id == reviewer.c.scheme_id) & (ArtworkTable.variant_id == reviewer.c.variant_id),
        )
        .join(VendorTable, VendorTable.id == reviewer.c.vendor_id)
        .order_by(ArtworkTable.id, *review_order(reviewer.c))
    )


REVIEWERS_BY_ARTWORK = Statement(_reviewers(), ReviewerRow)


def _chain() -> Any:
    return (
        select(func.array_agg(aggregate_order_by(ConsignmentLegTable.vendor_id, ConsignmentLegTable.position)))
        .where(ConsignmentLegTable.consignment_id == ConsignmentTable.id)
        .correlate(ConsignmentTable)
        .scalar_subquery()
    )


# The live consignments with coupons of the variant that are not settled, the oldest first.
HELD_BY_ARTWORK = Statement(
    select(
        *columns(
            ArtworkTable,
            HeldRow,
            artwork_id=ArtworkTable.id,
            consignment_id=ConsignmentTable.id,
            vendor_ids=_chain(),
            quantity=func.sum(CustodyPlaceTable.quantity).cast(BigInteger),
        )
    )
    .select_from(ArtworkTable)
    .join(ConsignmentTable, ConsignmentTable.scheme_id == ArtworkTable.scheme_id)
    .join(ConsignmentLineTable, ConsignmentLineTable.consignment_id == ConsignmentTable.id)
    .join(CustodyPlaceTable, CustodyPlaceTable.line_id == ConsignmentLineTable.id)
    .where(
        ArtworkTable.id == any_(uuids("ids")),
        ConsignmentLineTable.variant_id == ArtworkTable.variant_id,
        ConsignmentTable.canceled_at.is_(None),
        CustodyPlaceTable.quantity > 0,
        CustodyPlaceTable.condition.not_in([literal_column(f"'{each}'", Text) for each in sorted(SETTLED_CONDITIONS)]),
    )
    .group_by(ArtworkTable.id, ConsignmentTable.id)
    .order_by(ArtworkTable.id, ConsignmentTable.created_at, ConsignmentTable.id),
    HeldRow,
)


def _sharing() -> Query:
    """The vendors that share a chain of the variant with the vendor of the parameter `viewer_vendor_id`."""
    own = aliased(ConsignmentLegTable)
    return (
        select(ArtworkTable.id.label("artwork_id"), ConsignmentLegTable.vendor_id)
        .distinct()
        .select_from(ArtworkTable)
        .join(ConsignmentTable, ConsignmentTable.scheme_id == ArtworkTable.scheme_id)
        .join(ConsignmentLineTable, ConsignmentLineTable.consignment_id == ConsignmentTable.id)
        .join(ConsignmentLegTable, ConsignmentLegTable.consignment_id == ConsignmentTable.id)
        .join(own, own.consignment_id == ConsignmentTable.id)
        .where(LIVE_LINE, ArtworkTable.id == any_(uuids("ids")), own.vendor_id == uuid("viewer_vendor_id"))
    )


SHARING_BY_ARTWORK = Statement(_sharing(), SharingRow)
_UNSETTLED: Final = exists().where(
    CustodyPlaceTable.line_id == ConsignmentLineTable.id,
    CustodyPlaceTable.quantity > 0,
    CustodyPlaceTable.condition.not_in([literal_column(f"'{each}'", Text) for each in sorted(SETTLED_CONDITIONS)]),
)
# The artwork of consignments that an open request for a revision holds.
BLOCKED_LINES = Statement(
    select(ConsignmentTable.id.label("consignment_id"), ArtworkTable.id.label("artwork_id"))
    .select_from(ConsignmentTable)
    .join(ConsignmentLineTable, ConsignmentLineTable.consignment_id == ConsignmentTable.id)
    .join(ArtworkTable, LIVE_LINE)
    .join(VariantTable, VariantTable.id == ArtworkTable.variant_id)
    .where(
        ConsignmentTable.id == any_(uuids("ids")),
        exists().where(COUNTING_REVIEW, IS_REQUEST).correlate(ArtworkTable),
        _UNSETTLED,
    )
    .order_by(ConsignmentTable.id, VariantTable.sku),
    BlockedLineRow,
)
# Those of the artwork of the parameter `ids` that the vendor of the parameter `viewer_vendor_id` reviews.
REVIEWED_BY_VENDOR = Statement(
    select(ArtworkTable.id).where(ArtworkTable.id == any_(uuids("ids")), carried_by(uuid("viewer_vendor_id"))),
    scalar(UUID),
)
