"""Statements that read sales by number, id, or place, and the one predicate of their visibility."""

from functools import cache
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import BindParameter, column, text

from db.columns import named_columns, scalar
from db.sales.rows import AliasRow, ParkedSaleRow, SaleRevisionRow, SaleRow, SaleSourceRow
from db.statement import Statement, numbers, string, uuid, uuids
from domain.sales.scope import SaleScope

SALE_COLUMNS: Final = (
    "sale_key.number, sale_key.source, sale_key.external_id, sale_key.revision, ecp.id AS ecp_id, sale_key.ecp, "
    "sale_key.sold_at, sale.recorded_at, sale_key.updated_at, sale_key.returns"
)
SALE_JOINS: Final = (
    "sale_key JOIN ecp ON ecp.number = sale_key.ecp JOIN sale ON sale.ecp = sale_key.ecp "
    "AND sale.sold_at = sale_key.sold_at AND sale.sale = sale_key.number AND sale.revision = sale_key.revision"
)
PARKED_COLUMNS: Final = ", ".join(f"parked_sale.{name}" for name in ParkedSaleRow.__struct_fields__)
ALIAS_COLUMNS: Final = ", ".join(f"sale_alias.{name}" for name in AliasRow.__struct_fields__)
_OF_SOURCES: Final = "source IN (SELECT name FROM sale_source WHERE :account_id = ANY(account_ids))"


def visible_sales(scope: SaleScope) -> str:
    """The one predicate of the sales that a viewer may see; every statement that lists or fetches sales uses it."""
    parts = [
        *(["ecp.id = :viewer_ecp_id"] if scope.own else []),
        *([f"sale_key.{_OF_SOURCES}"] if scope.sources else []),
    ]
    return "true" if scope.all else f"({' OR '.join(parts) or 'false'})"


def visible_parked(scope: SaleScope) -> str:
    """The one predicate of the parked sales that a viewer may see."""
    return "true" if scope.all else f"parked_sale.{_OF_SOURCES}" if scope.sources else "false"


def _sales(sql: str, *binds: BindParameter[Any]) -> Statement[SaleRow]:
    return Statement(text(sql).bindparams(*binds).columns(*named_columns(SaleRow)), SaleRow)


def scope_binds(scope: SaleScope) -> list[BindParameter[UUID]]:
    """The parameters that the predicates take."""
    if scope.all:
        return []
    return [*([uuid("viewer_ecp_id")] if scope.own else []), *([uuid("account_id")] if scope.sources else [])]


@cache
def sales_by_number(scope: SaleScope) -> Statement[SaleRow]:
    """The sales with the parameter `numbers` that the scope shows, in any order."""
    sql = f"SELECT {SALE_COLUMNS} FROM {SALE_JOINS} WHERE sale_key.number = ANY(:numbers) AND {visible_sales(scope)}"  # noqa: S608 - of constants
    return _sales(sql, numbers("numbers"), *scope_binds(scope))


@cache
def sale_by_external_id(scope: SaleScope) -> Statement[SaleRow]:
    """The sale of the parameters `key`, that of the source, and `external_id`."""
    sql = f"""
        SELECT {SALE_COLUMNS} FROM {SALE_JOINS}
        WHERE sale_key.source = (SELECT name FROM sale_source WHERE key = :key)
            AND sale_key.external_id = :external_id AND {visible_sales(scope)}
    """  # noqa: S608 - of constants
    return _sales(sql, string("key"), string("external_id"), *scope_binds(scope))


@cache
def sales_returning(scope: SaleScope) -> Statement[SaleRow]:
    """The first 200 sales that return units of each of the sales in `numbers`, in the order of their time."""
    sql = f"""
        SELECT {SALE_COLUMNS} FROM (
            SELECT DISTINCT back.returning_sale AS number
            FROM sale_key AS target
            JOIN sale_return AS back ON back.ecp = target.ecp AND back.sold_at = target.sold_at
                AND back.sale = target.number
            WHERE target.number = ANY(:numbers) AND back.returning_sale <> target.number
        ) AS found
        JOIN {SALE_JOINS.replace("sale_key JOIN", "sale_key ON sale_key.number = found.number JOIN", 1)}
        WHERE sale_key.returns = ANY(:numbers) AND {visible_sales(scope)}
        ORDER BY sale_key.sold_at, sale_key.number
    """  # noqa: S608 - of constants
    return _sales(sql, numbers("numbers"), *scope_binds(scope))


# All revisions of sales, the newest first; each names the one before it.
REVISIONS_OF_SALES: Final = Statement(
    text(
        """
        WITH RECURSIVE revisions AS (
            SELECT sale.* FROM sale_key
            JOIN sale ON sale.ecp = sale_key.ecp AND sale.sold_at = sale_key.sold_at
                AND sale.sale = sale_key.number AND sale.revision = sale_key.revision
            WHERE sale_key.number = ANY(:numbers)
            UNION ALL
            SELECT sale.* FROM revisions
            JOIN sale ON sale.ecp = revisions.previous_ecp AND sale.sold_at = revisions.previous_sold_at
                AND sale.sale = revisions.sale AND sale.revision = revisions.previous_revision
        )
        SELECT revisions.sale, revisions.revision, ecp.id AS ecp_id, revisions.sold_at, revisions.recorded_at
        FROM revisions JOIN ecp ON ecp.number = revisions.ecp
        ORDER BY revisions.sale, revisions.revision DESC
        """
    )
    .bindparams(numbers("numbers"))
    .columns(*named_columns(SaleRevisionRow)),
    SaleRevisionRow,
)


@cache
def parked_by_id(scope: SaleScope) -> Statement[ParkedSaleRow]:
    """The parked sales of the parameter `ids` that the scope shows."""
    sql = f"SELECT {PARKED_COLUMNS} FROM parked_sale WHERE id = ANY(:ids) AND {visible_parked(scope)}"  # noqa: S608 - of constants
    return Statement(
        text(sql).bindparams(uuids("ids"), *scope_binds(scope)).columns(*named_columns(ParkedSaleRow)),
        ParkedSaleRow,
    )


ALIASES_BY_ID: Final = Statement(
    text(f"SELECT {ALIAS_COLUMNS} FROM sale_alias WHERE id = ANY(:ids)")  # noqa: S608 - of constants
    .bindparams(uuids("ids"))
    .columns(*named_columns(AliasRow)),
    AliasRow,
)
# Locked until the transaction ends.
LOCK_ALIAS: Final = Statement(
    text(f"SELECT {ALIAS_COLUMNS} FROM sale_alias WHERE id = :id FOR UPDATE")  # noqa: S608 - of constants
    .bindparams(uuid("id"))
    .columns(*named_columns(AliasRow)),
    AliasRow,
)
CODES_LIKE_KEY: Final = Statement(
    text(
        "SELECT code FROM ecp WHERE :kind = 'ECP' AND code = :code "
        "UNION ALL SELECT sku AS code FROM variant WHERE :kind = 'SKU' AND sku = :code"
    )
    .bindparams(string("kind"), string("code"))
    .columns(column("code")),
    scalar(str),
)


class NamedRow(Struct, frozen=True):
    """What an alias names: the code of an ECP, or a SKU."""

    alias: str
    code: str


ALIAS_BY_KEY: Final = Statement(
    text(
        """
        SELECT sale_alias.alias, coalesce(ecp.code, variant.sku) AS code FROM sale_alias
        LEFT JOIN ecp ON ecp.id = sale_alias.ecp_id LEFT JOIN variant ON variant.id = sale_alias.variant_id
        WHERE sale_alias.kind = :kind AND sale_alias.key = :key
        """
    )
    .bindparams(string("kind"), string("key"))
    .columns(*named_columns(NamedRow)),
    NamedRow,
)
SOURCE_BY_NAME: Final = Statement(
    text("SELECT name, account_ids, created_at FROM sale_source WHERE key = :key FOR UPDATE")
    .bindparams(string("key"))
    .columns(*named_columns(SaleSourceRow)),
    SaleSourceRow,
)
