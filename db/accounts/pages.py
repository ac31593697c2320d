"""Statements that list and count accounts and API keys."""

from functools import cache
from typing import Final

from sqlalchemy import select, true

from db.accounts.reads import ACCOUNT_COLUMNS, API_KEY_COLUMNS
from db.accounts.rows import AccountRow, ApiKeyRow
from db.accounts.tables import AccountRoleTable, AccountTable, ApiKeyTable
from db.counting import counting
from db.keyset import Sort, keyset
from db.search import matches_words
from db.statement import Query, Statement, string

ACCOUNTS_BY_NAME: Final = Sort(AccountTable.sort_name)
NEWEST_API_KEYS: Final = Sort(ApiKeyTable.created_at, descending=True)


@cache
def account_page(*, searched: bool, with_role: bool, backward: bool, resumed: bool) -> Statement[AccountRow]:
    """A page of accounts by name; parameters `words` and `role` when asked for."""
    query = _filtered_accounts(searched=searched, with_role=with_role)
    return Statement(keyset(query, ACCOUNTS_BY_NAME, backward=backward, resumed=resumed), AccountRow)


@cache
def account_count(*, searched: bool, with_role: bool) -> Statement[int]:
    """How many accounts there are on all pages."""
    return counting(_filtered_accounts(searched=searched, with_role=with_role))


@cache
def api_key_page(*, backward: bool, resumed: bool) -> Statement[ApiKeyRow]:
    """A page of API keys, newest first."""
    query = keyset(select(*API_KEY_COLUMNS), NEWEST_API_KEYS, backward=backward, resumed=resumed)
    return Statement(query, ApiKeyRow)


API_KEY_COUNT = counting(select(*API_KEY_COLUMNS))


def _filtered_accounts(*, searched: bool, with_role: bool) -> Query:
    query = select(*ACCOUNT_COLUMNS)
    if searched:
        query = query.where(matches_words(AccountTable.search_words))
    if with_role:
        held = AccountRoleTable.account_id == AccountTable.id, AccountRoleTable.role == string("role")
        query = query.where(select(true()).where(*held).exists())
    return query
