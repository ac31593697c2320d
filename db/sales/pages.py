"""Statements that list sales of ECPs, parked sales, and aliases, page by page."""

from functools import cache
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, any_, func, literal_column, or_, select, text, true

from db.columns import columns, named_columns, scalar
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
        .columns(*named_columns(SaleRow)),
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
        text(sql).bindparams(uuids("ids"), *_binds(filters), *scope_binds(scope)).columns(*named_columns(OwnerCount)),
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


class ParkedFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters."""

    source: bool = False
    search: bool = False


def _chosen_parked(scope: SaleScope, filters: ParkedFilters) -> list[ColumnElement[bool]]:
    parked = ParkedSaleTable
    named = string("search")
    # The problem quotes what the sale names; the keys have all of it, in capital letters.
    texts = (parked.external_id, parked.ecp_key, func.array_to_string(parked.sku_keys, " "), parked.problem)
    found = or_(*[func.strpos(func.upper(text_), named) > 0 for text_ in texts])
    return [
        _visible_parked(scope),
        *([parked.source == _named_source()] if filters.source else []),
        *([found] if filters.search else []),
    ]


def _named_source() -> ColumnElement[str]:
    """The name of the source with the key in the parameter `source`."""
    return select(SaleSourceTable.name).where(SaleSourceTable.key == string("source")).scalar_subquery()


@cache
def parked_page(scope: SaleScope, filters: ParkedFilters, *, backward: bool, resumed: bool) -> Statement[ParkedSaleRow]:
    """A page of parked sales, the longest parked first."""
    query = select(*columns(ParkedSaleTable, ParkedSaleRow)).where(*_chosen_parked(scope, filters))
    return Statement(keyset(query, OLDEST_PARKED, backward=backward, resumed=resumed), ParkedSaleRow)


@cache
def parked_count(scope: SaleScope, filters: ParkedFilters) -> Statement[int]:
    """How many sales are parked."""
    query = select(func.count()).select_from(ParkedSaleTable).where(*_chosen_parked(scope, filters))
    return Statement(query, scalar(int))


@cache
def alias_page(*, is_searched: bool, backward: bool, resumed: bool) -> Statement[AliasRow]:
    """A page of aliases, newest first."""
    query = select(*columns(SaleAliasTable, AliasRow)).where(_alias_found(is_searched=is_searched))
    return Statement(keyset(query, NEWEST_ALIAS, backward=backward, resumed=resumed), AliasRow)


@cache
def alias_count(*, is_searched: bool) -> Statement[int]:
    """How many aliases there are."""
    query = select(func.count()).select_from(SaleAliasTable).where(_alias_found(is_searched=is_searched))
    return Statement(query, scalar(int))


def _alias_found(*, is_searched: bool) -> ColumnElement[bool]:
    """Whether the parameter `search` is a part of the alias, as it was added or as it is compared."""
    if not is_searched:
        return true()
    part = string("search")
    return or_(func.strpos(func.upper(SaleAliasTable.alias), part) > 0, func.strpos(SaleAliasTable.key, part) > 0)
