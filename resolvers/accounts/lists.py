"""Lists of accounts and API keys."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from db.accounts import reads as statements
from db.accounts.rows import AccountRow, ApiKeyRow
from db.search import words_of
from domain.permissions import Role
from resolvers.context import Operation
from resolvers.paging import Order, Page, PageArguments, read_page

BY_NAME: Order[AccountRow] = Order("accounts", str, lambda row: row.display_name)


NEWEST_KEYS: Order[ApiKeyRow] = Order("apiKeys", Annotated[datetime, Meta(tz=True)], lambda row: row.created_at)


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
