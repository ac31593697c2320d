"""Inputs and payloads of accounts and API keys."""

from uuid import UUID

import strawberry

from domain.node_kinds import NodeKind
from domain.permissions import Role
from resolvers.accounts.create_api_key import CreateApiKey
from resolvers.accounts.loaders import accounts_by_id, api_keys_by_id
from resolvers.accounts.upsert_account import UpsertAccount
from schema.accounts.types import Account, ApiKey
from schema.errors import UserError
from schema.fields import batched, leaf, optional
from schema.ids import InputIds
from schema.payloads import error_list


@strawberry.input(description="An account to add, or to replace.")
class UpsertAccountInput:
    """An account."""

    id: strawberry.ID | None = optional("The account to replace; a new one if left out.")
    display_name: str = leaf("The name that people see; 1 to 120 characters.")
    email: str | None = optional("The e-mail address, unique; up to 254 characters.")
    roles: list[Role] = leaf("Exactly the roles that the account holds from now on.")
    vendor_id: strawberry.ID | None = optional("The vendor the account works for; with the role VENDOR, and only then.")
    disabled: bool | None = optional("Whether the account is kept from signing in.")

    def to_command(self) -> UpsertAccount:
        """The command. Raises InvalidInput for ids that make no sense."""
        ids = InputIds()
        key = ids.maybe(NodeKind.ACCOUNT, self.id, "id")
        vendor_id = ids.maybe(NodeKind.VENDOR, self.vendor_id, "vendorId")
        ids.check()
        return UpsertAccount(key, self.display_name, self.email, tuple(self.roles), vendor_id, bool(self.disabled))


@strawberry.input(description="A key with which a connected system acts as an account.")
class CreateApiKeyInput:
    """An API key."""

    account_id: strawberry.ID = leaf("The account that the key acts as.")
    name: str = leaf("What the key is for; 1 to 120 characters.")

    def to_command(self) -> CreateApiKey:
        """The command. Raises InvalidInput for an id that makes no sense."""
        ids = InputIds()
        account_id = ids.one(NodeKind.ACCOUNT, self.account_id, "accountId")
        ids.check()
        return CreateApiKey(account_id, self.name)


@strawberry.input(description="An API key that shall open nothing any more.")
class RevokeApiKeyInput:
    """A revocation."""

    api_key_id: strawberry.ID = leaf("The API key.")

    def to_key(self) -> UUID:
        """The key's id. Raises InvalidInput for an id that makes no sense."""
        ids = InputIds()
        key = ids.one(NodeKind.API_KEY, self.api_key_id, "apiKeyId")
        ids.check()
        return key


@strawberry.type(description="The answer to `upsertAccount`.")
class UpsertAccountPayload:
    """A stored account."""

    account: Account | None = batched(accounts_by_id, key="key", description="The account; null when there are errors.")
    errors: list[UserError] = error_list()
    key: strawberry.Private[UUID | None] = None


@strawberry.type(description="The answer to `createApiKey`.")
class CreateApiKeyPayload:
    """A new key."""

    api_key: ApiKey | None = batched(api_keys_by_id, key="key", description="The key; null when there are errors.")
    secret: str | None = strawberry.field(
        default=None, description="The secret to send as `Authorization: Bearer …`; shown this once and never again."
    )
    errors: list[UserError] = error_list()
    key: strawberry.Private[UUID | None] = None


@strawberry.type(description="The answer to `revokeApiKey`.")
class RevokeApiKeyPayload:
    """A revoked key."""

    api_key: ApiKey | None = batched(api_keys_by_id, key="key", description="The key; null when there are errors.")
    errors: list[UserError] = error_list()
    key: strawberry.Private[UUID | None] = None
