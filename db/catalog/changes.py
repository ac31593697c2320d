"""Changes to the catalog, with the versions of what the value of sales depends on."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import case, func, literal, select, text, true
from sqlalchemy.dialects.postgresql import TIMESTAMP, insert

from db.base import Base
from db.catalog.rows import CategoryRow, GeographyRow, ProductRow, TierRow, VariantRow, VendorRow
from db.catalog.tables import (
    CategoryTable,
    GeographyTable,
    GeographyVersionTable,
    ProductTable,
    ProductVersionTable,
    TierTable,
    TierVersionTable,
    VariantTable,
    VendorTable,
)
from db.sessions import Writing
from db.text_columns import with_text_columns

CatalogRow = CategoryRow | ProductRow | VariantRow | GeographyRow | TierRow | VendorRow

_TABLES: Final[dict[type[CatalogRow], type[Base]]] = {
    CategoryRow: CategoryTable,
    ProductRow: ProductTable,
    VariantRow: VariantTable,
    GeographyRow: GeographyTable,
    TierRow: TierTable,
    VendorRow: VendorTable,
}


class _Versioned(Struct, frozen=True):
    """The table of versions, its column of the entry's id, and the columns that it keeps."""

    table: Any
    key: str
    kept: tuple[str, ...]


_VERSIONED: Final[dict[type[CatalogRow], _Versioned]] = {
    TierRow: _Versioned(TierVersionTable, "tier_id", ("rank",)),
    GeographyRow: _Versioned(GeographyVersionTable, "geography_id", ("level", "parent_id")),
    ProductRow: _Versioned(ProductVersionTable, "product_id", ("category_id",)),
}


async def put_rows(session: Writing, rows: Sequence[CatalogRow], at: datetime) -> None:
    """Insert the rows, or replace those that exist, by id, and keep what they replace as versions.

    All rows have one type; no rows do nothing. A new entry is valid for all of the past, a change from `at` on.
    """
    if not rows:
        return
    kind = type(rows[0])
    table = _TABLES[kind]
    values = [with_text_columns(table, asdict(row)) for row in rows]
    statement = insert(table)
    changed = {name: statement.excluded[name] for name in values[0] if name != "id"}
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed), values)
    if kind in _VERSIONED:
        await _add_versions(session, kind, [row.id for row in rows], at)


async def add_category(session: Writing, row: CategoryRow) -> None:
    """Insert a category, unless there is one with its name."""
    values = with_text_columns(CategoryTable, asdict(row))
    await session.execute(insert(CategoryTable).values(values).on_conflict_do_nothing(index_elements=["name_key"]))


async def _add_versions(session: Writing, kind: type[CatalogRow], ids: Collection[UUID], at: datetime) -> None:
    """Add a version of each of these entries where it differs from the latest one."""
    source: Any = _TABLES[kind]
    found = _VERSIONED[kind]
    versions, names = found.table, (found.key, "valid_from", *found.kept)
    latest = (
        select(versions.valid_from, *(getattr(versions, name) for name in found.kept))
        .where(getattr(versions, found.key) == source.id)
        .order_by(versions.valid_from.desc())
        .limit(1)
        .lateral("latest")
    )
    # Clocks of servers differ. A change never counts as older than the one before it.
    since = func.greatest(literal(at, TIMESTAMP(timezone=True)), latest.c.valid_from)
    valid_from = case((latest.c.valid_from.is_(None), text("'-infinity'::timestamptz")), else_=since)
    now = [getattr(source, name) for name in found.kept]
    differs = func.row(*now).is_distinct_from(func.row(*(latest.c[name] for name in found.kept)))
    rows = (
        select(source.id, valid_from, *now)
        .outerjoin(latest, true())
        .where(source.id.in_(ids), latest.c.valid_from.is_(None) | differs)
    )
    added = insert(versions).from_select(names, rows)
    kept = {name: added.excluded[name] for name in found.kept}
    await session.execute(added.on_conflict_do_update(index_elements=[found.key, "valid_from"], set_=kept))
