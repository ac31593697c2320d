"""Statements that lock ledgers and read what a posting values: accounts, revisions, lines, and earlier valuations."""

from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import any_, func, literal, select, text
from sqlalchemy.dialects.postgresql import TIMESTAMP

from db.catalog.tables import ProductVersionTable, TierVersionTable, VariantTable
from db.columns import columns, named_columns, scalar
from db.ecps.tables import EcpActivityTable
from db.points.tables import PointsAccountTable
from db.schemes.tables import SchemeRevisionTable, SchemeTable
from db.statement import Statement, moments, numbers, texts, uuid, uuids
from domain.calendar import BEGINNING


class EarningEcpRow(Struct, frozen=True):
    """An ECP, and the approved schemes in which it has an enrollment of any status."""

    id: UUID
    number: int
    code: str
    registered_at: datetime
    scheme_ids: list[UUID]
    scheme_numbers: list[int]


class AccountRow(Struct, frozen=True, gc=False):
    """The account of an ECP in a scheme, as it is or as a posting leaves it; empty without a line."""

    ecp: int
    scheme: int
    available: int = 0
    lines: int = 0
    last_sold_at: datetime | None = None
    last_source: str | None = None
    last_external_id: str | None = None
    state: bytes | None = None
    revalue_from: datetime | None = None


class RevisionHeadRow(Struct, frozen=True):
    """An approved revision of a scheme, without its content."""

    scheme_id: UUID
    number: int
    effective_at: datetime
    content_hash: str


class RevisionContentRow(Struct, frozen=True):
    """An approved revision of a scheme, with its content as JSON."""

    scheme_id: UUID
    number: int
    effective_at: datetime
    content_json: str


class RankVersionRow(Struct, frozen=True):
    """The rank of a tier from a moment on."""

    tier_id: UUID
    valid_from: datetime
    rank: int


class CategoryVersionRow(Struct, frozen=True):
    """The category of a product from a moment on."""

    product_id: UUID
    valid_from: datetime
    category_id: UUID


class ProductOfVariantRow(Struct, frozen=True):
    """The product of a variant."""

    id: UUID
    product_id: UUID
    sku: str


class ActivityOfEcpRow(Struct, frozen=True):
    """An activity of an ECP."""

    ecp_id: UUID
    kind: str
    occurred_at: datetime


class KnownValuationRow(Struct, frozen=True):
    """The newest valuation of a line."""

    ecp: int
    scheme: int
    sold_at: datetime
    sale: int
    position: int
    version: int
    revision: int
    base: int
    facts: bytes


class StoredLineRow(Struct, frozen=True):
    """A line of the current revision of a sale, before returns; or a redeemed coupon, without position and price."""

    ecp: int
    sold_at: datetime
    source: str
    external_id: str
    sale: int
    position: int | None
    variant_id: UUID
    quantity: int
    unit_price: Decimal | None
    currency: str | None
    scheme: int | None


class PostedEntryRow(Struct, frozen=True):
    """An entry of a line that an earlier valuation posted."""

    ecp: int
    scheme: int
    sale: int
    position: int
    seq: int
    kind: int
    rule: int
    points: int
    reverses: int | None


EARNING_ECPS_SQL: Final = """
SELECT ecp.id, ecp.number, ecp.code, ecp.registered_at,
    coalesce(joined.ids, '{}') AS scheme_ids, coalesce(joined.numbers, '{}') AS scheme_numbers
FROM ecp
LEFT JOIN LATERAL (
    SELECT array_agg(scheme.id ORDER BY scheme.number) AS ids,
        array_agg(scheme.number ORDER BY scheme.number) AS numbers
    FROM enrollment JOIN scheme ON scheme.id = enrollment.scheme_id
    WHERE enrollment.ecp_id = ecp.id AND scheme.approved_at IS NOT NULL AND scheme.revises IS NULL
) AS joined ON true
WHERE ecp.id = ANY(:ids)
"""
EARNING_ECPS: Final = Statement(
    text(EARNING_ECPS_SQL).bindparams(uuids("ids")).columns(*named_columns(EarningEcpRow)), EarningEcpRow
)
SCHEME_NUMBER: Final = Statement(select(SchemeTable.number).where(SchemeTable.id == uuid("id")), scalar(int))
ACCOUNTS: Final = Statement(
    select(*columns(PointsAccountTable, AccountRow)).where(PointsAccountTable.ecp == any_(numbers("ecps"))), AccountRow
)
REVISION_HEADS: Final = Statement(
    select(*columns(SchemeRevisionTable, RevisionHeadRow)).where(SchemeRevisionTable.scheme_id == any_(uuids("ids"))),
    RevisionHeadRow,
)
REVISION_CONTENTS: Final = Statement(
    select(*columns(SchemeRevisionTable, RevisionContentRow, content_json=SchemeRevisionTable.content)).where(
        SchemeRevisionTable.scheme_id == any_(uuids("ids"))
    ),
    RevisionContentRow,
)
# The first version of each is valid from -infinity, which is no time of Python.
_BEGINNING: Final = literal(BEGINNING, TIMESTAMP(timezone=True))
RANK_VERSIONS: Final = Statement(
    select(
        *columns(TierVersionTable, RankVersionRow, valid_from=func.greatest(TierVersionTable.valid_from, _BEGINNING))
    ).order_by(TierVersionTable.valid_from),
    RankVersionRow,
)
CATEGORY_VERSIONS: Final = Statement(
    select(
        *columns(
            ProductVersionTable,
            CategoryVersionRow,
            valid_from=func.greatest(ProductVersionTable.valid_from, _BEGINNING),
        )
    )
    .where(ProductVersionTable.product_id == any_(uuids("ids")))
    .order_by(ProductVersionTable.product_id, ProductVersionTable.valid_from),
    CategoryVersionRow,
)
PRODUCTS_OF_VARIANTS: Final = Statement(
    select(*columns(VariantTable, ProductOfVariantRow)).where(VariantTable.id == any_(uuids("ids"))),
    ProductOfVariantRow,
)
ACTIVITIES_OF_ECPS: Final = Statement(
    select(*columns(EcpActivityTable, ActivityOfEcpRow)).where(
        EcpActivityTable.ecp_id == any_(uuids("ecp_ids")), EcpActivityTable.kind == any_(texts("kinds"))
    ),
    ActivityOfEcpRow,
)

# For each account of the parameters `ecps` and `schemes`, the lines from the moment of the same place in `moments` on,
# and before that in `ends`.
_KNOWN_VALUATIONS: Final = """
SELECT DISTINCT ON (found.ecp, found.scheme, found.sold_at, found.sale, found.position)
    found.ecp, found.scheme, found.sold_at, found.sale, found.position, found.version, found.revision, found.base,
    found.facts
FROM unnest(:ecps, :schemes, :moments, :ends) AS asked (ecp, scheme, since, until)
JOIN valuation AS found ON found.ecp = asked.ecp AND found.scheme = asked.scheme AND found.sold_at >= asked.since
    AND found.sold_at < asked.until
ORDER BY found.ecp, found.scheme, found.sold_at, found.sale, found.position, found.version DESC
"""
_ACCOUNT_PARAMETERS: Final = (numbers("ecps"), numbers("schemes"), moments("moments"))
KNOWN_VALUATIONS: Final = Statement(
    text(_KNOWN_VALUATIONS)
    .bindparams(*_ACCOUNT_PARAMETERS, moments("ends"))
    .columns(*named_columns(KnownValuationRow)),
    KnownValuationRow,
)
# For each ECP of the parameter `ecps`, the lines of its sales and redemptions within the moments of the same place.
_STORED_LINES: Final = """
SELECT line.ecp, line.sold_at, named.source, named.external_id, line.sale, line.position, line.variant_id,
    line.quantity, line.unit_price, line.currency, NULL AS scheme
FROM unnest(:ecps, :moments, :ends) AS asked (ecp, since, until)
JOIN sale_line AS line ON line.ecp = asked.ecp AND line.sold_at >= asked.since AND line.sold_at < asked.until
JOIN sale_key AS named ON named.number = line.sale AND named.revision = line.revision AND named.ecp = line.ecp
    AND named.sold_at = line.sold_at AND named.returns IS NULL
UNION ALL
SELECT redeemed.ecp, redeemed.redeemed_at, '', redeemed.run_id || ':' || lpad(redeemed.serial::text, 10, '0'),
    redeemed.sale, NULL, redeemed.variant_id, 1, NULL, NULL,
    redeemed.scheme
FROM unnest(:ecps, :moments, :ends) AS asked (ecp, since, until)
JOIN redemption AS redeemed ON redeemed.ecp = asked.ecp AND redeemed.redeemed_at >= asked.since
    AND redeemed.redeemed_at < asked.until
"""
_ECP_PARAMETERS: Final = (numbers("ecps"), moments("moments"), moments("ends"))
STORED_LINES: Final = Statement(
    text(_STORED_LINES).bindparams(*_ECP_PARAMETERS).columns(*named_columns(StoredLineRow)), StoredLineRow
)
# The entries of lines that earlier valuations posted; the parameters name one line at the same place of each.
_POSTED_ENTRIES: Final = """
SELECT entry.ecp, entry.scheme, entry.sale, entry.position, entry.seq, entry.kind, entry.rule, entry.points,
    entry.reverses
FROM unnest(:ecps, :schemes, :moments, :sales, :positions) AS asked (ecp, scheme, sold_at, sale, position)
JOIN valuation AS found ON found.ecp = asked.ecp AND found.scheme = asked.scheme AND found.sold_at = asked.sold_at
    AND found.sale = asked.sale AND found.position = asked.position
JOIN points_entry AS entry ON entry.ecp = found.ecp
    AND entry.seq >= found.seq AND entry.seq < found.seq + found.entries
ORDER BY entry.ecp, entry.seq DESC
"""
POSTED_ENTRIES: Final = Statement(
    text(_POSTED_ENTRIES)
    .bindparams(*_ACCOUNT_PARAMETERS, numbers("sales"), numbers("positions"))
    .columns(*named_columns(PostedEntryRow)),
    PostedEntryRow,
)
