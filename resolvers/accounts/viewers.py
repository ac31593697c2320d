"""The viewer behind an account or an API key."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from db.accounts import reads as statements
from db.accounts.rows import AccountRow, SignInRow
from db.ecps.rows import EcpRow
from db.program.rows import ProgramRow
from db.sessions import Fetching
from domain.permissions import Role
from domain.viewers import Viewer


class SignedIn(Struct, frozen=True):
    """A viewer with the account and the credential of the sign-in.

    `program` and `ecp`, the ECP of the account, are as they were read together with the account; None if they were not
    read. `expires` is in seconds since 1970; None for an API key, which is valid until it is revoked. `identity_id` is
    the identity of an identity provider that signed in.
    """

    viewer: Viewer
    account: AccountRow
    program: ProgramRow | None = None
    api_key_id: UUID | None = None
    expires: float | None = None
    ecp: EcpRow | None = None
    identity_id: UUID | None = None


async def find_viewer_of_account(reading: Fetching, account_id: UUID, expires: float) -> SignedIn | None:
    """Find the viewer for an account id, or None when the account is unknown or disabled."""
    rows = await reading.fetch(statements.SIGN_IN_OF_ACCOUNT, id=account_id)
    return sign_in_row(rows[0], expires) if rows else None


async def find_viewer_of_api_key(reading: Fetching, secret: str) -> SignedIn | None:
    """Find the viewer for an API key, or None when the key is unknown or revoked or its account disabled."""
    rows = await reading.fetch(statements.SIGN_IN_OF_API_KEY, secret_hash=hash_secret(secret))
    return sign_in_row(rows[0], None) if rows else None


async def load_viewers(reading: Fetching, ids: Sequence[UUID]) -> dict[UUID, Viewer]:
    """Load the viewers for the accounts that exist and are not disabled."""
    rows = await reading.fetch(statements.ACCOUNTS_BY_ID, ids=list(ids))
    return {row.id: build_viewer(row) for row in rows if row.disabled_at is None}


def hash_secret(secret: str) -> bytes:
    """Hash an API key with SHA-256. Keys are 256 random bits, so a slow password hash would only cost time."""
    return hashlib.sha256(secret.encode()).digest()


def build_viewer(account: AccountRow) -> Viewer:
    """Build the viewer with the permissions of an account."""
    roles = frozenset(Role(role) for role in account.roles)
    return Viewer(
        account_id=account.id,
        display_name=account.display_name,
        email=account.email,
        roles=roles,
        vendor_id=account.vendor_id,
        ecp_id=account.ecp_id,
    )


def sign_in_again(before: SignedIn, account: AccountRow) -> SignedIn | None:
    """Sign in with the same credential and the account as it is now, or return None when it is disabled."""
    if account.disabled_at is not None:
        return None
    return SignedIn(
        viewer=build_viewer(account),
        account=account,
        api_key_id=before.api_key_id,
        expires=before.expires,
        identity_id=before.identity_id,
    )


def sign_in_row(row: SignInRow, expires: float | None) -> SignedIn | None:
    """Sign in what a credential names, or return None when the account is disabled."""
    if row.account.disabled_at is not None:
        return None
    return SignedIn(
        viewer=build_viewer(row.account),
        account=row.account,
        program=row.program,
        api_key_id=row.api_key_id,
        expires=expires,
        ecp=row.ecp,
        identity_id=row.identity_id,
    )
