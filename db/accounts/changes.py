"""Changes to accounts, roles and API keys."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from db.accounts.rows import AccountRow, ApiKeyRow
from db.accounts.tables import AccountRoleTable, AccountTable, ApiKeyTable
from db.sessions import Writing
from db.text_columns import with_text_columns


async def put_account(session: Writing, account: AccountRow) -> None:
    """Insert the account or replace it, with exactly the roles that it names."""
    values = _account_columns(account)
    statement = upsert(AccountTable).values(**values)
    changed = {name: statement.excluded[name] for name in values if name not in {"id", "created_at"}}
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed))
    await _replace_roles(session, account.id, account.roles)


async def add_accounts(session: Writing, accounts: Sequence[AccountRow]) -> None:
    """Insert many accounts, each with its roles. Raises DuplicateKey."""
    if not accounts:
        return
    await session.execute(insert(AccountTable), [_account_columns(account) for account in accounts])
    held = [{"account_id": account.id, "role": role} for account in accounts for role in sorted(set(account.roles))]
    if held:
        await session.execute(insert(AccountRoleTable), held)


async def add_api_key(session: Writing, key: ApiKeyRow, secret_hash: bytes) -> None:
    """Store a key with the SHA-256 of its secret; the secret itself is never stored."""
    await session.execute(
        insert(ApiKeyTable).values(
            id=key.id,
            account_id=key.account_id,
            name=key.name,
            hint=key.hint,
            secret_hash=secret_hash,
            created_by=key.created_by,
            created_at=key.created_at,
        )
    )


async def mark_api_key_revoked(session: Writing, key_id: UUID, at: datetime) -> None:
    """Revoke a key, which can no longer sign in."""
    await session.execute(update(ApiKeyTable).where(ApiKeyTable.id == key_id).values(revoked_at=at))


async def erase_api_keys(session: Writing, account_id: UUID, name: str, at: datetime) -> None:
    """Revoke the keys of an account, and replace their names with `name`."""
    keys = update(ApiKeyTable).where(ApiKeyTable.account_id == account_id)
    await session.execute(keys.values(name=name, revoked_at=func.coalesce(ApiKeyTable.revoked_at, at)))


def _account_columns(account: AccountRow) -> dict[str, Any]:
    names = ("id", "display_name", "email", "vendor_id", "created_at", "disabled_at")
    return with_text_columns(AccountTable, {name: getattr(account, name) for name in names})


async def _replace_roles(session: Writing, account_id: UUID, roles: Collection[str]) -> None:
    await session.execute(delete(AccountRoleTable).where(AccountRoleTable.account_id == account_id))
    if roles:
        rows = [{"account_id": account_id, "role": role} for role in sorted(set(roles))]
        await session.execute(insert(AccountRoleTable).values(rows))
