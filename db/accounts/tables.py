"""Tables of people: accounts, their roles and identities, and the API keys of connected systems."""

from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, one_of
from db.text_columns import search_index, search_words_column, sort_key_column, text_key_column
from domain.accounts.identities import ISSUER_LENGTH, SUBJECT_LENGTH, IdentityOrigin
from domain.permissions import Role

_LINKED: Final = "unlinked_at IS NULL"


class AccountTable(Base):
    """A person or a connected system that signs in."""

    __tablename__ = "account"
    __table_args__ = (
        Index("uq_account__email_key", "email_key", unique=True),
        Index("ix_account__sort_name", "sort_name", "id"),
        # Accounts without the key of their address, which only old ones are, also count when one is looked for.
        Index("ix_account__email", "email", postgresql_where=text("email IS NOT NULL AND email_key IS NULL")),
        Index("ix_account__vendor_id", "vendor_id", "id", postgresql_where=text("vendor_id IS NOT NULL")),
        CheckConstraint("length(display_name) BETWEEN 1 AND 120", "display_name_length"),
        search_index("account"),
    )

    id: Mapped[Key]
    display_name: Mapped[str]
    email: Mapped[str | None]
    vendor_id: Mapped[UUID | None] = mapped_column(ForeignKey("vendor.id"))
    created_at: Mapped[Moment]
    disabled_at: Mapped[Moment | None]
    # Null without an address, and where another account had the same key when keys were introduced.
    email_key: Mapped[str | None] = text_key_column("email")
    sort_name: Mapped[bytes] = sort_key_column("display_name")
    search_words: Mapped[str] = search_words_column("display_name", "email")


class AccountRoleTable(Base):
    """One role that an account holds."""

    __tablename__ = "account_role"
    __table_args__ = (one_of("role", Role),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class AccountIdentityTable(Base):
    """An identity at an identity provider, with which an account signs in; at most one of each issuer.

    One that an administrator unlinked stays, so that its e-mail address does not link it again.
    """

    __tablename__ = "account_identity"
    __table_args__ = (
        Index("uq_account_identity__subject", "issuer", "subject", unique=True, postgresql_where=text(_LINKED)),
        Index("uq_account_identity__account_id", "account_id", "issuer", unique=True, postgresql_where=text(_LINKED)),
        Index("ix_account_identity__subject", "issuer", "subject"),
        Index("ix_account_identity__account_id", "account_id"),
        CheckConstraint("(unlinked_at IS NULL) = (unlinked_by IS NULL)", "unlinking_signed"),
        CheckConstraint(f"length(issuer) BETWEEN 1 AND {ISSUER_LENGTH}", "issuer_length"),
        CheckConstraint(f"length(subject) BETWEEN 1 AND {SUBJECT_LENGTH}", "subject_length"),
        one_of("origin", IdentityOrigin),
    )

    id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    issuer: Mapped[str]
    subject: Mapped[str]
    origin: Mapped[str] = mapped_column(comment="How it was linked")
    linked_at: Mapped[Moment]
    linked_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    unlinked_at: Mapped[Moment | None]
    unlinked_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))


class ApiKeyTable(Base):
    """A key of a connected system. Only a hash of its secret is kept."""

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("octet_length(secret_hash) = 32", "secret_hash_is_sha256"),
        Index("uq_api_key__secret_hash", "secret_hash", unique=True),
        Index("ix_api_key__created_at", "created_at", "id"),
    )

    id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]
    hint: Mapped[str] = mapped_column(comment="The first characters of the key, to recognize it by")
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
