"""Tables of imports: what was asked for, how far it is, and the sales of the file before they are recorded (R20)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, SmallInteger, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, Texts, one_of
from domain.imports.facts import ImportFormat, ImportPhase


class SalesImportTable(Base):
    """A file of sales, and what became of it. What its streams recorded is counted in their rows."""

    __tablename__ = "sales_import"
    __table_args__ = (
        one_of("phase", ImportPhase),
        one_of("format", ImportFormat),
        CheckConstraint("bytes_read >= 0 AND lines_read >= 0 AND sales_read >= 0 AND rejected >= 0", "counts_positive"),
        CheckConstraint("(phase = 'FINISHED') = (finished_at IS NOT NULL)", "finish_dated"),
        Index("ix_sales_import__created_at", "created_at", "id"),
        Index("ix_sales_import__created_by", "created_by", "created_at", "id"),
        Index("uq_sales_import__job_id", "job_id", unique=True),
        Index("ix_sales_import__file_id", "file_id"),
        Index(
            "ix_sales_import__rejected_file_id",
            "rejected_file_id",
            postgresql_where=text("rejected_file_id IS NOT NULL"),
        ),
        Index("ix_sales_import__kept", "created_at", postgresql_where=text("file_id IS NOT NULL")),
        Index("ix_sales_import__staged", "created_at", postgresql_where=text("is_staged")),
    )

    id: Mapped[Key]
    source: Mapped[str]
    file_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("stored_file.id"), comment="Null when it is deleted, together with the rejected rows"
    )
    file_name: Mapped[str]
    dry_run: Mapped[bool]
    park: Mapped[bool]
    job_id: Mapped[UUID] = mapped_column(comment="The job that does it, which is deleted before the import")
    created_at: Mapped[Moment]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    phase: Mapped[str]
    format: Mapped[str | None] = mapped_column(comment="Null until the first line was read")
    encoding: Mapped[str | None]
    delimiter: Mapped[str | None]
    ignored_columns: Mapped[Texts]
    bytes_read: Mapped[int] = mapped_column(BigInteger)
    lines_read: Mapped[int] = mapped_column(BigInteger)
    sales_read: Mapped[int] = mapped_column(BigInteger)
    rejected: Mapped[int] = mapped_column(BigInteger, comment="Rows and sales that were rejected while they were read")
    is_cut: Mapped[bool] = mapped_column(comment="The last line has no line break")
    is_staged: Mapped[bool] = mapped_column(comment="Sales of the file may be stored for the import")
    error: Mapped[str | None] = mapped_column(comment="Why the file is not imported, or not to its end")
    rejected_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    finished_at: Mapped[Moment | None]


class SalesImportStreamTable(Base):
    """A part of an import that records sales one after the other: where it is, and the outcomes so far.

    Every transaction of a stream locks its row, which only the attempt with the lease may do.
    """

    __tablename__ = "sales_import_stream"
    __table_args__ = (CheckConstraint("part >= 0 AND position >= 0", "place_positive"),)

    import_id: Mapped[UUID] = mapped_column(ForeignKey("sales_import.id"), primary_key=True)
    stream: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    lease: Mapped[UUID | None] = mapped_column(comment="Of the attempt at the job that records now")
    part: Mapped[int] = mapped_column(Integer, comment="Of the last sale that was tried")
    position: Mapped[int] = mapped_column(BigInteger)
    recorded: Mapped[int] = mapped_column(BigInteger)
    corrected: Mapped[int] = mapped_column(BigInteger)
    duplicates: Mapped[int] = mapped_column(BigInteger)
    conflicts: Mapped[int] = mapped_column(BigInteger)
    parked: Mapped[int] = mapped_column(BigInteger)
    rejected: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[int] = mapped_column(BigInteger, comment="Rows of the sales that were tried")
    points: Mapped[int] = mapped_column(BigInteger, comment="That were posted")
    failed: Mapped[int] = mapped_column(
        BigInteger, server_default=text("0"), comment="Those of the rejected sales that met an unexpected error"
    )


class SalesImportRowTable(Base):
    """A sale as it was read, in the order of the file. Rows of a sale that do not follow each other are several."""

    __tablename__ = "sales_import_row"
    __table_args__ = (
        Index("ix_sales_import_row__fault", "import_id", "part", "line", postgresql_where=text("fault IS NOT NULL")),
    )

    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(SmallInteger, primary_key=True, comment="By the ECP")
    line: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    external_id: Mapped[str]
    revision: Mapped[int | None] = mapped_column(Integer)
    updated_at: Mapped[Moment | None]
    occurrence: Mapped[int] = mapped_column(BigInteger, comment="Rows with different ones are different sales")
    ecp_key: Mapped[str]
    sold_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    returns: Mapped[str | None]
    line_count: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[bytes] = mapped_column(LargeBinary, comment="The sale and its lines in the file, as msgpack")
    fault: Mapped[str | None] = mapped_column(comment="Why it cannot be recorded together with other rows")


class SalesImportSaleTable(Base):
    """A sale of the file in the order in which sales are recorded: by ECP, and then by time."""

    __tablename__ = "sales_import_sale"

    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    contents: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary), comment="Of its rows, in the order of the file")


class SalesImportRejectionTable(Base):
    """A row of a file that was rejected, and why."""

    __tablename__ = "sales_import_rejection"
    __table_args__ = (
        Index(
            "ix_sales_import_rejection__external_id",
            "import_id",
            "external_id",
            postgresql_where=text("while_reading"),
        ),
    )

    import_id: Mapped[UUID] = mapped_column(ForeignKey("sales_import.id"), primary_key=True)
    line: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    external_id: Mapped[str | None]
    reason: Mapped[str]
    while_reading: Mapped[bool] = mapped_column(comment="Other rows of the sale are rejected with it")
