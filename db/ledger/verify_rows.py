"""Rows of the verification of ledgers, and how its statements are made."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text

from db.columns import named_columns
from db.statement import Statement, number


class FaultRow(Struct, frozen=True):
    """Something that contradicts something else: whose it is, what it is, and the two sides."""

    owner: str
    name: str
    stored: str
    counted: str


class BoundsRow(Struct, frozen=True):
    """The largest numbers of ECPs and of sales that any row names, and how many ledgers there are."""

    ecp: int
    sale: int
    ledgers: int


class AccountToFoldRow(Struct, frozen=True):
    """The account of an ECP in a scheme, with the codes of both."""

    ecp: int
    ecp_id: UUID
    ecp_code: str
    scheme: int
    scheme_id: UUID
    scheme_code: str
    available: int
    lines: int
    last_sold_at: datetime | None
    last_source: str | None
    last_external_id: str | None
    state: bytes | None
    revalue_from: datetime | None


class ReturnedUnitsRow(Struct, frozen=True):
    """Units of a variant of a sale that came back, at the present place of the sale."""

    sale: int
    variant_id: UUID
    quantity: int


class PostedComponentRow(Struct, frozen=True):
    """The points that are posted for a rule of a line, less what was taken back."""

    ecp: int
    scheme: int
    sale: int
    sold_at: datetime
    position: int
    rule: int
    points: int


class GrantRow(Struct, frozen=True):
    """The newest valuation of a line in a scheme that has pools."""

    scheme: int
    revision: int
    base: int
    facts: bytes


class RuleIdsRow(Struct, frozen=True):
    """The rules of a revision of a scheme, in their order."""

    scheme: int
    revision: int
    rule_ids: list[UUID]


class PoolToVerifyRow(Struct, frozen=True):
    """A limit over all ECPs, what its slices have left, and the limit in the revision that the scheme follows.

    There may be no limit, and none in the revision; without a revision, it is unknown what a pool follows.
    """

    scheme: int
    scheme_code: str
    rule_id: UUID
    capacity: int | None
    owed: int
    rest: int
    revision: int | None
    limit: int | None


# What a number of a sale is called.
NAME_OF_SALE: Final = """coalesce(
    (SELECT 'sale ' || external_id || ' of ' || source FROM sale_key WHERE number = {number}),
    (SELECT 'the redemption of serial ' || serial FROM redemption WHERE sale = {number} LIMIT 1),
    'sale number ' || {number}
)"""
# A number names a sale or a redemption.
IS_SALE: Final = """(
    EXISTS (SELECT FROM sale_key WHERE number = {number}) OR EXISTS (SELECT FROM redemption WHERE sale = {number})
)"""
_OWNED: Final = """
SELECT coalesce(ecp.code, 'ECP number ' || found.ecp)
        || coalesce(', ' || coalesce(scheme.code, 'scheme number ' || found.scheme), '') AS owner,
    found.name::text AS name, coalesce(found.stored::text, '') AS stored, coalesce(found.counted::text, '') AS counted
FROM ({faults}) AS found (ecp, scheme, name, stored, counted)
LEFT JOIN ecp ON ecp.number = found.ecp LEFT JOIN scheme ON scheme.number = found.scheme
ORDER BY found.ecp, found.scheme, found.name::text, found.stored::text, found.counted::text
"""


def of_ecps(faults: str) -> Statement[FaultRow]:
    """The faults of ECPs whose numbers are above the parameter `low` and up to `high`.

    `faults` selects the number of the ECP, that of the scheme or null, a name, and two sides.
    """
    return named(_OWNED.format(faults=faults), FaultRow, number("low"), number("high"))


def named(sql: str, row: type[Any], *parameters: Any) -> Statement[Any]:
    """A statement whose columns are the fields of the row."""
    return Statement(text(sql).bindparams(*parameters).columns(*named_columns(row)), row)
