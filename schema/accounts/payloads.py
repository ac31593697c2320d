"""Payloads of accounts and API keys."""

import strawberry

from resolvers.accounts.loaders import accounts_by_id, api_keys_by_id
from schema.accounts.types import Account, ApiKey
from schema.fields import batched
from schema.payloads import KeyedPayload


@strawberry.type(description="The answer to `upsertAccount`.")
class UpsertAccountPayload(KeyedPayload):
    account: Account | None = batched(accounts_by_id, key="key", description="The account; null when there are errors.")


@strawberry.type
class ApiKeyPayload(KeyedPayload):
    """A payload with an API key."""

    api_key: ApiKey | None = batched(api_keys_by_id, key="key", description="The API key; null when there are errors.")


@strawberry.type(description="The answer to `createApiKey`.")
class CreateApiKeyPayload(ApiKeyPayload):
    secret: str | None = strawberry.field(
        default=None, description="The secret to send as `Authorization: Bearer …`; shown this once and never again."
    )


@strawberry.type(description="The answer to `revokeApiKey`.")
class RevokeApiKeyPayload(ApiKeyPayload):
    pass
