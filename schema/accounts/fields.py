"""Root fields of accounts, API keys and the viewer."""

from typing import Annotated

import strawberry

from db.accounts.rows import AccountRow, ApiKeyRow
from domain.permissions import Permission, Role
from resolvers.accounts.create_api_key import create_api_key
from resolvers.accounts.link_identity import link_identity
from resolvers.accounts.lists import list_accounts, list_api_keys
from resolvers.accounts.revoke_api_key import revoke_api_key
from resolvers.accounts.unlink_identity import unlink_identity
from resolvers.accounts.upsert_account import upsert_account
from resolvers.paging import Page, PageArguments
from schema.accounts import inputs, payloads
from schema.accounts.types import Account, ApiKey
from schema.fields import AppInfo
from schema.paging import AfterArgument, BeforeArgument, Connection, FirstArgument, LastArgument, SearchArgument
from schema.roots import mutation, query

RoleArgument = Annotated[Role | None, strawberry.argument(description="Return only accounts with this role.")]


@strawberry.type
class AccountQueries:
    @query(
        requires=Permission.ACCOUNT_READ, returns=Connection[Account], description="Returns accounts, ordered by name."
    )
    async def accounts(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        search: SearchArgument = None,
        role: RoleArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[AccountRow]:
        return await list_accounts(
            info.context, PageArguments(first=first, after=after, last=last, before=before), search=search, role=role
        )

    @query(
        requires=Permission.API_KEY_MANAGE,
        returns=Connection[ApiKey],
        description="Returns API keys, including revoked ones, newest first.",
    )
    async def api_keys(
        self,
        info: AppInfo,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[ApiKeyRow]:
        return await list_api_keys(info.context, PageArguments(first=first, after=after, last=last, before=before))


@strawberry.type
class AccountMutations:
    @mutation(
        requires=Permission.ACCOUNT_MANAGE,
        description="Create or replace an account. A change of roles takes effect immediately.",
    )
    async def upsert_account(self, info: AppInfo, input: inputs.UpsertAccountInput) -> payloads.UpsertAccountPayload:
        return payloads.UpsertAccountPayload(key=await upsert_account(info.context, input.to_command()))

    @mutation(
        requires=Permission.ACCOUNT_MANAGE,
        description="Let an identity of the identity provider open an account. An account has at most one identity of "
        "an issuer, and an identity opens one account.",
    )
    async def link_identity(self, info: AppInfo, input: inputs.LinkIdentityInput) -> payloads.LinkIdentityPayload:
        return payloads.LinkIdentityPayload(key=await link_identity(info.context, input.to_command()))

    @mutation(
        requires=Permission.ACCOUNT_MANAGE,
        description="Unlink an identity from its account, which it no longer opens, on open connections too. Only "
        "`linkIdentity` links it again.",
    )
    async def unlink_identity(self, info: AppInfo, input: inputs.UnlinkIdentityInput) -> payloads.UnlinkIdentityPayload:
        return payloads.UnlinkIdentityPayload(key=await unlink_identity(info.context, input.to_command()))

    @mutation(requires=Permission.API_KEY_MANAGE, description="Create an API key for an account.")
    async def create_api_key(self, info: AppInfo, input: inputs.CreateApiKeyInput) -> payloads.CreateApiKeyPayload:
        created = await create_api_key(info.context, input.to_command())
        return payloads.CreateApiKeyPayload(key=created.key_id, secret=created.secret)

    @mutation(requires=Permission.API_KEY_MANAGE, description="Revoke an API key immediately and permanently.")
    async def revoke_api_key(self, info: AppInfo, input: inputs.RevokeApiKeyInput) -> payloads.RevokeApiKeyPayload:
        return payloads.RevokeApiKeyPayload(key=await revoke_api_key(info.context, input.to_key()))
