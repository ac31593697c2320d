"""Statements that list and count settlements and their lines: filters and keyset pages."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, any_, func, select

from db.counting import OwnerCount, counting, counting_by
from db.ecps.tables import EcpTable
from db.keyset import Sort, keyset, keyset_by_owner
from db.settlements.reads import line_visible, lines, settlements, to_decide, visible
from db.settlements.rows import SettlementLineRow, SettlementRow
from db.settlements.tables import SettlementLineTable, SettlementTable
from db.statement import Statement, string, texts, uuid, uuids
from domain.viewers import SettlementScope

NEWEST_SETTLEMENT: Final = Sort(SettlementTable.made_at, descending=True, description="Newest first.")
OLDEST_SETTLEMENT: Final = Sort(SettlementTable.made_at, description="Oldest first.")
LINES_BY_ECP: Final = Sort(SettlementLineTable.ecp, description="In the order in which the ECPs registered.")
NEWEST_LINE: Final = Sort(SettlementLineTable.known_at, descending=True, description="Newest first.")


class SettlementFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters. Statements are cached by this shape."""

    scheme_id: bool = False
    statuses: bool = False


class LineFilters(Struct, frozen=True):
    """The filters of lines, as above."""

    statuses: bool = False
    ecp_code: bool = False


@cache
def settlement_page(
    scope: SettlementScope, filters: SettlementFilters, *, backward: bool, resumed: bool
) -> Statement[SettlementRow]:
    """A page of settlements; see `db.keyset.keyset` for its parameters beside those of the filters."""
    query = settlements().where(*_predicates(scope, filters))
    return Statement(keyset(query, NEWEST_SETTLEMENT, backward=backward, resumed=resumed), SettlementRow)


@cache
def settlement_count(scope: SettlementScope, filters: SettlementFilters) -> Statement[int]:
    """How many settlements match."""
    return counting(select(SettlementTable.id).where(*_predicates(scope, filters)))


@cache
def settlements_by_scheme(scope: SettlementScope, *, resumed: bool) -> Statement[SettlementRow]:
    """A page of the settlements of each of the schemes in the parameter `ids`, newest first."""
    query = settlements().where(visible(scope))
    paged = keyset_by_owner(query, SettlementTable.scheme_id, NEWEST_SETTLEMENT, resumed=resumed)
    return Statement(paged, SettlementRow)


@cache
def settlement_counts_by_scheme(scope: SettlementScope) -> Statement[OwnerCount]:
    """How many settlements each of the schemes in the parameter `ids` has; schemes without any are left out."""
    return counting_by(SettlementTable.scheme_id, visible(scope))


@cache
def proposed_page(*, backward: bool, resumed: bool) -> Statement[SettlementRow]:
    """A page of the settlements that the account `viewer_id` may decide about, oldest first."""
    query = settlements().where(*to_decide())
    return Statement(keyset(query, OLDEST_SETTLEMENT, backward=backward, resumed=resumed), SettlementRow)


PROPOSED_COUNT: Final = counting(select(SettlementTable.id).where(*to_decide()))


@cache
def lines_by_settlement(scope: SettlementScope, filters: LineFilters, *, resumed: bool) -> Statement[SettlementLineRow]:
    """A page of the lines of each of the settlements in the parameter `ids`, in the order of their ECPs."""
    query = lines().where(*_line_predicates(scope, filters))
    paged = keyset_by_owner(query, SettlementLineTable.settlement_id, LINES_BY_ECP, resumed=resumed)
    return Statement(paged, SettlementLineRow)


@cache
def line_counts_by_settlement(scope: SettlementScope, filters: LineFilters) -> Statement[OwnerCount]:
    """How many lines of each of these settlements match."""
    return _count_lines(SettlementLineTable.settlement_id, _line_predicates(scope, filters))


@cache
def lines_by_ecp(scope: SettlementScope, *, resumed: bool) -> Statement[SettlementLineRow]:
    """A page of the lines of each of the ECPs in the parameter `ids`, newest first."""
    query = lines().where(line_visible(scope))
    return Statement(keyset_by_owner(query, EcpTable.id, NEWEST_LINE, resumed=resumed), SettlementLineRow)


@cache
def line_counts_by_ecp(scope: SettlementScope) -> Statement[OwnerCount]:
    """How many lines each of these ECPs has."""
    return _count_lines(EcpTable.id, [line_visible(scope)])


def _count_lines(owner: Any, predicates: Sequence[ColumnElement[bool]]) -> Statement[OwnerCount]:
    found = lines().where(*predicates).with_only_columns(owner.label("owner_id"), func.count().label("total"))
    return Statement(found.where(owner == any_(uuids("ids"))).group_by(owner), OwnerCount)


def _predicates(scope: SettlementScope, filters: SettlementFilters) -> list[ColumnElement[bool]]:
    chosen = [visible(scope)]
    if filters.scheme_id:
        chosen.append(SettlementTable.scheme_id == uuid("scheme_id"))
    if filters.statuses:
        chosen.append(SettlementTable.status == any_(texts("statuses")))
    return chosen


def _line_predicates(scope: SettlementScope, filters: LineFilters) -> list[ColumnElement[bool]]:
    chosen = [line_visible(scope)]
    if filters.statuses:
        chosen.append(SettlementLineTable.status == any_(texts("statuses")))
    if filters.ecp_code:
        chosen.append(EcpTable.code == string("ecp_code"))
    return chosen
