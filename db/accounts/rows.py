"""Rows of accounts and API keys."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from db.ecps.rows import EcpRow
from db.program.rows import ProgramRow


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
        """The id of the account with its e-mail address."""
        return self.id, self.email


class RoleHolder(NamedTuple):
    """A role, and an account that holds it."""

    role: str
    account: AccountRow


class SignInRow(NamedTuple):
    """What a credential signs in: the account with its ECP, and the program as it is now.

    Also the id of the API key or of the identity that it is.
    """

    account: AccountRow
    program: ProgramRow
    ecp: EcpRow | None
    api_key_id: UUID | None
    identity_id: UUID | None


class IdentityRow(Struct, frozen=True):
    """An identity of an account."""

    id: UUID
    account_id: UUID
    issuer: str
    subject: str
    origin: str
    linked_at: datetime
    linked_by: UUID
    unlinked_at: datetime | None = None


class AddressHolder(NamedTuple):
    """An account with a certain e-mail address, and whether it may be linked: enabled, without an identity."""

    id: UUID
    email: str | None
    may_link: bool


class ApiKeyRow(Struct, frozen=True):
    """An API key, without its secret."""

    id: UUID
    account_id: UUID
    name: str
    hint: str
    created_by: UUID
    created_at: datetime
    revoked_at: datetime | None
