"""The viewer behind an account or an API key."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from db.accounts import reads as statements
from db.accounts.rows import AccountRow
from db.sessions import Fetching
from domain.permissions import Role, Viewer


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


def hash_of_secret(secret: str) -> bytes:
    """SHA-256 of an API key. Keys are 256 random bits, so a slow password hash would add nothing but time."""
    return hashlib.sha256(secret.encode()).digest()


def viewer_of(account: AccountRow) -> Viewer:
    """What an account may do."""
    roles = frozenset(Role(role) for role in account.roles)
    return Viewer(
        account_id=account.id,
        display_name=account.display_name,
        email=account.email,
        roles=roles,
        vendor_id=account.vendor_id,
        ecp_id=account.ecp_id,
    )


def _signed_in(account: AccountRow, *, api_key_id: UUID | None = None, expires: float | None = None) -> SignedIn | None:
    if account.disabled_at is not None:
        return None
    return SignedIn(viewer=viewer_of(account), account=account, api_key_id=api_key_id, expires=expires)
