"""Statements that read what an entry of the ledger comes from: the names of sales, the SKUs of lines, valuations."""

from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import SmallInteger, TextualSelect, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from db.columns import named_columns
from db.points.entry_reads import integers
from db.statement import Statement, moments, numbers, uuids
from domain.schemes.content import SchemeContent


class SoldNameRow(Struct, frozen=True):
    """The names of a sale and of the sale that it returns; of a redeemed coupon they are None.

    The place is that of the revision that counted at the time `at`, and `previous` is that of the one before it, if
    there is one; of a coupon, all are of its redemption.
    """

    number: int
    at: datetime
    source: str | None
    external_id: str | None
    returns_number: int | None
    returns: str | None
    ecp: int
    sold_at: datetime
    previous_ecp: int | None
    previous_sold_at: datetime | None


class ReasonRow(Struct, frozen=True):
    """The reason of an adjustment."""

    id: UUID
    reason: str


class SettledLineRow(Struct, frozen=True):
    """A line of a settlement, by the number of the settlement, with the references of its payment and of the return."""

    id: UUID
    number: int
    reference: str | None
    return_reference: str | None


class ValuationRow(Struct, frozen=True):
    """A version of the valuation of a line; `revision` is the number of the scheme's revision that it was valued by.

    The variant is that of the line as it was then, with its product; None if the line is missing.
    """

    ecp: int
    scheme: int
    scheme_id: UUID
    sold_at: datetime
    sale: int
    position: int
    version: int
    revision: int
    base: int
    bonus: int
    recorded_at: datetime
    facts: bytes
    variant_id: UUID | None
    sku: str | None
    product_id: UUID | None
    category_id: UUID | None
    is_coupon: bool


class WorthRow(Struct, frozen=True):
    """What a sale is worth."""

    sale: int
    points: int


class ContentRow(Struct, frozen=True):
    """The content of an approved revision."""

    scheme_id: UUID
    number: int
    content: str

    @property
    def decoded(self) -> SchemeContent:
        """The content; the same text is decoded once."""
        return decode_content(self.content)


@lru_cache(maxsize=256)
def decode_content(content: str) -> SchemeContent:
    """Decode the content of a revision; the same text is decoded once."""
    return msgspec.json.decode(content, type=SchemeContent)


def _select(sql: str, row: type[Struct], *parameters: Any) -> TextualSelect:
    """The statement with its parameters, and with columns of the names of a row's fields."""
    return text(sql).bindparams(*parameters).columns(*named_columns(row))


# The sales and redeemed coupons with these numbers, at the time in the same place of `times`. The revision that counted
# then is looked for from the current one back.
SOLD_NAMES: Final = Statement(
    _select(
        """
SELECT asked.number, asked.at, sold.source, sold.external_id, returned.number AS returns_number,
    returned.external_id AS returns, coalesce(past.ecp, sold.ecp) AS ecp,
    coalesce(past.sold_at, sold.sold_at) AS sold_at, past.previous_ecp, past.previous_sold_at
FROM unnest(:numbers, :times) AS asked (number, at)
JOIN sale_key AS sold ON sold.number = asked.number
LEFT JOIN sale_key AS returned ON returned.number = sold.returns
LEFT JOIN LATERAL (
    WITH RECURSIVE revisions AS (
        SELECT sale.* FROM sale
        WHERE sale.ecp = sold.ecp AND sale.sold_at = sold.sold_at AND sale.sale = sold.number
            AND sale.revision = sold.revision
        UNION ALL
        SELECT sale.* FROM revisions
        JOIN sale ON sale.ecp = revisions.previous_ecp AND sale.sold_at = revisions.previous_sold_at
            AND sale.sale = revisions.sale AND sale.revision = revisions.previous_revision
        WHERE revisions.recorded_at > asked.at
    )
    SELECT * FROM revisions WHERE recorded_at <= asked.at
) AS past ON true
UNION ALL
SELECT asked.number, asked.at, NULL, NULL, NULL, NULL, redemption.ecp, redemption.redeemed_at, NULL, NULL
FROM unnest(:numbers, :times) AS asked (number, at) JOIN redemption ON redemption.sale = asked.number
""",
        SoldNameRow,
        numbers("numbers"),
        moments("times"),
    ),
    SoldNameRow,
)
ADJUSTMENT_REASONS: Final = Statement(
    _select("SELECT id, reason FROM adjustment WHERE id = ANY (:ids)", ReasonRow, uuids("ids")), ReasonRow
)
SETTLED_LINES: Final = Statement(
    _select(
        """
SELECT line.id, settlement.number, line.reference, line.return_reference
FROM settlement_line AS line JOIN settlement ON settlement.id = line.settlement_id WHERE line.id = ANY (:ids)
""",
        SettledLineRow,
        uuids("ids"),
    ),
    SettledLineRow,
)
_VALUATION: Final = """valuation.ecp, valuation.scheme, scheme.id AS scheme_id, valuation.sold_at, valuation.sale,
    valuation.position, valuation.version, valuation.revision, valuation.base, valuation.bonus, valuation.recorded_at,
    valuation.facts, variant.id AS variant_id, variant.sku, variant.product_id, product.category_id,
    coalesce(line.is_coupon, false) AS is_coupon"""
# The scheme, and the line as it was when it was valued: in the newest revision of the sale up to then that has it. The
# category is that of the time of the sale.
_LINE: Final = """JOIN scheme ON scheme.number = valuation.scheme
LEFT JOIN LATERAL (
    (
        SELECT sale_line.variant_id, false AS is_coupon FROM sale_line
        JOIN sale USING (ecp, sold_at, sale, revision)
        WHERE sale_line.ecp = valuation.ecp AND sale_line.sold_at = valuation.sold_at
            AND sale_line.sale = valuation.sale AND sale_line.position = valuation.position
            AND sale.recorded_at <= valuation.recorded_at
        ORDER BY sale_line.revision DESC LIMIT 1
    )
    UNION ALL
    SELECT redemption.variant_id, true FROM redemption WHERE redemption.sale = valuation.sale
) AS line ON true
LEFT JOIN variant ON variant.id = line.variant_id
LEFT JOIN LATERAL (
    SELECT category_id FROM product_version
    WHERE product_id = variant.product_id AND valid_from <= valuation.sold_at ORDER BY valid_from DESC LIMIT 1
) AS product ON true"""
# The versions of valuations that entries name.
VALUATIONS: Final = Statement(
    _select(
        f"""
SELECT {_VALUATION}
FROM unnest(:ecps, :schemes, :sold_ats, :sales, :positions, :versions)
    AS asked (ecp, scheme, sold_at, sale, position, version)
JOIN valuation ON valuation.ecp = asked.ecp AND valuation.scheme = asked.scheme
    AND valuation.sold_at = asked.sold_at AND valuation.sale = asked.sale
    AND valuation.position = asked.position AND valuation.version = asked.version
{_LINE}
""",  # noqa: S608 - no text of others
        ValuationRow,
        integers("ecps"),
        integers("schemes"),
        moments("sold_ats"),
        numbers("sales"),
        bindparam("positions", type_=ARRAY(SmallInteger()), required=True),
        bindparam("versions", type_=ARRAY(SmallInteger()), required=True),
    ),
    ValuationRow,
)
# The newest valuation of each line of sales, in every scheme in which the ECP has an account, by scheme.
VALUATIONS_OF_SALES: Final = Statement(
    _select(
        f"""
SELECT {_VALUATION}
FROM unnest(:ecps, :sold_ats, :sales) AS asked (ecp, sold_at, sale)
JOIN points_account AS account ON account.ecp = asked.ecp
JOIN LATERAL (
    SELECT DISTINCT ON (position) * FROM valuation AS version
    WHERE version.ecp = asked.ecp AND version.scheme = account.scheme
        AND version.sold_at = asked.sold_at AND version.sale = asked.sale
    ORDER BY position, version DESC
) AS valuation ON true
{_LINE}
ORDER BY valuation.sale, valuation.position, valuation.scheme
""",  # noqa: S608 - as above
        ValuationRow,
        integers("ecps"),
        moments("sold_ats"),
        numbers("sales"),
    ),
    ValuationRow,
)
# What sales are worth now: the points of the newest valuations of their lines, over all schemes.
WORTHS_OF_SALES: Final = Statement(
    _select(
        """
SELECT asked.sale, sum(valuation.base + valuation.bonus)::bigint AS points
FROM unnest(:ecps, :sold_ats, :sales) AS asked (ecp, sold_at, sale)
JOIN points_account AS account ON account.ecp = asked.ecp
JOIN LATERAL (
    SELECT DISTINCT ON (position) base, bonus FROM valuation AS version
    WHERE version.ecp = asked.ecp AND version.scheme = account.scheme
        AND version.sold_at = asked.sold_at AND version.sale = asked.sale
    ORDER BY position, version DESC
) AS valuation ON true
GROUP BY asked.sale
""",
        WorthRow,
        integers("ecps"),
        moments("sold_ats"),
        numbers("sales"),
    ),
    WorthRow,
)
# The contents of approved revisions, which never change.
CONTENTS: Final = Statement(
    _select(
        """
SELECT made.scheme_id, made.number, made.content::text AS content
FROM unnest(:scheme_ids, :numbers) AS asked (scheme_id, number)
JOIN scheme_revision AS made ON made.scheme_id = asked.scheme_id AND made.number = asked.number
""",
        ContentRow,
        uuids("scheme_ids"),
        numbers("numbers"),
    ),
    ContentRow,
)
