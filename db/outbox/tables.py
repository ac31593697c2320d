"""Tables of the outbox: events, what cursors are signed with, and when somebody's access changed."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from db.base import Base, Moment


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id, an int in Python."""

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_options: Any) -> str:
        """Its name in SQL."""
        return "xid8"


# Lets the check of the migrations recognize the type, which SQLAlchemy does not know.
ischema_names["xid8"] = Xid8


class EventTable(Base):
    """Something that happened, written by the transaction in which it happened and never changed."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event__scheme_id", "scheme_id", "xid", "id", postgresql_where=text("scheme_id IS NOT NULL")),
        Index("ix_event__account_id", "account_id", "xid", "id", postgresql_where=text("account_id IS NOT NULL")),
    )

    xid: Mapped[int] = mapped_column(Xid8, primary_key=True, server_default=text("pg_current_xact_id()"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(comment="An EventKind; each release may add some, so no CHECK lists them")
    object_id: Mapped[UUID] = mapped_column(comment="The activity, notification, product, …: what the kind tells of")
    scheme_id: Mapped[UUID | None] = mapped_column(comment="The scheme that it belongs to")
    account_id: Mapped[UUID | None] = mapped_column(comment="The account that it is for")
    recorded_at: Mapped[Moment]


class EventStreamTable(Base):
    """The one stream of events: what its cursors are signed with, and how far back they reach."""

    __tablename__ = "event_stream"
    __table_args__ = (CheckConstraint("id = 1", "only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[int] = mapped_column(comment="Counts restores of the database; cursors of earlier ones are expired")
    origin: Mapped[str | None] = mapped_column(comment="Which database the epoch belongs to, to recognize a restore")
    key: Mapped[bytes] = mapped_column(LargeBinary, comment="What cursors are signed with")
    floor_xid: Mapped[int] = mapped_column(Xid8, comment="The newest event that retention has deleted")
    floor_id: Mapped[int] = mapped_column(BigInteger)


class AccessVersionTable(Base):
    """The last transaction that changed an account, its roles or an API key; triggers keep it."""

    __tablename__ = "access_version"
    __table_args__ = (CheckConstraint("id = 1", "only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    xid: Mapped[int] = mapped_column(Xid8)
