"""Lists of accounts and API keys."""

from db.accounts import pages as statements
from db.accounts.rows import AccountRow, ApiKeyRow
from db.search import words_of
from domain.permissions import Role
from resolvers.context import Operation
from resolvers.paging import Page, PageArguments, read_page


async def list_accounts(
    operation: Operation, arguments: PageArguments, *, search: str | None = None, role: Role | None = None
) -> Page[AccountRow]:
    """List accounts by name."""
    words = words_of(search)
    parameters = {"words": words} if words else {}
    if role is not None:
        parameters["role"] = role.value
    return await read_page(
        operation,
        arguments,
        statements.ACCOUNTS_BY_NAME,
        lambda **page: statements.account_page(searched=bool(words), with_role=role is not None, **page),
        parameters,
        count=statements.account_count(searched=bool(words), with_role=role is not None),
    )


async def list_api_keys(operation: Operation, arguments: PageArguments) -> Page[ApiKeyRow]:
    """List API keys, newest first."""
    return await read_page(
        operation, arguments, statements.NEWEST_API_KEYS, statements.api_key_page, {}, count=statements.API_KEY_COUNT
    )
