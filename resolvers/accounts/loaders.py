"""Loaders of accounts and API keys."""

from collections.abc import Sequence
from uuid import UUID

from db.accounts import reads as statements
from db.accounts.rows import AccountRow, ApiKeyRow, IdentityRow
from db.sessions import Fetching
from domain.permissions import Permission, Role
from resolvers.accounts.viewers import SignedIn, sign_in_again
from resolvers.context import Operation
from resolvers.loading import align_many, align_one


async def accounts_by_id(operation: Operation, ids: list[UUID]) -> list[AccountRow | None]:
    """Load accounts; None for unknown ids."""
    rows = await operation.fetch(statements.ACCOUNTS_BY_ID, ids=ids)
    return align_one(ids, rows, lambda row: row.id)


async def visible_emails(operation: Operation, addresses: list[tuple[UUID, str | None]]) -> list[str | None]:
    """Load e-mail addresses for viewers with `scheme:follow` and for the account itself, without a statement."""
    viewer = operation.viewer
    colleague = viewer.may(Permission.SCHEME_FOLLOW)
    return [email if colleague or account_id == viewer.account_id else None for account_id, email in addresses]


async def identities_by_account(operation: Operation, ids: list[UUID]) -> Sequence[list[IdentityRow] | None]:
    """Load the identities of each account, oldest first; None for viewers without `account:read`."""
    if not operation.viewer.may(Permission.ACCOUNT_READ):
        return [None] * len(ids)
    rows = await operation.fetch(statements.IDENTITIES_BY_ACCOUNT, ids=ids)
    return align_many(ids, rows, lambda row: row.account_id)


async def api_keys_by_id(operation: Operation, ids: list[UUID]) -> list[ApiKeyRow | None]:
    """Load API keys; None for unknown ids."""
    rows = await operation.fetch(statements.API_KEYS_BY_ID, ids=ids)
    return align_one(ids, rows, lambda row: row.id)


async def refresh_signed_in(reading: Fetching, before: Sequence[SignedIn]) -> list[SignedIn | None]:
    """Reload viewers with at most three statements.

    None where the account is disabled, the key is revoked, or the identity is unlinked.
    """
    ids = list({signed_in.account.id for signed_in in before})
    accounts = {row.id: row for row in await reading.fetch(statements.ACCOUNTS_BY_ID, ids=ids)}
    keys = list({signed_in.api_key_id for signed_in in before if signed_in.api_key_id is not None})
    good_keys = {None, *(row.id for row in await _api_keys(reading, keys) if row.revoked_at is None)}
    identities = list({signed_in.identity_id for signed_in in before if signed_in.identity_id is not None})
    linked = {None, *(row.id for row in await _identities(reading, identities))}
    return [
        sign_in_again(was, accounts[was.account.id])
        if was.account.id in accounts and was.api_key_id in good_keys and was.identity_id in linked
        else None
        for was in before
    ]


async def first_accounts_by_role(reading: Fetching) -> dict[Role, AccountRow]:
    """The oldest account for each role that holds the role and can sign in."""
    return {Role(role): account for role, account in await reading.fetch(statements.OLDEST_ENABLED_ACCOUNTS)}


async def _api_keys(reading: Fetching, ids: list[UUID]) -> list[ApiKeyRow]:
    return await reading.fetch(statements.API_KEYS_BY_ID, ids=ids) if ids else []


async def _identities(reading: Fetching, ids: list[UUID]) -> list[IdentityRow]:
    return await reading.fetch(statements.IDENTITIES_BY_ID, ids=ids) if ids else []
