"""Statements about accounts, their roles and API keys."""

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Text, any_, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, distinct_on
from sqlalchemy.orm import aliased

from db.accounts.rows import AccountRow, ApiKeyRow
from db.accounts.tables import AccountRoleTable, AccountTable, ApiKeyTable
from db.ecps.tables import EcpTable
from db.keyset import Sort, keyset
from db.search import matches_words
from db.statement import Query, Statement, counting, string, uuid, uuids

_HELD = aliased(AccountRoleTable)
_ROLES = func.array(
    select(_HELD.role)
    .where(_HELD.account_id == AccountTable.id)
    .order_by(_HELD.role)
    .correlate(AccountTable)
    .scalar_subquery(),
    type_=ARRAY(Text()),
)


_ECP = select(EcpTable.id).where(EcpTable.account_id == AccountTable.id).correlate(AccountTable).scalar_subquery()


def _accounts() -> Query:
    return select(
        AccountTable.id,
        AccountTable.display_name,
        AccountTable.email,
        AccountTable.vendor_id,
        AccountTable.created_at,
        AccountTable.disabled_at,
        _ROLES,
        _ECP,
    )


def _account_with_role(*columns: Any) -> tuple[str, AccountRow]:
    return columns[-1], AccountRow(*columns[:-1])


def _account_with_key(*columns: Any) -> tuple[UUID, AccountRow]:
    return columns[-1], AccountRow(*columns[:-1])


def _api_keys() -> Query:
    return select(
        ApiKeyTable.id,
        ApiKeyTable.account_id,
        ApiKeyTable.name,
        ApiKeyTable.hint,
        ApiKeyTable.created_by,
        ApiKeyTable.created_at,
        ApiKeyTable.revoked_at,
    )


ACCOUNTS_BY_ID = Statement(_accounts().where(AccountTable.id == any_(uuids("ids"))), AccountRow)
OLDEST_ENABLED_ACCOUNTS = Statement(
    _accounts()
    .join(AccountRoleTable, AccountRoleTable.account_id == AccountTable.id)
    .where(AccountTable.disabled_at.is_(None))
    .ext(distinct_on(AccountRoleTable.role))
    .order_by(AccountRoleTable.role, AccountTable.created_at, AccountTable.id)
    .add_columns(AccountRoleTable.role),
    _account_with_role,
)
LOCK_ACCOUNT = Statement(_accounts().where(AccountTable.id == uuid("id")).with_for_update(of=AccountTable), AccountRow)
ACCOUNT_BY_KEY_HASH = Statement(
    _accounts()
    .join(ApiKeyTable, ApiKeyTable.account_id == AccountTable.id)
    .where(
        ApiKeyTable.secret_hash == bindparam("secret_hash", type_=BYTEA(), required=True),
        ApiKeyTable.revoked_at.is_(None),
    )
    .add_columns(ApiKeyTable.id),
    _account_with_key,
)
API_KEYS_BY_ID = Statement(_api_keys().where(ApiKeyTable.id == any_(uuids("ids"))), ApiKeyRow)
LOCK_API_KEY = Statement(_api_keys().where(ApiKeyTable.id == uuid("id")).with_for_update(), ApiKeyRow)


@cache
def account_page(*, searched: bool, with_role: bool, backward: bool, resumed: bool) -> Statement[AccountRow]:
    """A page of accounts by name; parameters `words` and `role` when asked for."""
    query = _filtered_accounts(searched=searched, with_role=with_role)
    sort = Sort(AccountTable.display_name, AccountTable.id, Text())
    return Statement(keyset(query, sort, backward=backward, resumed=resumed), AccountRow)


@cache
def account_count(*, searched: bool, with_role: bool) -> Statement[int]:
    """How many accounts there are on all pages."""
    return counting(_filtered_accounts(searched=searched, with_role=with_role))


@cache
def api_key_page(*, backward: bool, resumed: bool) -> Statement[ApiKeyRow]:
    """A page of API keys, newest first."""
    sort = Sort(ApiKeyTable.created_at, ApiKeyTable.id, ApiKeyTable.created_at.type, descending=True)
    return Statement(keyset(_api_keys(), sort, backward=backward, resumed=resumed), ApiKeyRow)


API_KEY_COUNT = counting(_api_keys())


def _filtered_accounts(*, searched: bool, with_role: bool) -> Query:
    query = _accounts()
    if searched:
        query = query.where(matches_words(AccountTable.search_words))
    if with_role:
        holds = select(true()).where(_HELD.account_id == AccountTable.id, _HELD.role == string("role"))
        query = query.where(holds.exists())
    return query


def _id(value: UUID) -> UUID:
    return value


# Whose work something is: the accounts that hold a role and can sign in.
HOLDERS_OF_ROLE = Statement(
    select(AccountTable.id)
    .join(AccountRoleTable, AccountRoleTable.account_id == AccountTable.id)
    .where(AccountRoleTable.role == string("role"), AccountTable.disabled_at.is_(None))
    .order_by(AccountTable.id),
    _id,
)
