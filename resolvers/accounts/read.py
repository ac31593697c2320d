"""Reads of accounts and API keys, and the viewer behind a token or key."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from db.accounts import reads as statements
from db.accounts.rows import AccountRow, ApiKeyRow
from db.search import words_of
from db.sessions import Fetching
from domain.permissions import Permission, Role, Viewer
from resolvers.alignment import one_each
from resolvers.context import Operation
from resolvers.paging import Order, Page, PageArguments, read_page

BY_NAME: Order[AccountRow] = Order("accounts", str, lambda row: row.display_name)
NEWEST_KEYS: Order[ApiKeyRow] = Order("apiKeys", Annotated[datetime, Meta(tz=True)], lambda row: row.created_at)


async def accounts_by_id(operation: Operation, ids: list[UUID]) -> list[AccountRow | None]:
    """The accounts, or None where there is none."""
    rows = await operation.fetch(statements.ACCOUNTS_BY_ID, ids=ids)
    return one_each(ids, rows, lambda row: row.id)


async def shown_emails(operation: Operation, addresses: list[tuple[UUID, str | None]]) -> list[str | None]:
    """Batch function: each address, for those who work on schemes and for the account itself; nothing is read."""
    viewer = operation.viewer
    colleague = viewer.may(Permission.SCHEME_FOLLOW)
    return [email if colleague or account_id == viewer.account_id else None for account_id, email in addresses]


async def api_keys_by_id(operation: Operation, ids: list[UUID]) -> list[ApiKeyRow | None]:
    """The API keys, or None where there is none."""
    rows = await operation.fetch(statements.API_KEYS_BY_ID, ids=ids)
    return one_each(ids, rows, lambda row: row.id)


async def list_accounts(
    operation: Operation, arguments: PageArguments, *, search: str | None = None, role: Role | None = None
) -> Page[AccountRow]:
    """A page of accounts by name."""
    words = words_of(search)
    parameters = {"words": words} if words else {}
    if role is not None:
        parameters["role"] = role.value
    return await read_page(
        operation,
        arguments,
        BY_NAME,
        lambda **page: statements.account_page(searched=bool(words), with_role=role is not None, **page),
        parameters,
        count=statements.account_count(searched=bool(words), with_role=role is not None),
    )


async def list_api_keys(operation: Operation, arguments: PageArguments) -> Page[ApiKeyRow]:
    """A page of API keys, newest first."""
    return await read_page(
        operation, arguments, NEWEST_KEYS, statements.api_key_page, {}, count=statements.API_KEY_COUNT
    )


class SignedIn(Struct, frozen=True):
    """Who signed in: what they may do, their account, and how long that holds.

    `expires` is in seconds since 1970, None for the key of a connected system, which holds until it is revoked.
    """

    viewer: Viewer
    account: AccountRow
    api_key_id: UUID | None = None
    expires: float | None = None


async def viewer_of_account(reading: Fetching, account_id: UUID, expires: float) -> SignedIn | None:
    """The viewer behind an account id, or None when the account is unknown or disabled."""
    rows = await reading.fetch(statements.ACCOUNTS_BY_ID, ids=[account_id])
    return _signed_in(rows[0], expires=expires) if rows else None


async def viewer_of_api_key(reading: Fetching, secret: str) -> SignedIn | None:
    """The viewer behind an API key, or None when the key is unknown or revoked or its account disabled."""
    rows = await reading.fetch(statements.ACCOUNT_BY_KEY_HASH, secret_hash=hash_of_secret(secret))
    return _signed_in(rows[0][1], api_key_id=rows[0][0]) if rows else None


async def viewers_of_accounts(reading: Fetching, ids: Sequence[UUID]) -> dict[UUID, Viewer]:
    """The viewers behind those of the accounts that exist and are not disabled."""
    rows = await reading.fetch(statements.ACCOUNTS_BY_ID, ids=list(ids))
    return {row.id: viewer_of(row) for row in rows if row.disabled_at is None}


async def refresh_signed_in(reading: Fetching, before: Sequence[SignedIn]) -> list[SignedIn | None]:
    """Who they are now; None for those whose account is disabled or whose key is revoked. At most two statements."""
    ids = list({signed_in.account.id for signed_in in before})
    accounts = {row.id: row for row in await reading.fetch(statements.ACCOUNTS_BY_ID, ids=ids)}
    keys = list({signed_in.api_key_id for signed_in in before if signed_in.api_key_id is not None})
    good = {None, *(row.id for row in await _api_keys(reading, keys) if row.revoked_at is None)}
    return [
        _signed_in(accounts[was.account.id], api_key_id=was.api_key_id, expires=was.expires)
        if was.account.id in accounts and was.api_key_id in good
        else None
        for was in before
    ]


async def first_accounts_by_role(reading: Fetching) -> dict[Role, AccountRow]:
    """For each role the oldest account that holds it and can sign in."""
    return {Role(role): account for role, account in await reading.fetch(statements.OLDEST_ENABLED_ACCOUNTS)}


def hash_of_secret(secret: str) -> bytes:
    """SHA-256 of an API key. Keys are 256 random bits, so a slow password hash would add nothing but time."""
    return hashlib.sha256(secret.encode()).digest()


def viewer_of(account: AccountRow) -> Viewer:
    """What an account may do."""
    roles = frozenset(Role(role) for role in account.roles)
    return Viewer(account.id, account.display_name, account.email, roles, account.vendor_id, account.ecp_id)


async def _api_keys(reading: Fetching, ids: list[UUID]) -> list[ApiKeyRow]:
    return await reading.fetch(statements.API_KEYS_BY_ID, ids=ids) if ids else []


def _signed_in(account: AccountRow, *, api_key_id: UUID | None = None, expires: float | None = None) -> SignedIn | None:
    if account.disabled_at is not None:
        return None
    return SignedIn(viewer_of(account), account, api_key_id, expires)
