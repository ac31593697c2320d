"""The input that adding and removing a participant share."""

from uuid import UUID

from msgspec import Struct

from db.accounts.reads import ACCOUNTS_BY_ID
from db.accounts.rows import AccountRow
from db.sessions import Writing
from domain.failures import Problem, UserErrorCode
from resolvers.validation import reject_invalid


class Participation(Struct, frozen=True):
    """An account to add to the participants of a scheme, or to remove from them."""

    scheme_id: UUID
    account_id: UUID


async def require_account(session: Writing, account_id: UUID) -> AccountRow:
    """Load the account. Raises InvalidInput for an unknown id."""
    rows = await session.fetch(ACCOUNTS_BY_ID, ids=[account_id])
    if not rows:
        reject_invalid([Problem(UserErrorCode.NOT_FOUND, "This account does not exist.", ("accountId",))])
    return rows[0]
