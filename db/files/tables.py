"""Tables of files: uploads under way, and the files that they became."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, one_of
from domain.files.facts import UploadPurpose


class StoredFileTable(Base):
    """A file of the object store. Its content is stored once under its SHA-256, however many files have it."""

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint("byte_size > 0", "size_positive"),
        CheckConstraint("octet_length(sha256) = 32", "sha256_whole"),
        Index("ix_stored_file__sha256", "sha256"),
        Index("ix_stored_file__created_at", "created_at"),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(comment="The name of the file as the uploader wrote it")
    content_type: Mapped[str]
    byte_size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Moment]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), comment="None: the server made it")


class UploadTable(Base):
    """An upload that an account began. It is finished with its file, and used by the mutation that takes the file."""

    __tablename__ = "upload"
    __table_args__ = (
        one_of("purpose", UploadPurpose),
        CheckConstraint("byte_size > 0", "size_positive"),
        CheckConstraint("used_at IS NULL OR file_id IS NOT NULL", "used_when_finished"),
        Index("ix_upload__account_id", "account_id", "created_at"),
        Index("ix_upload__file_id", "file_id"),
        Index("ix_upload__unused", "expires_at", postgresql_where=text("used_at IS NULL")),
    )

    id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    purpose: Mapped[str]
    file_name: Mapped[str]
    content_type: Mapped[str]
    byte_size: Mapped[int] = mapped_column(BigInteger, comment="The size that the client announced")
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    used_at: Mapped[Moment | None]
