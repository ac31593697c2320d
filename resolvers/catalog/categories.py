"""Find the categories that people name, in any case and spacing."""

from db.catalog.changes import add_category
from db.catalog.reads import LOCK_CATEGORY_FOR_SHARE
from db.catalog.rows import CategoryRow
from db.sessions import Writing
from domain.text import text_key, trim_text
from resolvers.context import Operation


async def find_or_add_category(operation: Operation, session: Writing, name: str) -> CategoryRow:
    """Find the category with this name, or add it, and keep it from being renamed until the transaction ends."""
    key = text_key(name)
    found = await session.fetch(LOCK_CATEGORY_FOR_SHARE, key=key)
    if not found:
        await add_category(session, CategoryRow(operation.new_id(), trim_text(name)))
        found = await session.fetch(LOCK_CATEGORY_FOR_SHARE, key=key)
    return found[0]
