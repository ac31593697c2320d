"""Tables of schemes: content, sections with their versions, submissions, and the stages derived from them."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Identity, Index, Integer, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Json, Key, Moment, Texts, Uuids, one_of
from db.text_columns import search_index, search_words_column, sort_key_column
from domain.permissions import Role
from domain.schemes.lifecycle_facts import Decision
from domain.schemes.stages import SchemeStatus, StageKind, StageState, WizardStepKind, WizardStepState

# Spelled as PostgreSQL prints them, so that the check of the migrations recognizes the indexes.
_NO_START_FIRST = text("COALESCE(starts_on, '-infinity'::date)")
_NO_START_LAST = text("COALESCE(starts_on, 'infinity'::date)")


class SchemeTable(Base):
    """A scheme: its basics, and the hash of its whole content."""

    __tablename__ = "scheme"
    __table_args__ = (
        Index("uq_scheme__code", "code", unique=True, postgresql_where=text("revises IS NULL")),
        Index("ix_scheme__code", "code"),
        Index("uq_scheme__number", "number", unique=True),
        # One open revision of a scheme at a time.
        Index(
            "uq_scheme__revises",
            "revises",
            unique=True,
            postgresql_where=text("revises IS NOT NULL AND approved_at IS NULL AND rejected_at IS NULL"),
        ),
        Index(
            "ix_scheme__due", "effective_at", postgresql_where=text("effective_at IS NOT NULL AND applied_at IS NULL")
        ),
        CheckConstraint("(revises IS NULL) = (effective_at IS NULL)", "revision_timed"),
        CheckConstraint("applied_at IS NULL OR (revises IS NOT NULL AND approved_at IS NOT NULL)", "approved_applied"),
        # The schemes in which ECPs can enroll, by the day on which enrollment closes.
        Index(
            "ix_scheme__open",
            "enrollment_closes_on",
            "id",
            postgresql_where=text("approved_at IS NOT NULL AND revises IS NULL"),
        ),
        Index("ix_scheme__updated_at", "updated_at", "id"),
        Index("ix_scheme__created_at", "created_at", "id"),
        Index("ix_scheme__sort_title", "sort_title", "id"),
        Index("ix_scheme__starts_on_asc", _NO_START_LAST, "id"),
        Index("ix_scheme__starts_on_desc", _NO_START_FIRST, "id"),
        Index("ix_scheme__created_by", "created_by"),
        search_index("scheme"),
        Index(
            "ix_scheme__materials",
            "materials",
            postgresql_using="gin",
            postgresql_ops={"materials": "jsonb_path_ops"},
        ),
        CheckConstraint("enrollment_closes_on >= enrollment_opens_on", "enrollment_in_order"),
        CheckConstraint("ends_on >= starts_on", "dates_in_order"),
        CheckConstraint("budget > 0", "budget_positive"),
        CheckConstraint("cardinality(earning_channels) >= 1", "earning_channels_present"),
        CheckConstraint("point_amount > 0 AND scale(point_amount) <= 6", "point_amount_plain"),
        CheckConstraint("(point_amount IS NULL) = (point_currency IS NULL)", "point_value_whole"),
        CheckConstraint("minimum_payout > 0", "minimum_payout_positive"),
        CheckConstraint("points_expire_after_days > 0", "points_expire_later"),
        CheckConstraint("grace_days >= 0", "grace_days_not_negative"),
    )

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(Integer, Identity(), comment="Names the scheme in the ledger")
    code: Mapped[str]
    revision: Mapped[int]
    title: Mapped[str]
    description: Mapped[str | None]
    earning_channels: Mapped[Texts]
    enrollment_opens_on: Mapped[date | None]
    enrollment_closes_on: Mapped[date | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    terms_markdown: Mapped[str | None]
    terms_version: Mapped[int]
    terms_published_at: Mapped[Moment | None] = mapped_column(comment="When the text came into force")
    materials: Mapped[Json]
    budget: Mapped[int | None] = mapped_column(BigInteger)
    point_amount: Mapped[Decimal | None] = mapped_column(Numeric, comment="What a point is worth when it is paid")
    point_currency: Mapped[str | None]
    minimum_payout: Mapped[int | None] = mapped_column(BigInteger)
    points_expire_after_days: Mapped[int | None]
    grace_days: Mapped[int | None] = mapped_column(comment="Days after the end in which coupons pay; null for 30")
    content_hash: Mapped[str]
    submitted_at: Mapped[Moment | None] = mapped_column(comment="The first submission; approvers see it from then on")
    approved_at: Mapped[Moment | None]
    rejected_at: Mapped[Moment | None]
    revises: Mapped[UUID | None] = mapped_column(
        ForeignKey("scheme.id"), comment="The live scheme of which this is the next revision"
    )
    effective_at: Mapped[Moment | None] = mapped_column(comment="When a revision takes effect")
    applied_at: Mapped[Moment | None] = mapped_column(comment="When a revision became the live scheme")
    created_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
    sort_title: Mapped[bytes] = sort_key_column("title")
    search_words: Mapped[str] = search_words_column("code", "title")


class SchemeVariantTable(Base):
    """A variant of a scheme, with its coupon value once that is set."""

    __tablename__ = "scheme_variant"
    __table_args__ = (
        CheckConstraint("base_points >= 0", "base_points_not_negative"),
        CheckConstraint("planned_quantity >= 0", "planned_quantity_not_negative"),
        CheckConstraint("(base_points IS NULL) = (planned_quantity IS NULL)", "value_whole"),
    )

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), primary_key=True)
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("variant.id"), primary_key=True, index=True)
    base_points: Mapped[int | None]
    planned_quantity: Mapped[int | None]
    planned_points: Mapped[int | None] = mapped_column(
        BigInteger, Computed("base_points::bigint * planned_quantity", persisted=True)
    )


class SchemeGeographyTable(Base):
    """A geography a scheme runs in; everything beneath it is included."""

    __tablename__ = "scheme_geography"

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), primary_key=True)
    geography_id: Mapped[UUID] = mapped_column(ForeignKey("geography.id"), primary_key=True, index=True)


class SchemeSectionTable(Base):
    """One of the five sections of a scheme. Version 0 was never saved."""

    __tablename__ = "scheme_section"
    __table_args__ = (
        one_of("section", WizardStepKind),
        one_of("state", WizardStepState),
        CheckConstraint("(version = 0) = (saved_at IS NULL)", "saved_with_version"),
    )

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    state: Mapped[str]
    saved_at: Mapped[Moment | None]
    saved_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    authors: Mapped[Uuids] = mapped_column(server_default=text("'{}'"), comment="Every account that changed it")


class SchemeSubmissionTable(Base):
    """A submission for approval, with its content at that time and the decision."""

    __tablename__ = "scheme_submission"
    __table_args__ = (
        one_of("decision", Decision),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", "decision_dated"),
        CheckConstraint("(decision IS NULL) = (decided_by IS NULL)", "decision_signed"),
        CheckConstraint("decided_by <> submitted_by", "four_eyes"),
        CheckConstraint(
            "authors_may_approve OR decision <> 'APPROVED' OR decided_by <> ALL (authors)", "four_eyes_of_authors"
        ),
    )

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content_hash: Mapped[str]
    effective_at: Mapped[Moment | None] = mapped_column(comment="The time of a revision as it was submitted")
    content: Mapped[Json]
    acknowledged_warnings: Mapped[Texts]
    reach: Mapped[Json | None] = mapped_column(comment="Who could qualify for each rule when it was submitted")
    submitted_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    submitted_at: Mapped[Moment]
    authors: Mapped[Uuids] = mapped_column(server_default=text("'{}'"), comment="Every account that changed a section")
    authors_may_approve: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Whether the program let authors approve when it was approved"
    )
    decision: Mapped[str | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[Moment | None]
    reason: Mapped[str | None]


class SchemeRevisionTable(Base):
    """An approved revision of a scheme: its content, and the time from which it values sales."""

    __tablename__ = "scheme_revision"
    __table_args__ = (Index("uq_scheme_revision__effective_at", "scheme_id", "effective_at", unique=True),)

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content_hash: Mapped[str]
    content: Mapped[Json]
    effective_at: Mapped[Moment]
    approved_at: Mapped[Moment]
    approved_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))


class SchemeStageTable(Base):
    """A stage of a scheme and the time for which it is valid; domain.schemes.lifecycle derives both."""

    __tablename__ = "scheme_stage"
    __table_args__ = (
        one_of("kind", StageKind),
        one_of("state", StageState),
        one_of("status", SchemeStatus),
        one_of("waiting_role", Role),
        CheckConstraint("valid_from < valid_until", "valid_in_order"),
        CheckConstraint("done BETWEEN 0 AND total", "done_within_total"),
        Index("ix_scheme_stage__kind_status", "kind", "status", "scheme_id"),
    )

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[Moment] = mapped_column(primary_key=True)
    valid_until: Mapped[Moment]
    position: Mapped[int]
    state: Mapped[str]
    status: Mapped[str | None]
    since: Mapped[Moment | None]
    done: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    open_step: Mapped[str | None]
    waiting_role: Mapped[str | None] = mapped_column(comment="The role that must act")
    waiting_vendor_ids: Mapped[Uuids | None] = mapped_column(comment="The vendors of that role that must act")
    waiting_variant_ids: Mapped[Uuids | None] = mapped_column(comment="The variants that it must act on")
    due_on: Mapped[date | None]
    blocked_by: Mapped[Json] = mapped_column(comment="Why it cannot continue, as stored facts")
    is_current: Mapped[bool]


class SchemeParticipantTable(Base):
    """An account that is notified of what others do to a scheme."""

    __tablename__ = "scheme_participant"

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    added_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[Moment]


class SchemeActivityTable(Base):
    """An entry of the activity of a scheme; a saved step has its version and the fields that it changed."""

    __tablename__ = "scheme_activity"
    __table_args__ = (
        one_of("section", WizardStepKind),
        CheckConstraint("(kind = 'SCHEME_STEP_SAVED') = (section IS NOT NULL)", "section_of_step"),
        CheckConstraint("(section IS NULL) = (version IS NULL)", "section_with_version"),
        Index("ix_scheme_activity__scheme_id_at", "scheme_id", "at", "id"),
        Index(
            "uq_scheme_activity__version",
            "scheme_id",
            "section",
            "version",
            unique=True,
            postgresql_where=text("section IS NOT NULL"),
        ),
    )

    id: Mapped[Key]
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"))
    kind: Mapped[str]
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[Moment]
    fact: Mapped[Json] = mapped_column(comment="What happened, as domain/schemes/stored_facts.py declares it")
    section: Mapped[str | None]
    version: Mapped[int | None]
    changes: Mapped[Json]
