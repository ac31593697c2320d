"""Changes to the identities of accounts."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy import delete, insert, update

from db.accounts.rows import IdentityRow
from db.accounts.tables import AccountIdentityTable
from db.sessions import Writing

# The unique indexes: an identity has one account, and an account has one identity of an issuer.
IDENTITY_INDEXES: Final = frozenset({"uq_account_identity__subject", "uq_account_identity__account_id"})


async def add_identity(session: Writing, identity: IdentityRow) -> None:
    """Link an identity to an account. Raises DuplicateKey."""
    values: dict[str, Any] = asdict(identity)
    await session.execute(insert(AccountIdentityTable).values(**values))


async def mark_identity_unlinked(session: Writing, identity_id: UUID, *, by: UUID | None, at: datetime) -> None:
    """Unlink an identity, which no longer opens the account."""
    changed = update(AccountIdentityTable).where(AccountIdentityTable.id == identity_id)
    await session.execute(changed.values(unlinked_at=at, unlinked_by=by))


async def delete_identities_of_account(session: Writing, account_id: UUID) -> None:
    """Delete all identities of an account, also those that were unlinked."""
    await session.execute(delete(AccountIdentityTable).where(AccountIdentityTable.account_id == account_id))
