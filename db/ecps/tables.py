"""Tables of ECPs, of their past, of their activities, and of counts by geography, tier and status."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, one_of
from db.text_columns import search_index, search_words_column, sort_key_column, text_key_column
from domain.ecps.facts import EcpStatus


class EcpTable(Base):
    """A field influencer. An erased one keeps its code and its history, and no personal data.

    Region and country are those of the geography, kept beside it so that lists of any size are read by an index.
    """

    __tablename__ = "ecp"
    __table_args__ = (
        Index("uq_ecp__code", "code", unique=True),
        Index("uq_ecp__number", "number", unique=True),
        Index("uq_ecp__account_id", "account_id", unique=True),
        Index("uq_ecp__email_key", "email_key", unique=True),
        Index("ix_ecp__sort_name", "sort_name", "id", "tier_id", "status"),
        Index("ix_ecp__registered_at", "registered_at", "id", "tier_id", "status"),
        # Each order within each place. The other filters are at the end, where the index itself can apply them.
        *(
            Index(f"ix_ecp__{place}_{order}", place, order, "id", "tier_id", "status")
            for place in ("geography_id", "region_id", "country_id")
            for order in ("sort_name", "registered_at", "code")
        ),
        Index("ix_ecp__status", "status", "registered_at", "id"),
        one_of("status", EcpStatus),
        CheckConstraint("status = 'PENDING' OR status = 'CLOSED' OR tier_id IS NOT NULL", "verified_with_tier"),
        CheckConstraint("(status = 'SUSPENDED') = (suspended_reason IS NOT NULL)", "suspended_with_reason"),
        CheckConstraint(
            "erased_at IS NULL OR (practice IS NULL AND email IS NULL AND phone IS NULL AND license_number IS NULL "
            "AND account_id IS NULL AND status = 'CLOSED')",
            "erased_whole",
        ),
        CheckConstraint("email IS NOT NULL OR email_key IS NULL", "email_key_of_email"),
        CheckConstraint(
            "(erased_at IS NULL) = (erased_by IS NULL) AND (erased_at IS NULL) = (erased_reason IS NULL)",
            "erasure_signed",
        ),
        search_index("ecp"),
    )

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(Integer, Identity(), comment="Names the ECP in sales and in the ledger")
    code: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    display_name: Mapped[str]
    practice: Mapped[str | None]
    geography_id: Mapped[UUID] = mapped_column(ForeignKey("geography.id"))
    region_id: Mapped[UUID | None] = mapped_column(ForeignKey("geography.id"))
    country_id: Mapped[UUID] = mapped_column(ForeignKey("geography.id"))
    tier_id: Mapped[UUID | None] = mapped_column(ForeignKey("tier.id"))
    status: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    license_number: Mapped[str | None]
    registered_at: Mapped[Moment]
    verified_at: Mapped[Moment | None]
    suspended_reason: Mapped[str | None]
    erased_at: Mapped[Moment | None]
    erased_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    erased_reason: Mapped[str | None]
    redemption_locked_at: Mapped[Moment | None] = mapped_column(
        comment="Since when the ECP may not redeem coupons, because of wrong codes"
    )
    updated_at: Mapped[Moment]
    # Null without an address, and where another ECP had the same key when keys were introduced.
    email_key: Mapped[str | None] = text_key_column("email")
    sort_name: Mapped[bytes] = sort_key_column("display_name")
    # Without the e-mail address: searching would reveal it to viewers who may not see it.
    search_words: Mapped[str] = search_words_column("code", "display_name", "practice")


class EcpVersionTable(Base):
    """What was true of an ECP from a moment on, until its next version; triggers of `ecp` add a row for each change.

    It has no personal data, so erasing an ECP leaves it.
    """

    __tablename__ = "ecp_version"
    __table_args__ = (one_of("status", EcpStatus),)

    ecp_id: Mapped[UUID] = mapped_column(ForeignKey("ecp.id", ondelete="CASCADE"), primary_key=True)
    valid_from: Mapped[Moment] = mapped_column(primary_key=True, comment="The version ends where the next one begins")
    status: Mapped[str]
    tier_id: Mapped[UUID | None] = mapped_column(ForeignKey("tier.id"))
    geography_id: Mapped[UUID] = mapped_column(ForeignKey("geography.id"))


class EcpActivityTable(Base):
    """An activity of an ECP, as a connected system reported it: a training, an installation, a referral."""

    __tablename__ = "ecp_activity"
    __table_args__ = (
        Index("uq_ecp_activity__source_key_external_id", "source_key", "external_id", unique=True),
        Index("ix_ecp_activity__ecp_id", "ecp_id", "kind", "occurred_at"),
        Index("ix_ecp_activity__kind", "kind", "occurred_at", "ecp_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    source: Mapped[str]
    # Null where another activity had the same key and id when keys were introduced.
    source_key: Mapped[str | None] = text_key_column("source")
    external_id: Mapped[str]
    ecp_id: Mapped[UUID] = mapped_column(ForeignKey("ecp.id"))
    kind: Mapped[str]
    occurred_at: Mapped[Moment]
    recorded_at: Mapped[Moment]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))


class EcpCountTable(Base):
    """How many ECPs there are of a geography, tier and status; triggers keep it, so that counting costs no scan."""

    __tablename__ = "ecp_count"
    __table_args__ = (
        Index(
            "uq_ecp_count__sort", "geography_id", "tier_id", "status", unique=True, postgresql_nulls_not_distinct=True
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    geography_id: Mapped[UUID] = mapped_column(ForeignKey("geography.id"))
    tier_id: Mapped[UUID | None] = mapped_column(ForeignKey("tier.id"))
    status: Mapped[str]
    count: Mapped[int] = mapped_column(BigInteger)
