"""Changes to the catalog."""

from collections.abc import Sequence

from msgspec.structs import asdict
from sqlalchemy.dialects.postgresql import insert

from db.base import Base
from db.catalog.rows import GeographyRow, ProductRow, TierRow, VariantRow, VendorRow
from db.catalog.tables import GeographyTable, ProductTable, TierTable, VariantTable, VendorTable
from db.sessions import Writing
from db.text_columns import with_text_columns

CatalogRow = ProductRow | VariantRow | GeographyRow | TierRow | VendorRow

_TABLES: dict[type[CatalogRow], type[Base]] = {
    ProductRow: ProductTable,
    VariantRow: VariantTable,
    GeographyRow: GeographyTable,
    TierRow: TierTable,
    VendorRow: VendorTable,
}


async def put_rows(session: Writing, rows: Sequence[CatalogRow]) -> None:
    """Insert the rows, or replace those that exist, by id. All rows have one type; no rows do nothing."""
    if not rows:
        return
    table = _TABLES[type(rows[0])]
    values = [with_text_columns(table, asdict(row)) for row in rows]
    statement = insert(table)
    changed = {name: statement.excluded[name] for name in values[0] if name != "id"}
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed), values)
