"""Statements that find parked sales to try again, locked; those that another transaction holds are passed over."""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text

from db.columns import named_columns
from db.sales.rows import ParkedContentRow
from db.statement import Statement, number, texts


class RetryRow(Struct, frozen=True):
    """A parked sale to try again."""

    source: str
    external_id: str
    revision: int | None
    updated_at: datetime | None
    digest: bytes
    content: bytes
    returns_external_id: str | None
    account_id: UUID
    since: datetime

    @property
    def parked(self) -> ParkedContentRow:
        """The sale without its source."""
        return ParkedContentRow(
            external_id=self.external_id,
            revision=self.revision,
            updated_at=self.updated_at,
            digest=self.digest,
            content=self.content,
            returns_external_id=self.returns_external_id,
            account_id=self.account_id,
            since=self.since,
        )


_COLUMNS: Final = ", ".join(f"parked_sale.{name}" for name in RetryRow.__struct_fields__)

# Those that name an ECP or a variant by one of the parameter `keys`.
PARKED_NAMING: Final = Statement(
    text(
        f"""
        SELECT {_COLUMNS} FROM parked_sale WHERE ecp_key = ANY(:keys) OR sku_keys && :keys
        ORDER BY source, external_id LIMIT :limit FOR UPDATE SKIP LOCKED
        """  # noqa: S608 - of constants
    )
    .bindparams(texts("keys"), number("limit"))
    .columns(*named_columns(RetryRow)),
    RetryRow,
)
# Those of which everything that they name exists, the longest unchecked first.
PARKED_RESOLVED: Final = Statement(
    text(
        f"""
        SELECT {_COLUMNS} FROM parked_sale
        WHERE (
            EXISTS (SELECT FROM ecp WHERE code = parked_sale.ecp_key)
            OR EXISTS (SELECT FROM sale_alias WHERE kind = 'ECP' AND key = parked_sale.ecp_key)
        ) AND NOT EXISTS (
            SELECT FROM unnest(parked_sale.sku_keys) AS named(key)
            WHERE NOT EXISTS (SELECT FROM variant WHERE sku = named.key) AND NOT EXISTS (
                SELECT FROM sale_alias WHERE kind = 'SKU' AND key IN (named.key, lpad(named.key, 14, '0'))
            )
        ) AND (
            returns_external_id IS NULL OR EXISTS (
                SELECT FROM sale_key
                WHERE sale_key.source = parked_sale.source AND sale_key.external_id = returns_external_id
            )
        )
        ORDER BY checked_at, id LIMIT :limit FOR UPDATE SKIP LOCKED
        """  # noqa: S608 - of constants
    )
    .bindparams(number("limit"))
    .columns(*named_columns(RetryRow)),
    RetryRow,
)
