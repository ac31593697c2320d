"""Idempotency keys: the first result of a mutation that moves value, for clients that send it again."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import LargeBinary, bindparam, column, delete, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment
from db.columns import columns, scalar
from db.sessions import Writing
from db.statement import Change, Statement, moment, string, uuid


class IdempotencyKeyTable(Base):
    """A key that a vendor or an account sent with a mutation, the digest of the input, and the id of the result."""

    __tablename__ = "idempotency_key"

    owner_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The vendor, or the account of others")
    mutation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    result_id: Mapped[UUID]
    recorded_at: Mapped[Moment] = mapped_column(index=True)


class KnownKeyRow(NamedTuple):
    """What a key was used for."""

    digest: bytes
    result_id: UUID


_KNOWN: Final = Statement(
    select(*columns(IdempotencyKeyTable, KnownKeyRow)).where(
        IdempotencyKeyTable.owner_id == uuid("owner_id"),
        IdempotencyKeyTable.mutation == string("mutation"),
        IdempotencyKeyTable.key == string("key"),
    ),
    KnownKeyRow,
)

CLAIM_KEY: Final = Change(
    upsert(IdempotencyKeyTable).on_conflict_do_nothing(),
    ("owner_id", "mutation", "key", "digest", "result_id", "recorded_at"),
)
# The same, and the later statements of the transaction are planned once for all parameters. PostgreSQL would plan those
# with arrays every time, which takes longer than running them for one row.
_CLAIM_KEY_AND_KEEP_PLANS: Final = Statement(
    text("""
WITH claimed AS (
    INSERT INTO idempotency_key (owner_id, mutation, key, digest, result_id, recorded_at)
    VALUES (:owner_id, :mutation, :key, :digest, :result_id, :recorded_at) ON CONFLICT DO NOTHING RETURNING 1
)
SELECT 1 AS claimed FROM claimed WHERE set_config('plan_cache_mode', 'force_generic_plan', true) <> ''
""")
    .bindparams(
        uuid("owner_id"),
        string("mutation"),
        string("key"),
        bindparam("digest", type_=LargeBinary()),
        uuid("result_id"),
        moment("recorded_at"),
    )
    .columns(column("claimed")),
    scalar(int),
)


async def claim_idempotency_key(  # noqa: PLR0913 - the columns of a key, by name
    session: Writing,
    *,
    owner_id: UUID,
    mutation: str,
    key: str,
    digest: bytes,
    result_id: UUID,
    at: datetime,
    keeps_plans: bool = False,
) -> tuple[bytes, UUID] | None:
    """Store a key for this transaction and return None, or return the digest and the result that the key has already.

    Another transaction that has just stored the key is waited for. With `keeps_plans`, the plans of the statements that
    follow do not depend on their parameters: for transactions of few rows.
    """
    values = {"owner_id": owner_id, "mutation": mutation, "key": key}
    new = {**values, "digest": digest, "result_id": result_id, "recorded_at": at}
    if keeps_plans:
        claimed = len(await session.fetch(_CLAIM_KEY_AND_KEEP_PLANS, **new))
    else:
        claimed = await session.run(CLAIM_KEY, **new)
    if claimed:
        return None
    ((known, result),) = await session.fetch(_KNOWN, **values)
    return known, result


async def forget_idempotency_keys(session: Writing, before: datetime) -> None:
    """Delete the keys that were stored before a time."""
    await session.execute(delete(IdempotencyKeyTable).where(IdempotencyKeyTable.recorded_at < before))
