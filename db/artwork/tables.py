"""Tables of artwork: one row per variant of a scheme, its versions, and what vendors decided about them."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment


class ArtworkTable(Base):
    """The artwork of a variant of a scheme. It exists from the first version, or the first consignment, on.

    It is what movements and reviews lock: movements share the lock, uploads and reviews take it alone.
    """

    __tablename__ = "artwork"
    __table_args__ = (
        CheckConstraint("current_version >= 0", "current_version_counted"),
        Index("uq_artwork__scheme_id_variant_id", "scheme_id", "variant_id", unique=True),
        Index("ix_artwork__variant_id", "variant_id"),
    )

    id: Mapped[Key]
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"))
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("variant.id"))
    current_version: Mapped[int] = mapped_column(
        Integer, server_default=text("0"), comment="The number of the newest version; 0 before the first"
    )
    created_at: Mapped[Moment]


class ArtworkVersionTable(Base):
    """A file that was uploaded as artwork. Versions are numbered from 1, and the newest is the current one."""

    __tablename__ = "artwork_version"
    __table_args__ = (
        CheckConstraint("number >= 1", "number_counted"),
        Index("uq_artwork_version__artwork_id_number", "artwork_id", "number", unique=True),
        Index("ix_artwork_version__file_id", "file_id"),
        Index("ix_artwork_version__thumbnail_id", "thumbnail_id", postgresql_where=text("thumbnail_id IS NOT NULL")),
    )

    id: Mapped[Key]
    artwork_id: Mapped[UUID] = mapped_column(ForeignKey("artwork.id"))
    number: Mapped[int] = mapped_column(Integer)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"))
    thumbnail_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("stored_file.id"), comment="A small picture of it, which a job makes"
    )
    note: Mapped[str | None]
    uploaded_at: Mapped[Moment]
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))


class ArtworkReviewTable(Base):
    """What a vendor decided about a version. A vendor without a row has not decided."""

    __tablename__ = "artwork_review"
    __table_args__ = (
        CheckConstraint("state IN ('APPROVED', 'REVISION_REQUESTED')", "state_known"),
        CheckConstraint("state <> 'REVISION_REQUESTED' OR comment IS NOT NULL", "request_explained"),
        ForeignKeyConstraint(["artwork_id", "version"], ["artwork_version.artwork_id", "artwork_version.number"]),
        Index(
            "ix_artwork_review__requests",
            "artwork_id",
            "version",
            postgresql_where=text("state = 'REVISION_REQUESTED'"),
        ),
        Index("ix_artwork_review__vendor_id", "vendor_id"),
    )

    artwork_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    vendor_id: Mapped[UUID] = mapped_column(ForeignKey("vendor.id"), primary_key=True)
    state: Mapped[str]
    comment: Mapped[str | None]
    decided_at: Mapped[Moment]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
