"""The mutation setSaleSourceAccounts."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.accounts.reads import ACCOUNTS_BY_ID
from db.sales.alias_changes import put_source
from db.sales.reads import SOURCE_BY_NAME
from domain.checks import choice_problems, text_problems
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.sales.facts import SOURCE_LENGTH
from domain.text import text_key, trim_text
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.validation import reject_invalid

ACCOUNTS_LIMIT: Final = 20


class SetSaleSourceAccounts(Struct, frozen=True):
    """Let these accounts, and no others, report for a source of sales."""

    source: str
    account_ids: Sequence[UUID]


async def set_sale_source_accounts(operation: Operation, command: SetSaleSourceAccounts) -> str:
    """Store the accounts of a source, and return its name. Raises InvalidInput."""
    source = trim_text(command.source)
    problems = list(text_problems(source, ("source",), "The source", SOURCE_LENGTH))
    if not command.account_ids:
        problems.append(Problem(UserErrorCode.REQUIRED, "Choose at least one account.", ("accountIds",)))
    async with operation.writing() as session:
        rows = await session.fetch(ACCOUNTS_BY_ID, ids=list(command.account_ids)[: ACCOUNTS_LIMIT + 1])
        known = {row.id for row in rows}
        problems += choice_problems(command.account_ids, known, "accountIds", "account", ACCOUNTS_LIMIT)
        reject_invalid(problems)
        stored = await session.fetch(SOURCE_BY_NAME, key=text_key(source))
        name = stored[0].name if stored else source
        if not stored or list(stored[0].account_ids) != list(command.account_ids):
            await put_source(
                session, key=text_key(source), name=name, account_ids=command.account_ids, at=operation.now
            )
            await append_event(operation, session, EventKind.SALE_SOURCE_SAVED, operation.viewer.account_id)
    return name
