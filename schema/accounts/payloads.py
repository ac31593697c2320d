"""Payloads of accounts and API keys."""

import strawberry

from resolvers.accounts.loaders import accounts_by_id, api_keys_by_id
from schema.accounts.types import Account, ApiKey
from schema.fields import batched
from schema.payloads import KeyedPayload


@strawberry.type
class AccountPayload(KeyedPayload):
    account: Account | None = batched(
        accounts_by_id, key="key", description="The account after the mutation. Null if there are errors."
    )


@strawberry.type(description="The result of `upsertAccount`.")
class UpsertAccountPayload(AccountPayload):
    pass


@strawberry.type(description="The result of `linkIdentity`.")
class LinkIdentityPayload(AccountPayload):
    pass


@strawberry.type(description="The result of `unlinkIdentity`.")
class UnlinkIdentityPayload(AccountPayload):
    pass


@strawberry.type
class ApiKeyPayload(KeyedPayload):
    api_key: ApiKey | None = batched(
        api_keys_by_id, key="key", description="The API key after the mutation. Null if there are errors."
    )


@strawberry.type(description="The result of `createApiKey`.")
class CreateApiKeyPayload(ApiKeyPayload):
    secret: str | None = strawberry.field(
        default=None, description="The secret to send as `Authorization: Bearer …`. It is shown only this once."
    )


@strawberry.type(description="The result of `revokeApiKey`.")
class RevokeApiKeyPayload(ApiKeyPayload):
    pass
