"""Loaders of sales: by number, id, or external id, with their lines, returns, and revisions."""

from typing import Any, Final
from uuid import UUID

from db.sales import reads as statements
from db.sales.recording_reads import LINES_OF_RETURNS
from db.sales.rows import AliasRow, ParkedSaleRow, SaleLineRow, SaleRevisionRow, SaleRow
from domain.permissions import Permission
from domain.sales.ids import LARGEST_SALE, read_line_id
from domain.sales.lines import SaleLine, take_off
from domain.sales.scope import SaleScope, parked_scope_of, sale_scope_of
from domain.text import text_key
from domain.viewers import Viewer
from resolvers.context import Operation
from resolvers.loading import align_many, align_one
from resolvers.sales.details import load_details

# Of the sales that return units of one sale.
_RETURNS_LIMIT: Final = 200


def scope_parameters(viewer: Viewer, scope: SaleScope) -> dict[str, Any]:
    """Return the parameters that the predicate of a scope takes."""
    if scope.all:
        return {}
    own = {"viewer_ecp_id": viewer.ecp_id} if scope.own else {}
    return {**own, **({"account_id": viewer.account_id} if scope.sources else {})}


async def sales_by_number(operation: Operation, numbers: list[int]) -> list[SaleRow | None]:
    """Load sales; None for unknown numbers and for sales that the viewer may not see."""
    scope = sale_scope_of(operation.viewer)
    known = [number for number in numbers if number <= LARGEST_SALE]
    if scope.is_empty or not known:
        return [None] * len(numbers)
    rows = await operation.fetch(
        statements.sales_by_number(scope), numbers=known, **scope_parameters(operation.viewer, scope)
    )
    return align_one(numbers, rows, lambda row: row.number)


async def sales_by_id(operation: Operation, ids: list[UUID]) -> list[SaleRow | None]:
    """Load sales by their ids, which are those of their numbers."""
    return await sales_by_number(operation, [key.int for key in ids])


async def find_sale(operation: Operation, source: str, external_id: str) -> SaleRow | None:
    """Find the sale that a source calls so, if the viewer may see it."""
    scope = sale_scope_of(operation.viewer)
    if scope.is_empty:
        return None
    parameters = scope_parameters(operation.viewer, scope)
    statement = statements.sale_by_external_id(scope)
    rows = await operation.fetch(statement, key=text_key(source), external_id=external_id.strip(), **parameters)
    return rows[0] if rows else None


async def lines_by_sale(operation: Operation, numbers: list[int]) -> list[list[SaleLineRow]]:
    """Load the lines of each sale that the viewer may see, as they were reported, with what came back of each."""
    lines, returned = await load_details(operation, numbers)
    of_returns: dict[int, list[SaleLine]] = {}
    for row in await operation.fetch(LINES_OF_RETURNS, numbers=numbers):
        line = SaleLine(
            row.position, row.variant_id, quantity=row.quantity, unit_price=row.unit_price, currency=row.currency
        )
        of_returns.setdefault(row.sale, []).append(line)
    found = []
    for number in numbers:
        sold = [line for line in lines.get(number, ()) if line.quantity > 0]
        taken = take_off(sold, returned.get(number, ()))
        every = (*lines.get(number, ()), *of_returns.get(number, ()))
        found.append([_build_line(number, line, taken.get(line.position, 0)) for line in every])
    return found


async def lines_by_id(operation: Operation, ids: list[UUID]) -> list[SaleLineRow | None]:
    """Load lines by their ids; None for those of sales that the viewer may not see."""
    places = [place for key in ids if (place := read_line_id(key)) is not None]
    numbers = list(dict.fromkeys(sale for sale, _ in places))
    visible = [sale.number for sale in await sales_by_number(operation, numbers) if sale is not None]
    rows = await lines_by_sale(operation, visible) if visible else []
    return align_one(ids, [row for of_sale in rows for row in of_sale], lambda row: row.id)


async def returns_by_sale(operation: Operation, numbers: list[int]) -> list[list[SaleRow]]:
    """Load the first 200 sales that return units of each sale."""
    scope = sale_scope_of(operation.viewer)
    if scope.is_empty:
        return [[]] * len(numbers)
    parameters = scope_parameters(operation.viewer, scope)
    rows = await operation.fetch(statements.sales_returning(scope), numbers=numbers, **parameters)
    return [found[:_RETURNS_LIMIT] for found in align_many(numbers, rows, lambda row: row.returns or 0)]


async def revisions_by_sale(operation: Operation, numbers: list[int]) -> list[list[SaleRevisionRow]]:
    """Load all revisions of each sale, the newest first."""
    rows = await operation.fetch(statements.REVISIONS_OF_SALES, numbers=numbers)
    return align_many(numbers, rows, lambda row: row.sale)


async def parked_by_id(operation: Operation, ids: list[UUID]) -> list[ParkedSaleRow | None]:
    """Load parked sales; None for unknown ids and for those that the viewer may not see."""
    scope = parked_scope_of(operation.viewer)
    parameters = scope_parameters(operation.viewer, scope)
    rows = await operation.fetch(statements.parked_by_id(scope), ids=ids, **parameters)
    return align_one(ids, rows, lambda row: row.id)


async def aliases_by_id(operation: Operation, ids: list[UUID]) -> list[AliasRow | None]:
    """Load aliases, for viewers who may change them."""
    if not operation.viewer.may(Permission.SALE_REPAIR):
        return [None] * len(ids)
    rows = await operation.fetch(statements.ALIASES_BY_ID, ids=ids)
    return align_one(ids, rows, lambda row: row.id)


def _build_line(number: int, line: SaleLine, returned: int) -> SaleLineRow:
    return SaleLineRow(
        number,
        line.position,
        variant_id=line.variant_id,
        quantity=line.quantity,
        unit_price=line.unit_price,
        currency=line.currency,
        returned_quantity=returned,
    )
