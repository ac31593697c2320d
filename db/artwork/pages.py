"""Statements that list and count artwork: filters, tasks, and keyset pages."""

from functools import cache
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, Text, and_, any_, exists, func, literal_column, select

from db.artwork.reads import COUNTING_REVIEW, CURRENT_VERSION, IS_REQUEST, LIVE_LINE
from db.artwork.rows import ArtworkRow
from db.artwork.tables import ArtworkReviewTable, ArtworkTable, ArtworkVersionTable
from db.artwork.view_reads import carried_by, select_artworks, visible
from db.consignments.tables import ConsignmentLegTable, ConsignmentLineTable, ConsignmentTable
from db.counting import counting
from db.keyset import Sort, keyset
from db.statement import Statement, texts, uuid
from domain.viewers import ConsignmentScope
from domain.work.queues import ArtworkTask

NEWEST_ARTWORK: Final = Sort(ArtworkTable.created_at, descending=True, description="Newest first.")
OLDEST_ARTWORK: Final = Sort(ArtworkTable.created_at, description="Oldest first.")


class ArtworkFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters. Statements are cached by this shape."""

    scheme_id: bool = False
    states: bool = False


@cache
def artwork_page(
    scope: ConsignmentScope, filters: ArtworkFilters, *, backward: bool, resumed: bool
) -> Statement[ArtworkRow]:
    """A page of artwork; see `db.keyset.keyset` for its parameters beside those of the filters."""
    query = select_artworks(scope).where(*_predicates(scope, filters))
    page = keyset(query, NEWEST_ARTWORK, rows=ArtworkTable, backward=backward, resumed=resumed)
    return Statement(page, ArtworkRow)


@cache
def artwork_count(scope: ConsignmentScope, filters: ArtworkFilters) -> Statement[int]:
    """How much artwork matches."""
    return counting(select(ArtworkTable.id).where(visible(scope), *_predicates(scope, filters)))


@cache
def artworks_of_task(task: ArtworkTask, *, backward: bool, resumed: bool) -> Statement[ArtworkRow]:
    """A page of the artwork with a task; that of vendors takes the parameter `vendor_id`."""
    query = select_artworks(ConsignmentScope.ALL).where(waits_for(task))
    page = keyset(query, OLDEST_ARTWORK, rows=ArtworkTable, backward=backward, resumed=resumed)
    return Statement(page, ArtworkRow)


@cache
def count_of_task(task: ArtworkTask) -> Statement[int]:
    """How much artwork has a task."""
    return counting(select(ArtworkTable.id).where(waits_for(task)))


def waits_for(task: ArtworkTask) -> ColumnElement[bool]:
    """The predicate of artwork that a designer must revise, or the vendor in the parameter `vendor_id` must review."""
    if task is ArtworkTask.REVISE:
        return exists().where(COUNTING_REVIEW, IS_REQUEST).correlate(ArtworkTable)
    return and_(
        ArtworkTable.current_version > literal_column("0"),
        carried_by(uuid("vendor_id")),
        ~_decided(ArtworkReviewTable.vendor_id == uuid("vendor_id")),
    )


def waiting_since(task: ArtworkTask) -> Any:
    """When the oldest of the artwork with a task began to wait: the oldest request, or the oldest current version."""
    if task is ArtworkTask.REVISE:
        asked = select(func.min(ArtworkReviewTable.decided_at)).where(COUNTING_REVIEW, IS_REQUEST)
        return func.min(asked.correlate(ArtworkTable).scalar_subquery())
    uploaded = select(ArtworkVersionTable.uploaded_at).where(CURRENT_VERSION)
    return func.min(uploaded.correlate(ArtworkTable).scalar_subquery())


def _predicates(scope: ConsignmentScope, filters: ArtworkFilters) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if filters.scheme_id:
        chosen.append(ArtworkTable.scheme_id == uuid("scheme_id"))
    if filters.states:
        chosen.append(_has_review(scope))
    return chosen


def _has_review(scope: ConsignmentScope) -> ColumnElement[bool]:
    """Whether a reviewer has one of the states in the parameter `states`; of a vendor, whether it itself has."""
    decided = (
        select(ArtworkReviewTable.state)
        .where(
            ArtworkReviewTable.artwork_id == ArtworkTable.id,
            ArtworkReviewTable.version == ArtworkTable.current_version,
            ArtworkReviewTable.vendor_id == ConsignmentLegTable.vendor_id,
        )
        .correlate(ArtworkTable, ConsignmentLegTable)
        .scalar_subquery()
    )
    own = [ConsignmentLegTable.vendor_id == uuid("viewer_vendor_id")] if scope is ConsignmentScope.OWN else []
    return (
        exists()
        .where(
            LIVE_LINE,
            ConsignmentLineTable.consignment_id == ConsignmentTable.id,
            ConsignmentLegTable.consignment_id == ConsignmentTable.id,
            func.coalesce(decided, literal_column("'PENDING'", Text)) == any_(texts("states")),
            *own,
        )
        .correlate(ArtworkTable)
    )


def _decided(*predicates: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            ArtworkReviewTable.artwork_id == ArtworkTable.id,
            ArtworkReviewTable.version == ArtworkTable.current_version,
            *predicates,
        )
        .correlate(ArtworkTable)
    )
