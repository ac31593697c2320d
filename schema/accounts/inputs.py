"""Inputs and payloads of accounts and API keys."""

from uuid import UUID

import strawberry

from domain.node_kinds import NodeKind
from domain.permissions import Role
from resolvers.accounts.create_api_key import CreateApiKey
from resolvers.accounts.upsert_account import UpsertAccount
from schema.fields import leaf, optional
from schema.ids import InputIds, input_id


@strawberry.input(description="An account to add, or to replace.")
class UpsertAccountInput:
    id: strawberry.ID | None = optional("The account to replace; a new one if left out.")
    display_name: str = leaf("The name that people see; 1 to 120 characters.")
    email: str | None = optional("The e-mail address, unique; up to 254 characters.")
    roles: list[Role] = leaf("Exactly the roles that the account holds from now on.")
    vendor_id: strawberry.ID | None = optional("The vendor the account works for; with the role VENDOR, and only then.")
    disabled: bool | None = optional("Whether the account is kept from signing in.")

    def to_command(self) -> UpsertAccount:
        """The command. Raises InvalidInput for ids that make no sense."""
        with InputIds() as ids:
            key = ids.maybe(NodeKind.ACCOUNT, self.id, "id")
            vendor_id = ids.maybe(NodeKind.VENDOR, self.vendor_id, "vendorId")
        return UpsertAccount(
            id=key,
            display_name=self.display_name,
            email=self.email,
            roles=tuple(self.roles),
            vendor_id=vendor_id,
            disabled=bool(self.disabled),
        )


@strawberry.input(description="A key with which a connected system acts as an account.")
class CreateApiKeyInput:
    account_id: strawberry.ID = leaf("The account that the key acts as.")
    name: str = leaf("What the key is for; 1 to 120 characters.")

    def to_command(self) -> CreateApiKey:
        """The command. Raises InvalidInput for an id that makes no sense."""
        account_id = input_id(NodeKind.ACCOUNT, self.account_id, "accountId")
        return CreateApiKey(account_id, self.name)


@strawberry.input(description="An API key that shall open nothing any more.")
class RevokeApiKeyInput:
    api_key_id: strawberry.ID = leaf("The API key.")

    def to_key(self) -> UUID:
        """The key's id. Raises InvalidInput for an id that makes no sense."""
        return input_id(NodeKind.API_KEY, self.api_key_id, "apiKeyId")
