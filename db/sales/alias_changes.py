"""Changes to aliases, to sources, and to parked sales that somebody discards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import column, delete, insert, text
from sqlalchemy.dialects.postgresql import insert as upsert

from db.columns import scalar
from db.sales.tables import SaleAliasTable, SaleSourceTable
from db.sessions import Writing
from db.statement import Statement, moment, string, uuid, uuids

_DISCARD: Final = Statement(
    text(
        """
        WITH deleted AS (DELETE FROM parked_sale WHERE id = ANY(:ids) RETURNING *)
        INSERT INTO discarded_sale (
            id, source, external_id, content, problem, since, reason, discarded_at, discarded_by
        )
        SELECT id, source, external_id, content, problem, since, :reason, :discarded_at, :discarded_by FROM deleted
        RETURNING id
        """
    )
    .bindparams(uuids("ids"), string("reason"), moment("discarded_at"), uuid("discarded_by"))
    .columns(column("id")),
    scalar(UUID),
)


async def add_alias_row(session: Writing, **values: Any) -> None:
    """Add an alias. Raises DuplicateKey."""
    await session.execute(insert(SaleAliasTable).values(values))


async def delete_alias_row(session: Writing, alias_id: UUID) -> None:
    """Delete an alias."""
    await session.execute(delete(SaleAliasTable).where(SaleAliasTable.id == alias_id))


async def put_source(session: Writing, *, key: str, name: str, account_ids: Sequence[UUID], at: datetime) -> None:
    """Store a source, or the accounts of a known one."""
    values = {"key": key, "name": name, "account_ids": list(account_ids), "created_at": at}
    change = upsert(SaleSourceTable).values(values)
    await session.execute(
        change.on_conflict_do_update(index_elements=["key"], set_={"account_ids": change.excluded.account_ids})
    )


async def discard_rows(
    session: Writing, ids: Sequence[UUID], *, reason: str, at: datetime, account_id: UUID
) -> list[UUID]:
    """Discard parked sales, and keep them with the reason; return the ids of those that were parked."""
    return await session.fetch(_DISCARD, ids=list(ids), reason=reason, discarded_at=at, discarded_by=account_id)
