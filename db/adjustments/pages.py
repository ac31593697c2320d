"""Statements that list and count adjustments: filters and keyset pages."""

from functools import cache
from typing import Final

from msgspec import Struct
from sqlalchemy import ColumnElement, any_, exists, literal_column, select

from db.adjustments.reads import ADJUSTMENT_COLUMNS, visible
from db.adjustments.rows import AdjustmentRow
from db.adjustments.tables import AdjustmentTable
from db.counting import OwnerCount, counting, counting_by
from db.ecps.tables import EcpTable
from db.keyset import Sort, keyset, keyset_by_owner
from db.statement import Query, Statement, texts, uuid
from domain.adjustments.facts import AdjustmentStatus
from domain.viewers import EcpScope

NEWEST_ADJUSTMENT: Final = Sort(AdjustmentTable.made_at, descending=True, description="Newest first.")
OLDEST_ADJUSTMENT: Final = Sort(AdjustmentTable.made_at, description="Oldest first.")


class AdjustmentFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters. Statements are cached by this shape."""

    ecp_id: bool = False
    scheme_id: bool = False
    statuses: bool = False


@cache
def adjustment_page(
    scope: EcpScope, filters: AdjustmentFilters, *, backward: bool, resumed: bool
) -> Statement[AdjustmentRow]:
    """A page of adjustments; see `db.keyset.keyset` for its parameters beside those of the filters."""
    query = select(*ADJUSTMENT_COLUMNS).where(*_predicates(scope, filters))
    return Statement(keyset(query, NEWEST_ADJUSTMENT, backward=backward, resumed=resumed), AdjustmentRow)


@cache
def adjustment_count(scope: EcpScope, filters: AdjustmentFilters) -> Statement[int]:
    """How many adjustments match."""
    return counting(select(AdjustmentTable.id).where(*_predicates(scope, filters)))


@cache
def adjustments_by_ecp(scope: EcpScope, *, resumed: bool) -> Statement[AdjustmentRow]:
    """A page of the adjustments of each of the ECPs in the parameter `ids`, newest first."""
    query = select(*ADJUSTMENT_COLUMNS).where(visible(scope))
    return Statement(keyset_by_owner(query, AdjustmentTable.ecp_id, NEWEST_ADJUSTMENT, resumed=resumed), AdjustmentRow)


@cache
def adjustment_counts_by_ecp(scope: EcpScope) -> Statement[OwnerCount]:
    """How many adjustments each of the ECPs in the parameter `ids` has; ECPs without any are left out."""
    return counting_by(AdjustmentTable.ecp_id, visible(scope))


@cache
def pending_page(*, backward: bool, resumed: bool) -> Statement[AdjustmentRow]:
    """A page of the adjustments that the account `viewer_id` may decide about, oldest first."""
    return Statement(keyset(_to_decide(), OLDEST_ADJUSTMENT, backward=backward, resumed=resumed), AdjustmentRow)


def _to_decide() -> Query:
    return select(*ADJUSTMENT_COLUMNS).where(*to_decide())


def to_decide() -> tuple[ColumnElement[bool], ...]:
    """The predicates of the pending adjustments that the account `viewer_id` neither made nor receives.

    The status is a constant and no parameter, so that the partial index of pending adjustments can be used.
    """
    own = exists().where(EcpTable.id == AdjustmentTable.ecp_id, EcpTable.account_id == uuid("viewer_id"))
    return (
        AdjustmentTable.status == literal_column(f"'{AdjustmentStatus.PENDING}'"),
        AdjustmentTable.made_by != uuid("viewer_id"),
        ~own.correlate(AdjustmentTable),
    )


PENDING_COUNT: Final = counting(_to_decide())


def _predicates(scope: EcpScope, filters: AdjustmentFilters) -> list[ColumnElement[bool]]:
    chosen = [visible(scope)]
    if filters.ecp_id:
        chosen.append(AdjustmentTable.ecp_id == uuid("ecp_id"))
    if filters.scheme_id:
        chosen.append(AdjustmentTable.scheme_id == uuid("scheme_id"))
    if filters.statuses:
        chosen.append(AdjustmentTable.status == any_(texts("statuses")))
    return chosen
