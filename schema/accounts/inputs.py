"""Inputs of accounts and API keys."""

from uuid import UUID

import strawberry

from domain.node_kinds import NodeKind
from domain.permissions import Role
from resolvers.accounts.create_api_key import CreateApiKey
from resolvers.accounts.link_identity import LinkIdentity
from resolvers.accounts.upsert_account import UpsertAccount
from schema.fields import leaf, optional
from schema.ids import InputIds, input_id


@strawberry.input(description="An account to create or replace.")
class UpsertAccountInput:
    id: strawberry.ID | None = optional("The ID of the account to replace. Omit it to create an account.")
    display_name: str = leaf("The display name; 1 to 120 characters.")
    email: str | None = optional("The e-mail address, which must be unique; up to 254 characters.")
    roles: list[Role] = leaf("All roles of the account. They replace its current roles.")
    vendor_id: strawberry.ID | None = optional(
        "The ID of the vendor that the account works for. Required with the role VENDOR, and not allowed without it."
    )
    disabled: bool | None = optional("Whether to disable the account, so that it cannot sign in.")

    def to_command(self) -> UpsertAccount:
        """Convert the input. Raises InvalidInput for malformed IDs."""
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


@strawberry.input(description="An identity to link to an account.")
class LinkIdentityInput:
    account_id: strawberry.ID = leaf("The ID of the account that the identity opens.")
    issuer: str = leaf("The issuer, exactly as its tokens have it in `iss`; a URL of up to 255 characters.")
    subject: str = leaf("The person, exactly as tokens of the issuer have it in `sub`; up to 255 characters.")

    def to_command(self) -> LinkIdentity:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        account_id = input_id(NodeKind.ACCOUNT, self.account_id, "accountId")
        return LinkIdentity(account_id=account_id, issuer=self.issuer, subject=self.subject)


@strawberry.input(description="An identity to unlink from its account.")
class UnlinkIdentityInput:
    account_id: strawberry.ID = leaf("The ID of the account that the identity opens.")
    issuer: str = leaf("The issuer of the identity.")
    subject: str = leaf("The subject of the identity.")

    def to_command(self) -> LinkIdentity:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        account_id = input_id(NodeKind.ACCOUNT, self.account_id, "accountId")
        return LinkIdentity(account_id=account_id, issuer=self.issuer, subject=self.subject)


@strawberry.input(description="An API key to create.")
class CreateApiKeyInput:
    account_id: strawberry.ID = leaf("The ID of the account that the key acts as.")
    name: str = leaf("The purpose of the key; 1 to 120 characters.")

    def to_command(self) -> CreateApiKey:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        account_id = input_id(NodeKind.ACCOUNT, self.account_id, "accountId")
        return CreateApiKey(account_id, self.name)


@strawberry.input(description="An API key to revoke.")
class RevokeApiKeyInput:
    api_key_id: strawberry.ID = leaf("The ID of the API key.")

    def to_key(self) -> UUID:
        """Read the ID of the key. Raises InvalidInput for a malformed ID."""
        return input_id(NodeKind.API_KEY, self.api_key_id, "apiKeyId")
