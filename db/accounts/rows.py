"""Rows of accounts and API keys."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class AccountRow(Struct, frozen=True):
    """An account with the roles it holds."""

    id: UUID
    display_name: str
    email: str | None
    vendor_id: UUID | None
    created_at: datetime
    disabled_at: datetime | None
    roles: list[str]
    ecp_id: UUID | None = None

    @property
    def address(self) -> tuple[UUID, str | None]:
        """The e-mail address, and whose it is."""
        return self.id, self.email


class ApiKeyRow(Struct, frozen=True):
    """An API key, without its secret."""

    id: UUID
    account_id: UUID
    name: str
    hint: str
    created_by: UUID
    created_at: datetime
    revoked_at: datetime | None
