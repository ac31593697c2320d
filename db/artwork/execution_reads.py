"""Statements that read how far the artwork of schemes is: the versions of each variant, and the reviews of vendors."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Text, and_, any_, exists, func, literal_column, select
from sqlalchemy.orm import aliased

from db.artwork.reads import CURRENT_VERSION
from db.artwork.tables import ArtworkReviewTable, ArtworkTable, ArtworkVersionTable
from db.catalog.tables import VariantTable, VendorTable
from db.columns import columns, scalar
from db.consignments.tables import ConsignmentLegTable, ConsignmentLineTable, ConsignmentStateTable, ConsignmentTable
from db.statement import Query, Statement, uuid, uuids
from domain.consignments.facts import CustodyStatus


class ArtworkExecutionRow(NamedTuple):
    """The artwork of a variant of a scheme: its current version, and when the first and the current were uploaded."""

    scheme_id: UUID
    variant_id: UUID
    version: int
    first_uploaded_at: datetime | None
    uploaded_at: datetime | None


class ReviewExecutionRow(NamedTuple):
    """The review of the current version by a vendor, whose first live consignment was created at `since`."""

    scheme_id: UUID
    variant_id: UUID
    vendor_id: UUID
    vendor_name: str
    since: datetime
    state: str
    decided_at: datetime | None
    comment: str | None


def select_reviewers(*predicates: Any) -> Any:
    """The vendors whose live consignments carry each variant of schemes, and when the first of those was created."""
    return (
        select(
            ConsignmentTable.scheme_id,
            ConsignmentLineTable.variant_id,
            ConsignmentLegTable.vendor_id,
            func.min(ConsignmentTable.created_at).label("since"),
            func.min(ConsignmentLegTable.position).label("position"),
        )
        .select_from(ConsignmentTable)
        .join(ConsignmentLineTable, ConsignmentLineTable.consignment_id == ConsignmentTable.id)
        .join(ConsignmentLegTable, ConsignmentLegTable.consignment_id == ConsignmentTable.id)
        .where(ConsignmentTable.canceled_at.is_(None), *predicates)
        .group_by(ConsignmentTable.scheme_id, ConsignmentLineTable.variant_id, ConsignmentLegTable.vendor_id)
    )


def review_order(reviewer: Any) -> tuple[Any, ...]:
    """The order of reviewers: the earliest first, and those of one consignment in the order of its chain."""
    return reviewer.since, reviewer.position, reviewer.vendor_id


def _reviews() -> Query:
    reviewer = select_reviewers(ConsignmentTable.scheme_id == any_(uuids("ids"))).subquery("reviewer")
    return (
        select(
            reviewer.c.scheme_id,
            reviewer.c.variant_id,
            reviewer.c.vendor_id,
            VendorTable.name.label("vendor_name"),
            reviewer.c.since,
            func.coalesce(ArtworkReviewTable.state, literal_column("'PENDING'", Text)).label("state"),
            ArtworkReviewTable.decided_at,
            ArtworkReviewTable.comment,
        )
        .select_from(reviewer)
        .join(VendorTable, VendorTable.id == reviewer.c.vendor_id)
        .outerjoin(
            ArtworkTable,
            and_(ArtworkTable.scheme_id == reviewer.c.scheme_id, ArtworkTable.variant_id == reviewer.c.variant_id),
        )
        .outerjoin(
            ArtworkReviewTable,
            and_(
                ArtworkReviewTable.artwork_id == ArtworkTable.id,
                ArtworkReviewTable.version == ArtworkTable.current_version,
                ArtworkReviewTable.vendor_id == reviewer.c.vendor_id,
            ),
        )
        .order_by(reviewer.c.scheme_id, reviewer.c.variant_id, *review_order(reviewer.c))
    )


_FIRST: Any = aliased(ArtworkVersionTable)
VERSIONS_BY_SCHEME = Statement(
    select(
        *columns(
            ArtworkTable,
            ArtworkExecutionRow,
            version=ArtworkTable.current_version,
            first_uploaded_at=_FIRST.uploaded_at,
            uploaded_at=ArtworkVersionTable.uploaded_at,
        )
    )
    .select_from(ArtworkTable)
    .join(VariantTable, VariantTable.id == ArtworkTable.variant_id)
    .outerjoin(ArtworkVersionTable, CURRENT_VERSION)
    .outerjoin(_FIRST, and_(_FIRST.artwork_id == ArtworkTable.id, _FIRST.number == literal_column("1")))
    .where(ArtworkTable.scheme_id == any_(uuids("ids")))
    .order_by(ArtworkTable.scheme_id, VariantTable.sku),
    ArtworkExecutionRow,
)
# The reviews of each variant of schemes, the vendor of the first consignment first.
REVIEWS_BY_SCHEME = Statement(_reviews(), ReviewExecutionRow)
# The consignments of a scheme that are not finished and carry one of the variants in the parameter `variant_ids`.
UNFINISHED_CARRIERS = Statement(
    select(ConsignmentTable.id)
    .join(ConsignmentStateTable, ConsignmentStateTable.consignment_id == ConsignmentTable.id)
    .where(
        ConsignmentTable.scheme_id == uuid("scheme_id"),
        ConsignmentTable.canceled_at.is_(None),
        ConsignmentStateTable.custody_status != literal_column(f"'{CustodyStatus.DELIVERED}'", Text),
        exists().where(
            ConsignmentLineTable.consignment_id == ConsignmentTable.id,
            ConsignmentLineTable.variant_id == any_(uuids("variant_ids")),
        ),
    )
    .order_by(ConsignmentTable.id),
    scalar(UUID),
)
# Whether a vendor asked for a revision of the current version of one of these variants, reviewer or not.
ANY_REQUEST = Statement(
    select(
        exists().where(
            ArtworkTable.scheme_id == uuid("scheme_id"),
            ArtworkTable.variant_id == any_(uuids("variant_ids")),
            ArtworkReviewTable.artwork_id == ArtworkTable.id,
            ArtworkReviewTable.version == ArtworkTable.current_version,
            ArtworkReviewTable.state == literal_column("'REVISION_REQUESTED'", Text),
        )
    ),
    scalar(bool),
)
