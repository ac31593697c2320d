"""Idempotency keys: the first result of a mutation that moves value, for clients that send it again."""

from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment


class IdempotencyKeyTable(Base):
    """A key that a vendor or an account sent with a mutation, the digest of the input, and the id of the result."""

    __tablename__ = "idempotency_key"

    owner_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The vendor, or the account of others")
    mutation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    result_id: Mapped[UUID]
    recorded_at: Mapped[Moment] = mapped_column(index=True)
