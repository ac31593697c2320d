"""The mutation mergeCategories."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.catalog.changes import put_rows
from db.catalog.reads import LOCK_CATEGORIES, PRODUCTS_OF_CATEGORY
from domain.catalog.inputs import category_problems, merge_problems, named_category_problems
from domain.catalog.stored_facts import CategoryMerged
from domain.events import EventKind
from domain.text import text_key
from resolvers.catalog.impact import CatalogChange, require_acknowledgment
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.schemes.notify import notify_affected
from resolvers.validation import reject_invalid


class MergeCategories(Struct, frozen=True):
    """Move every product of the category with one name to the category with another name."""

    category: str
    into: str
    acknowledge_impact: bool = False


async def merge_categories(operation: Operation, command: MergeCategories) -> UUID:
    """Move the products, and return the id of the category that has them now.

    The empty category is no longer offered, and rules that refer to it apply to no product. Merging it again changes
    nothing. Raises InvalidInput, and ImpactNotAcknowledged if live rules tell the categories apart.
    """
    reject_invalid(
        [
            *named_category_problems(command.category, ("category",)),
            *named_category_problems(command.into, ("into",)),
        ]
    )
    source_key, target_key = text_key(command.category), text_key(command.into)
    async with operation.writing() as session:
        found = {text_key(row.name): row for row in await session.fetch(LOCK_CATEGORIES, keys=[source_key, target_key])}
        reject_invalid(
            [
                *category_problems(command.category, ("category",), exists=source_key in found),
                *category_problems(command.into, ("into",), exists=target_key in found),
                *merge_problems(source_key, target_key),
            ]
        )
        source, target = found[source_key], found[target_key]
        products = await session.fetch(PRODUCTS_OF_CATEGORY, id=source.id)
        if products:
            change = CatalogChange.of_category([row.id for row in products], [source.id, target.id])
            affected = await require_acknowledgment(operation, session, change, acknowledged=command.acknowledge_impact)
            await notify_affected(operation, session, affected, CategoryMerged(source.name, target.name))
            moved = [replace(row, category_id=target.id, category=target.name) for row in products]
            await put_rows(session, moved, operation.now)
            await append_event(operation, session, EventKind.CATEGORY_SAVED, target.id)
    return target.id
