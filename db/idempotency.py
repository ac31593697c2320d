"""Idempotency keys: the first result of a mutation that moves value, for clients that send it again."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import LargeBinary, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment
from db.columns import columns
from db.sessions import Fetching, Writing
from db.statement import Change, Statement, string, uuid


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


async def claim_idempotency_key(  # noqa: PLR0913 - the columns of a key, by name
    session: Writing,
    *,
    owner_id: UUID,
    mutation: str,
    key: str,
    digest: bytes,
    result_id: UUID,
    at: datetime,
) -> KnownKeyRow | None:
    """Store a key for this transaction and return None, or return the digest and the result that the key has already.

    Another transaction that has just stored the key is waited for.
    """
    new = {"digest": digest, "result_id": result_id, "recorded_at": at}
    if await session.run(CLAIM_KEY, owner_id=owner_id, mutation=mutation, key=key, **new):
        return None
    return await find_idempotency_key(session, owner_id=owner_id, mutation=mutation, key=key)


async def find_idempotency_key(fetching: Fetching, *, owner_id: UUID, mutation: str, key: str) -> KnownKeyRow | None:
    """What a key was used for; None if it is new."""
    found = await fetching.fetch(_KNOWN, owner_id=owner_id, mutation=mutation, key=key)
    return found[0] if found else None


async def forget_idempotency_keys(session: Writing, before: datetime) -> None:
    """Delete the keys that were stored before a time."""
    await session.execute(delete(IdempotencyKeyTable).where(IdempotencyKeyTable.recorded_at < before))
