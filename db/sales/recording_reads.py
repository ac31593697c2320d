"""Statements that recording sales needs, each for any number of sales: names, claims of keys, locks, and details."""

from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from msgspec import Struct
from sqlalchemy import column, text

from db.columns import named_columns, scalar
from db.sales.rows import ParkedContentRow
from db.statement import Statement, blobs, moment, moments, number, numbers, string, texts, uuid, uuids


class NamedEcpRow(NamedTuple):
    """An ECP by one of its keys: its code, or an alias."""

    key: str
    id: UUID
    number: int


class NamedVariantRow(NamedTuple):
    """A variant by one of its keys: its SKU, or an alias."""

    key: str
    id: UUID


class SchemeTitleRow(NamedTuple):
    """What people call a scheme."""

    id: UUID
    title: str


class SourceRow(NamedTuple):
    """A source of sales, and the accounts that may report for it."""

    name: str
    account_ids: list[UUID]


class ClaimRow(NamedTuple):
    """A key that this transaction claimed for a new sale."""

    external_id: str
    number: int


class LockedSaleRow(Struct, frozen=True):
    """The key of a sale, locked until the transaction ends."""

    external_id: str
    number: int
    ecp: int
    ecp_id: UUID
    sold_at: datetime
    revision: int
    digest: bytes
    updated_at: datetime | None
    returns: int | None


class RecordedLineRow(NamedTuple):
    """A line of the current revision of a sale."""

    sale: int
    position: int
    variant_id: UUID
    quantity: int
    unit_price: Decimal
    currency: str


class RecordedReturnRow(NamedTuple):
    """Units that the current revision of a sale takes off another one, or off itself."""

    sale: int
    returning_sale: int
    returning_revision: int
    position: int
    variant_id: UUID
    quantity: int
    unit_price: Decimal
    currency: str
    recorded_at: datetime


class ReturnKeyRow(NamedTuple):
    """The key of a row of returns at a place."""

    returning_sale: int
    returning_revision: int
    position: int


# A code comes before an alias, wherever both exist.
ECPS_BY_KEY: Final = Statement(
    text(
        """
        SELECT sale_alias.key, ecp.id, ecp.number FROM sale_alias JOIN ecp ON ecp.id = sale_alias.ecp_id
        WHERE sale_alias.kind = 'ECP' AND sale_alias.key = ANY(:keys)
        UNION ALL SELECT code, id, number FROM ecp WHERE code = ANY(:keys)
        """
    )
    .bindparams(texts("keys"))
    .columns(*named_columns(NamedEcpRow)),
    NamedEcpRow,
)
# SKUs are as they were sent, in capital letters; keys of aliases are those of GTINs, too.
VARIANTS_BY_KEY: Final = Statement(
    text(
        """
        SELECT key, variant_id AS id FROM sale_alias WHERE kind = 'SKU' AND key = ANY(:keys)
        UNION ALL SELECT sku AS key, id FROM variant WHERE sku = ANY(:skus)
        """
    )
    .bindparams(texts("keys"), texts("skus"))
    .columns(*named_columns(NamedVariantRow)),
    NamedVariantRow,
)
SOURCE_BY_KEY: Final = Statement(
    text("SELECT name, account_ids FROM sale_source WHERE key = :key")
    .bindparams(string("key"))
    .columns(*named_columns(SourceRow)),
    SourceRow,
)
ADD_SOURCE: Final = Statement(
    text(
        """
        INSERT INTO sale_source (key, name, account_ids, created_at)
        VALUES (:key, :name, ARRAY[:account_id], :created_at) ON CONFLICT DO NOTHING RETURNING name, account_ids
        """
    )
    .bindparams(string("key"), string("name"), uuid("account_id"), moment("created_at"))
    .columns(*named_columns(SourceRow)),
    SourceRow,
)
CLAIM_KEYS: Final = Statement(
    text(
        """
        INSERT INTO sale_key (source, external_id, ecp, sold_at, revision, digest, updated_at)
        SELECT :source, given.external_id, given.ecp, given.sold_at, given.revision, given.digest, given.updated_at
        FROM unnest(:external_ids, :ecps, :sold_at, :revisions, :digests, :updated_at)
            AS given(external_id, ecp, sold_at, revision, digest, updated_at)
        ON CONFLICT (source, external_id) DO NOTHING RETURNING external_id, number
        """
    )
    .bindparams(
        string("source"),
        texts("external_ids"),
        numbers("ecps"),
        moments("sold_at"),
        numbers("revisions"),
        blobs("digests"),
        moments("updated_at"),
    )
    .columns(*named_columns(ClaimRow)),
    ClaimRow,
)
# With the sales that the named ones return now, because a correction may let them return another one. The ECP is looked
# up rather than joined: a sale that another transaction moved to another ECP would fail the join and not be found.
LOCK_SALES: Final = Statement(
    text(
        """
        WITH wanted AS (
            SELECT number FROM sale_key WHERE source = :source AND external_id = ANY(:external_ids)
            UNION SELECT returns FROM sale_key
            WHERE source = :source AND external_id = ANY(:external_ids) AND returns IS NOT NULL
        )
        SELECT sale_key.external_id, sale_key.number, sale_key.ecp,
            (SELECT id FROM ecp WHERE ecp.number = sale_key.ecp) AS ecp_id, sale_key.sold_at,
            sale_key.revision, sale_key.digest, sale_key.updated_at, sale_key.returns
        FROM wanted JOIN sale_key ON sale_key.number = wanted.number
        ORDER BY sale_key.external_id FOR UPDATE OF sale_key
        """
    )
    .bindparams(string("source"), texts("external_ids"))
    .columns(*named_columns(LockedSaleRow)),
    LockedSaleRow,
)
LINES_OF_SALES: Final = Statement(
    text(
        """
        SELECT line.sale, line.position, line.variant_id, line.quantity, line.unit_price, line.currency
        FROM sale_key
        JOIN sale_line AS line ON line.ecp = sale_key.ecp AND line.sold_at = sale_key.sold_at
            AND line.sale = sale_key.number AND line.revision = sale_key.revision
        WHERE sale_key.number = ANY(:numbers)
        ORDER BY line.sale, line.position
        """
    )
    .bindparams(numbers("numbers"))
    .columns(*named_columns(RecordedLineRow)),
    RecordedLineRow,
)
# What came back of the sales, by other sales and by themselves.
RETURNS_OF_SALES: Final = Statement(
    text(
        """
        SELECT back.sale, back.returning_sale, back.returning_revision, back.position, back.variant_id, back.quantity,
            back.unit_price, back.currency, back.recorded_at
        FROM sale_key
        JOIN sale_return AS back ON back.ecp = sale_key.ecp AND back.sold_at = sale_key.sold_at
            AND back.sale = sale_key.number
        JOIN sale_key AS taker ON taker.number = back.returning_sale
            AND taker.revision = back.returning_revision
        WHERE sale_key.number = ANY(:numbers)
        ORDER BY back.sale, back.returning_sale, back.position
        """
    )
    .bindparams(numbers("numbers"))
    .columns(*named_columns(RecordedReturnRow)),
    RecordedReturnRow,
)
# The lines of sales that return another one.
LINES_OF_RETURNS: Final = Statement(
    text(
        """
        SELECT sale_key.number AS sale, back.position, back.variant_id, -back.quantity AS quantity, back.unit_price,
            back.currency
        FROM sale_key
        JOIN sale_key AS target ON target.number = sale_key.returns
        JOIN sale_return AS back ON back.ecp = target.ecp AND back.sold_at = target.sold_at
            AND back.sale = target.number AND back.returning_sale = sale_key.number
            AND back.returning_revision = sale_key.revision
        WHERE sale_key.number = ANY(:numbers)
        ORDER BY sale_key.number, back.position
        """
    )
    .bindparams(numbers("numbers"))
    .columns(*named_columns(RecordedLineRow)),
    RecordedLineRow,
)
# Rows of returns that are at a place already, from when the sale was there before.
RETURN_KEYS_AT: Final = Statement(
    text(
        """
        SELECT returning_sale, returning_revision, position FROM sale_return
        WHERE ecp = :ecp AND sold_at = :sold_at AND sale = :sale
        """
    )
    .bindparams(
        number("ecp"),
        moment("sold_at"),
        number("sale"),
    )
    .columns(*named_columns(ReturnKeyRow)),
    ReturnKeyRow,
)
SCHEME_TITLES: Final = Statement(
    text("SELECT id, title FROM scheme WHERE id = ANY(:ids)")
    .bindparams(uuids("ids"))
    .columns(*named_columns(SchemeTitleRow)),
    SchemeTitleRow,
)
# The parked sales with these ids, and those that wait for a sale with one of them.
LOCK_PARKED: Final = Statement(
    text(
        """
        SELECT external_id, revision, updated_at, digest, content, returns_external_id, account_id, since
        FROM parked_sale
        WHERE source = :source AND (external_id = ANY(:external_ids) OR returns_external_id = ANY(:external_ids))
        ORDER BY external_id FOR UPDATE
        """
    )
    .bindparams(string("source"), texts("external_ids"))
    .columns(*named_columns(ParkedContentRow)),
    ParkedContentRow,
)
COUNT_PARKED: Final = Statement(
    text("SELECT count(*) AS count FROM parked_sale WHERE source = :source")
    .bindparams(string("source"))
    .columns(column("count")),
    scalar(int),
)
