"""Tables of the outbox: events and their subjects, the key of cursors, and the last change of access."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, LargeBinary, PrimaryKeyConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from db.base import Base, Moment, Texts


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
    __table_args__ = (CheckConstraint("cardinality(subject_kinds) = cardinality(subject_ids)", "subjects_paired"),)

    xid: Mapped[int] = mapped_column(Xid8, primary_key=True, server_default=text("pg_current_xact_id()"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(comment="An EventKind; each release may add some, so no CHECK lists them")
    object_id: Mapped[UUID] = mapped_column(comment="The activity, notification, product, …: what the kind tells of")
    subject_kinds: Mapped[Texts] = mapped_column(server_default=text("'{}'"), comment="SubjectKinds; one for each id")
    subject_ids: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), server_default=text("'{}'"), comment="The schemes, accounts, ECPs, … that the event is about"
    )
    recorded_at: Mapped[Moment]


class EventSubjectTable(Base):
    """The index of events by subject, in the order in which a feed reads them; triggers of `event` keep it."""

    __tablename__ = "event_subject"
    # With the kind of the event in the index, other kinds are skipped and counted without reading the events.
    __table_args__ = (PrimaryKeyConstraint("subject_kind", "subject_id", "xid", "id", postgresql_include=["kind"]),)

    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    xid: Mapped[int] = mapped_column(Xid8)
    id: Mapped[int] = mapped_column(BigInteger, autoincrement=False)
    kind: Mapped[str] = mapped_column(comment="The kind of the event")


class EventStreamTable(Base):
    """The one stream of events: the key that signs its cursors, and the oldest position that they may name."""

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
