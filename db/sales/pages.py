"""Statements that list sales of ECPs, parked sales, and aliases, page by page."""

from functools import cache
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, any_, column, func, literal_column, select, text, true

from db.columns import columns, scalar
from db.counting import OwnerCount
from db.keyset import Sort, keyset
from db.sales.reads import SALE_COLUMNS, SALE_JOINS, scope_binds, visible_sales
from db.sales.rows import AliasRow, ParkedSaleRow, SaleRow
from db.sales.tables import ParkedSaleTable, SaleAliasTable, SaleKeyTable, SaleSourceTable
from db.statement import Statement, moment, number, string, uuid, uuids
from domain.sales.scope import SaleScope

NEWEST_SALE: Final = Sort(SaleKeyTable.sold_at, descending=True)
OLDEST_PARKED: Final = Sort(ParkedSaleTable.since)
NEWEST_ALIAS: Final = Sort(SaleAliasTable.added_at, descending=True)


class SaleFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters."""

    sold_from: bool = False
    sold_before: bool = False
    scheme_ids: bool = False


@cache
def sales_by_ecp(scope: SaleScope, filters: SaleFilters, *, resumed: bool) -> Statement[SaleRow]:
    """A page of the sales of each of the ECPs in the parameter `ids`, newest first.

    The primary key of `sale` has them in this order; revisions that are not current are passed over. PostgreSQL guesses
    that few are current, and would read and sort all of them, if it could look into the subquery with OFFSET.
    """
    # The id in a cursor is that of a number.
    after = """
        AND (sale.sold_at, sale.sale) < (
            CAST(:cursor_value AS timestamptz),
            CAST(CAST('x' || right(replace(CAST(:cursor_id AS text), '-', ''), 16) AS bit(64)) AS bigint)
        )
    """
    sql = f"""
        SELECT page.* FROM unnest(:ids) AS wanted(id) JOIN ecp ON ecp.id = wanted.id
        JOIN LATERAL (
            SELECT {SALE_COLUMNS} FROM sale
            JOIN LATERAL (
                SELECT * FROM sale_key
                WHERE number = sale.sale AND revision = sale.revision AND ecp = sale.ecp AND sold_at = sale.sold_at
                OFFSET 0
            ) AS sale_key ON true
            WHERE sale.ecp = ecp.number AND {visible_sales(scope)} {_predicates(filters)} {after if resumed else ""}
            ORDER BY sale.sold_at DESC, sale.sale DESC LIMIT :limit
        ) AS page ON true
        ORDER BY page.sold_at DESC, page.number DESC
    """  # noqa: S608 - of constants
    binds = [moment("cursor_value"), uuid("cursor_id")] if resumed else []
    return Statement(
        text(sql)
        .bindparams(uuids("ids"), number("limit"), *binds, *_binds(filters), *scope_binds(scope))
        .columns(*map(column, SaleRow.__struct_fields__)),
        SaleRow,
    )


@cache
def sale_counts_by_ecp(scope: SaleScope, filters: SaleFilters) -> Statement[OwnerCount]:
    """How many sales each of the ECPs in the parameter `ids` has."""
    sql = f"""
        SELECT ecp.id AS owner_id, count(*) AS total FROM {SALE_JOINS}
        WHERE ecp.id = ANY(:ids) AND {visible_sales(scope)} {_predicates(filters)} GROUP BY ecp.id
    """  # noqa: S608 - of constants
    return Statement(
        text(sql)
        .bindparams(uuids("ids"), *_binds(filters), *scope_binds(scope))
        .columns(*map(column, OwnerCount._fields)),
        OwnerCount,
    )


def _predicates(filters: SaleFilters) -> str:
    valued = """
        AND EXISTS (
            SELECT FROM valuation JOIN scheme ON scheme.number = valuation.scheme
            WHERE scheme.id = ANY(:scheme_ids) AND valuation.ecp = sale.ecp AND valuation.sold_at = sale.sold_at
                AND valuation.sale = sale.sale
        )
    """
    return " ".join(
        [
            *(["AND sale.sold_at >= :sold_from"] if filters.sold_from else []),
            *(["AND sale.sold_at < :sold_before"] if filters.sold_before else []),
            *([valued] if filters.scheme_ids else []),
        ]
    )


def _binds(filters: SaleFilters) -> list[Any]:
    return [
        *([moment("sold_from")] if filters.sold_from else []),
        *([moment("sold_before")] if filters.sold_before else []),
        *([uuids("scheme_ids")] if filters.scheme_ids else []),
    ]


def _visible_parked(scope: SaleScope) -> ColumnElement[bool]:
    if scope.all or not scope.sources:
        return true() if scope.all else literal_column("false")
    mine = select(SaleSourceTable.name).where(uuid("account_id") == any_(SaleSourceTable.account_ids))
    return ParkedSaleTable.source.in_(mine)


@cache
def parked_page(scope: SaleScope, *, of_source: bool, backward: bool, resumed: bool) -> Statement[ParkedSaleRow]:
    """A page of parked sales, the longest parked first; of the parameter `source`, if `of_source`."""
    query = select(*columns(ParkedSaleTable, ParkedSaleRow)).where(_visible_parked(scope))
    if of_source:
        query = query.where(ParkedSaleTable.source == string("source"))
    return Statement(keyset(query, OLDEST_PARKED, backward=backward, resumed=resumed), ParkedSaleRow)


@cache
def parked_count(scope: SaleScope, *, of_source: bool) -> Statement[int]:
    """How many sales are parked."""
    query = select(func.count()).select_from(ParkedSaleTable).where(_visible_parked(scope))
    if of_source:
        query = query.where(ParkedSaleTable.source == string("source"))
    return Statement(query, scalar(int))


@cache
def alias_page(*, backward: bool, resumed: bool) -> Statement[AliasRow]:
    """A page of aliases, newest first."""
    query = select(*columns(SaleAliasTable, AliasRow))
    return Statement(keyset(query, NEWEST_ALIAS, backward=backward, resumed=resumed), AliasRow)


ALIAS_COUNT: Final = Statement(select(func.count()).select_from(SaleAliasTable), scalar(int))
