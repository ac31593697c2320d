"""Loaders of the activity and the participants of schemes."""

from uuid import UUID

from db.accounts.rows import AccountRow
from db.schemes import activity_reads as statements
from db.schemes.activity_pages import NEWEST_ACTIVITY, activity_pages
from db.schemes.rows import ActivityRow, StoredFactRow
from domain.schemes.activity_sentences import activity_sentence
from domain.schemes.stored_facts import ACTIVITY_DECODER
from resolvers.accounts.loaders import accounts_by_id
from resolvers.context import Operation
from resolvers.loading import align_many, align_one
from resolvers.paging import Page, PageArguments, empty_page, read_pages
from resolvers.schemes.disclosure import may_follow
from resolvers.schemes.loaders import schemes_by_id


async def activities_by_id(operation: Operation, ids: list[UUID]) -> list[ActivityRow | None]:
    """Load entries of the activity of schemes; None where the viewer may not see and follow the scheme."""
    if not may_follow(operation):
        return [None] * len(ids)
    rows = await operation.fetch(statements.ACTIVITIES_BY_ID, ids=ids)
    schemes = await schemes_by_id(operation, [row.scheme_id for row in rows])
    visible = [row for row, scheme in zip(rows, schemes, strict=True) if scheme is not None]
    return align_one(ids, visible, lambda row: row.id)


async def activity_messages(operation: Operation, stored: list[StoredFactRow]) -> list[str]:
    """Write the sentences of the activity, without a statement. They are the same for every viewer."""
    facts = [ACTIVITY_DECODER.decode(row.fact_json) for row in stored]
    calendar = await operation.calendar_for(facts)
    return [activity_sentence(fact, calendar, row.names, row.changes) for fact, row in zip(facts, stored, strict=True)]


async def participants_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[AccountRow]]:
    """Load the participants of each scheme, in the order of joining. Empty without `scheme:follow`."""
    if not may_follow(operation):
        return [[] for _ in ids]
    rows = await operation.fetch(statements.PARTICIPANTS_BY_SCHEME, ids=ids)
    keys = list(dict.fromkeys(account_id for _, account_id in rows))
    accounts = dict(zip(keys, await accounts_by_id(operation, keys), strict=True))
    groups = align_many(ids, rows, lambda row: row[0])
    return [[found for _, key in group if (found := accounts[key]) is not None] for group in groups]


async def activity_by_scheme(
    operation: Operation, ids: list[UUID], arguments: PageArguments
) -> list[Page[ActivityRow]]:
    """Load a page of the activity of each scheme, newest first. Empty without `scheme:follow`."""
    if not may_follow(operation):
        return [empty_page(arguments, NEWEST_ACTIVITY)] * len(ids)
    return await read_pages(
        operation,
        arguments,
        NEWEST_ACTIVITY,
        activity_pages,
        ids,
        owner=lambda row: row.scheme_id,
        count=statements.ACTIVITY_COUNTS,
    )
