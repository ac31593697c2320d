"""The mutation renameCategory."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.catalog.changes import put_rows
from db.catalog.reads import LOCK_CATEGORIES, PRODUCTS_OF_CATEGORY
from domain.catalog.inputs import category_problems, named_category_problems, taken_name_problem
from domain.checks import NAME_LENGTH, text_problems
from domain.events import EventKind
from domain.text import text_key, trim_text
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.validation import open_upsert, reject_invalid


class RenameCategory(Struct, frozen=True):
    """Give the category with this name another name."""

    category: str
    name: str


async def rename_category(operation: Operation, command: RenameCategory) -> UUID:
    """Rename the category and return its id; the name that it has changes nothing. Raises InvalidInput.

    Rules refer to its id, so they go on meaning the same products.
    """
    reject_invalid(
        [
            *named_category_problems(command.category, ("category",)),
            *text_problems(command.name, ("name",), "The name", NAME_LENGTH),
        ]
    )
    key, new_key = text_key(command.category), text_key(command.name)
    taken = {"uq_category__name_key": ("name", "Another category has this name.")}
    async with open_upsert(operation, taken) as session:
        found = {text_key(row.name): row for row in await session.fetch(LOCK_CATEGORIES, keys=[key, new_key])}
        reject_invalid(category_problems(command.category, ("category",), exists=key in found))
        if new_key != key and new_key in found:
            reject_invalid([taken_name_problem(found[new_key].name)])
        stored = found[key]
        category = replace(stored, name=trim_text(command.name))
        if category != stored:
            await put_rows(session, [category], operation.now)
            # The products have the new name. Storing them again makes the words that searches find them by.
            products = await session.fetch(PRODUCTS_OF_CATEGORY, id=category.id)
            await put_rows(session, products, operation.now)
            await append_event(operation, session, EventKind.CATEGORY_SAVED, category.id)
    return stored.id
