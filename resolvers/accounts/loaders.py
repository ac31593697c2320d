"""Loaders of accounts and API keys."""

from collections.abc import Sequence
from uuid import UUID

from db.accounts import reads as statements
from db.accounts.rows import AccountRow, ApiKeyRow
from db.sessions import Fetching
from domain.permissions import Permission, Role
from resolvers.accounts.viewers import SignedIn, sign_in_account
from resolvers.context import Operation
from resolvers.loading import align_one


async def accounts_by_id(operation: Operation, ids: list[UUID]) -> list[AccountRow | None]:
    """Load accounts; None for unknown ids."""
    rows = await operation.fetch(statements.ACCOUNTS_BY_ID, ids=ids)
    return align_one(ids, rows, lambda row: row.id)


async def visible_emails(operation: Operation, addresses: list[tuple[UUID, str | None]]) -> list[str | None]:
    """Load e-mail addresses for viewers with `scheme:follow` and for the account itself, without a statement."""
    viewer = operation.viewer
    colleague = viewer.may(Permission.SCHEME_FOLLOW)
    return [email if colleague or account_id == viewer.account_id else None for account_id, email in addresses]


async def api_keys_by_id(operation: Operation, ids: list[UUID]) -> list[ApiKeyRow | None]:
    """Load API keys; None for unknown ids."""
    rows = await operation.fetch(statements.API_KEYS_BY_ID, ids=ids)
    return align_one(ids, rows, lambda row: row.id)


async def refresh_signed_in(reading: Fetching, before: Sequence[SignedIn]) -> list[SignedIn | None]:
    """Reload viewers with at most two statements; None where the account is disabled or the key is revoked."""
    ids = list({signed_in.account.id for signed_in in before})
    accounts = {row.id: row for row in await reading.fetch(statements.ACCOUNTS_BY_ID, ids=ids)}
    keys = list({signed_in.api_key_id for signed_in in before if signed_in.api_key_id is not None})
    good = {None, *(row.id for row in await _api_keys(reading, keys) if row.revoked_at is None)}
    return [
        sign_in_account(accounts[was.account.id], api_key_id=was.api_key_id, expires=was.expires)
        if was.account.id in accounts and was.api_key_id in good
        else None
        for was in before
    ]


async def first_accounts_by_role(reading: Fetching) -> dict[Role, AccountRow]:
    """The oldest account for each role that holds the role and can sign in."""
    return {Role(role): account for role, account in await reading.fetch(statements.OLDEST_ENABLED_ACCOUNTS)}


async def _api_keys(reading: Fetching, ids: list[UUID]) -> list[ApiKeyRow]:
    return await reading.fetch(statements.API_KEYS_BY_ID, ids=ids) if ids else []
