"""Changes to sales: new revisions with their lines and returns, keys, and parked sales."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from msgspec import Struct, structs
from sqlalchemy import any_, column, delete, text, update
from sqlalchemy.dialects.postgresql import insert

from db.columns import scalar
from db.copying import PackedCopy
from db.sales.tables import ParkedSaleTable, SaleKeyTable, SaleLineTable, SaleReturnTable, SaleTable
from db.sessions import Writing
from db.statement import Change, Statement, blobs, moment, moments, numbers, string, texts


class NewRevision(NamedTuple):
    """A row of `sale`."""

    ecp: int
    sold_at: datetime
    sale: int
    revision: int
    recorded_at: datetime
    recorded_by: UUID
    previous_revision: int | None
    previous_ecp: int | None
    previous_sold_at: datetime | None


class NewLine(NamedTuple):
    """A row of `sale_line`."""

    ecp: int
    sold_at: datetime
    sale: int
    revision: int
    position: int
    quantity: int
    variant_id: UUID
    unit_price: Decimal
    currency: str


class NewReturn(NamedTuple):
    """A row of `sale_return`."""

    ecp: int
    sold_at: datetime
    sale: int
    returning_sale: int
    returning_revision: int
    position: int
    variant_id: UUID
    quantity: int
    unit_price: Decimal
    currency: str
    recorded_at: datetime


class NewKey(NamedTuple):
    """What a key says about the current revision of its sale."""

    number: int
    ecp: int
    sold_at: datetime
    revision: int
    digest: bytes
    updated_at: datetime | None
    returns: int | None


class NewParked(Struct, frozen=True):
    """A sale to park."""

    id: UUID
    source: str
    external_id: str
    revision: int | None
    updated_at: datetime | None
    digest: bytes
    content: bytes
    ecp_key: str
    sku_keys: list[str]
    returns_external_id: str | None
    code: str
    problem: str
    since: datetime
    checked_at: datetime
    account_id: UUID


_REVISIONS: Final = PackedCopy(
    SaleTable,
    NewRevision._fields,
    usually_null=("previous_revision", "previous_ecp", "previous_sold_at"),
)
_LINES: Final = PackedCopy(SaleLineTable, NewLine._fields)
_RETURNS: Final = PackedCopy(SaleReturnTable, NewReturn._fields)
_UPDATE_KEYS: Final = Statement(
    text(
        """
        UPDATE sale_key SET ecp = given.ecp, sold_at = given.sold_at, revision = given.revision,
            digest = given.digest, updated_at = given.updated_at, returns = given.returns
        FROM unnest(:number, :ecp, :sold_at, :revision, :digest, :updated_at, :returns)
            AS given(number, ecp, sold_at, revision, digest, updated_at, returns)
        WHERE sale_key.number = given.number RETURNING sale_key.number
        """
    )
    .bindparams(
        numbers("number"),
        numbers("ecp"),
        moments("sold_at"),
        numbers("revision"),
        blobs("digest"),
        moments("updated_at"),
        numbers("returns"),
    )
    .columns(column("number")),
    scalar(int),
)
_RELEASE_KEYS: Final = Change(delete(SaleKeyTable).where(SaleKeyTable.number == any_(numbers("numbers"))))
_DELETE_PARKED: Final = Statement(
    text(
        """
        DELETE FROM parked_sale WHERE source = :source AND external_id = ANY(:external_ids) RETURNING id
        """
    )
    .bindparams(string("source"), texts("external_ids"))
    .columns(column("id")),
    scalar(UUID),
)
_MARK_PARKED: Final = Change(
    update(ParkedSaleTable)
    .where(ParkedSaleTable.source == string("of_source"), ParkedSaleTable.external_id == string("of_id"))
    .values(code=string("code"), problem=string("problem"), checked_at=moment("checked_at"))
)
_PARK: Final = insert(ParkedSaleTable)
# A sale that is sent again keeps its place and its id.
_REPLACED: Final = frozenset(NewParked.__struct_fields__) - {"id", "source", "external_id", "since"}


async def add_revisions(
    session: Writing, revisions: Sequence[NewRevision], lines: Sequence[NewLine], returns: Sequence[NewReturn]
) -> None:
    """Store revisions of sales, with their lines and returns."""
    for copying, rows in ((_REVISIONS, revisions), (_LINES, lines), (_RETURNS, returns)):
        if rows:
            await session.copy_rows(copying, rows)


async def update_keys(session: Writing, keys: Sequence[NewKey]) -> None:
    """Let keys name the current revision of their sales."""
    if keys:
        values = zip(NewKey._fields, map(list, zip(*keys, strict=True)), strict=True)
        await session.fetch(_UPDATE_KEYS, **dict(values))


async def release_keys(session: Writing, numbers_of_sales: Sequence[int]) -> None:
    """Delete keys that this transaction claimed for sales that it does not record."""
    if numbers_of_sales:
        await session.run(_RELEASE_KEYS, numbers=list(numbers_of_sales))


async def park_sales(session: Writing, sales: Sequence[NewParked]) -> None:
    """Park sales, or replace those that are parked under the same ids."""
    if sales:
        given = {name: _PARK.excluded[name] for name in _REPLACED}
        change = _PARK.on_conflict_do_update(index_elements=["source", "external_id"], set_=given)
        ordered = sorted(sales, key=lambda sale: sale.external_id)
        await session.execute(change, [structs.asdict(sale) for sale in ordered])


async def delete_parked(session: Writing, source: str, external_ids: Sequence[str]) -> None:
    """Delete parked sales that are recorded now."""
    if external_ids:
        await session.fetch(_DELETE_PARKED, source=source, external_ids=list(external_ids))


async def mark_parked(  # noqa: PLR0913 - the sale, and what is wrong with it
    session: Writing, source: str, external_id: str, *, code: str, problem: str, checked_at: datetime
) -> None:
    """Let a parked sale say why it could not be recorded."""
    await session.run(
        _MARK_PARKED, of_source=source, of_id=external_id, code=code, problem=problem, checked_at=checked_at
    )
