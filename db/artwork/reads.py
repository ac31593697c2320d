"""Statements that read and lock artwork: its facts for movements and reviews."""

from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Text, and_, any_, case, exists, false, func, literal_column, select
from sqlalchemy.orm import aliased

from db.artwork.rows import ArtworkFactsRow, DecisionRow, LineArtworkRow
from db.artwork.tables import ArtworkReviewTable, ArtworkTable, ArtworkVersionTable
from db.catalog.tables import VariantTable, VendorTable
from db.columns import columns, scalar
from db.consignments.tables import ConsignmentLegTable, ConsignmentLineTable, ConsignmentTable
from db.statement import Query, Statement, uuid, uuids

# The live consignments that carry the variant of an artwork: their chains review it.
LIVE_LINE: Final = and_(
    ConsignmentTable.scheme_id == ArtworkTable.scheme_id,
    ConsignmentTable.canceled_at.is_(None),
    ConsignmentLineTable.consignment_id == ConsignmentTable.id,
    ConsignmentLineTable.variant_id == ArtworkTable.variant_id,
)
CURRENT_VERSION: Final = and_(
    ArtworkVersionTable.artwork_id == ArtworkTable.id, ArtworkVersionTable.number == ArtworkTable.current_version
)
# A decision counts while its vendor takes part in a chain that carries the variant.
COUNTING_REVIEW: Final = and_(
    ArtworkReviewTable.artwork_id == ArtworkTable.id,
    ArtworkReviewTable.version == ArtworkTable.current_version,
    exists()
    .where(
        LIVE_LINE,
        ConsignmentLegTable.consignment_id == ConsignmentTable.id,
        ConsignmentLegTable.vendor_id == ArtworkReviewTable.vendor_id,
    )
    .correlate(ArtworkTable, ArtworkReviewTable),
)
IS_REQUEST: Final = ArtworkReviewTable.state == literal_column("'REVISION_REQUESTED'", Text)


def _chain_vendors() -> Any:
    """The vendors that share a chain of the variant with the one that decided."""
    asking, sharing = aliased(ConsignmentLegTable), aliased(ConsignmentLegTable)
    shared = (
        select(sharing.vendor_id)
        .distinct()
        .select_from(ConsignmentTable)
        .join(ConsignmentLineTable, ConsignmentLineTable.consignment_id == ConsignmentTable.id)
        .join(asking, asking.consignment_id == ConsignmentTable.id)
        .join(sharing, sharing.consignment_id == ConsignmentTable.id)
        .where(LIVE_LINE, asking.vendor_id == ArtworkReviewTable.vendor_id)
        .correlate(ArtworkTable, ArtworkReviewTable)
    )
    return func.array(shared.scalar_subquery())


def _facts() -> Query:
    return (
        select(
            *columns(
                ArtworkTable,
                ArtworkFactsRow,
                sku=VariantTable.sku,
                uploaded_at=ArtworkVersionTable.uploaded_at,
                decision=columns(
                    ArtworkReviewTable,
                    DecisionRow,
                    vendor_name=VendorTable.name,
                    chain_vendor_ids=case((IS_REQUEST, _chain_vendors())),
                ),
            )
        )
        .select_from(ArtworkTable)
        .join(VariantTable, VariantTable.id == ArtworkTable.variant_id)
        .outerjoin(ArtworkVersionTable, CURRENT_VERSION)
        .outerjoin(ArtworkReviewTable, COUNTING_REVIEW)
        .outerjoin(VendorTable, VendorTable.id == ArtworkReviewTable.vendor_id)
        .where(ArtworkTable.id == any_(uuids("ids")))
        .order_by(ArtworkTable.id, ArtworkReviewTable.decided_at, ArtworkReviewTable.vendor_id)
    )


# One row for each decision, the oldest first.
FACTS_BY_ARTWORK = Statement(_facts(), ArtworkFactsRow)


def _approved_by_first() -> Any:
    """Whether the first vendor of the consignment has approved the current version."""
    return exists().where(
        ArtworkReviewTable.artwork_id == ArtworkTable.id,
        ArtworkReviewTable.version == ArtworkTable.current_version,
        ArtworkReviewTable.state == literal_column("'APPROVED'", Text),
        ConsignmentLegTable.vendor_id == ArtworkReviewTable.vendor_id,
        ConsignmentLegTable.consignment_id == ConsignmentTable.id,
        ConsignmentLegTable.position == literal_column("1"),
    )


# How far the artwork lets the coupons of each line of consignments go.
ARTWORK_OF_LINES = Statement(
    select(
        *columns(
            ConsignmentLineTable,
            LineArtworkRow,
            line_id=ConsignmentLineTable.id,
            uploaded=func.coalesce(ArtworkTable.current_version > 0, false()),
            approved=_approved_by_first(),
            blocked=exists().where(COUNTING_REVIEW, IS_REQUEST),
        )
    )
    .select_from(ConsignmentLineTable)
    .join(ConsignmentTable, ConsignmentTable.id == ConsignmentLineTable.consignment_id)
    .outerjoin(
        ArtworkTable,
        and_(
            ArtworkTable.scheme_id == ConsignmentTable.scheme_id,
            ArtworkTable.variant_id == ConsignmentLineTable.variant_id,
        ),
    )
    .where(ConsignmentTable.id == any_(uuids("ids"))),
    LineArtworkRow,
)


@cache
def lock_artworks(*, exclusive: bool) -> Statement[UUID]:
    """Lock the artwork of variants of a scheme in the order of ids. Movements share the lock."""
    query = (
        select(ArtworkTable.id)
        .where(ArtworkTable.scheme_id == uuid("scheme_id"), ArtworkTable.variant_id == any_(uuids("variant_ids")))
        .order_by(ArtworkTable.id)
    )
    locked = query.with_for_update(key_share=True) if exclusive else query.with_for_update(read=True)
    return Statement(locked, scalar(UUID))
