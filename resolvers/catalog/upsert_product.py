"""The mutation upsertProduct."""

from collections import Counter
from collections.abc import Collection, Iterator
from uuid import UUID

from msgspec import Struct

from db.catalog.changes import put_rows
from db.catalog.reads import LOCK_PRODUCT, VARIANTS_BY_PRODUCT
from db.catalog.rows import ProductRow, VariantRow
from domain.catalog.inputs import VARIANTS_PER_PRODUCT_LIMIT
from domain.catalog.stored_facts import ProductMoved
from domain.checks import NAME_LENGTH, code_problems, text_problems
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.text import trim_text
from resolvers.catalog.categories import find_or_add_category
from resolvers.catalog.impact import CatalogChange, require_acknowledgment
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.schemes.notify import notify_affected
from resolvers.validation import lock_existing, open_upsert, reject_invalid


class VariantEntry(Struct, frozen=True):
    """A variant to add, or to replace when it has an id."""

    id: UUID | None
    sku: str
    name: str


class UpsertProduct(Struct, frozen=True):
    """Add a product, or replace the one with this id; other variants stay as they are."""

    id: UUID | None
    name: str
    category: str
    brand: str
    variants: tuple[VariantEntry, ...]
    acknowledge_impact: bool = False


async def upsert_product(operation: Operation, command: UpsertProduct) -> UUID:
    """Store the product with its variants and return its id; storing the same values again changes nothing.

    Raises InvalidInput, and ImpactNotAcknowledged if live rules tell its category from the one before.
    """
    reject_invalid(_problems(command))
    taken = {
        "uq_product__name_key": ("name", "Another product has this name."),
        "uq_variant__sku": ("variants", "One of these SKUs belongs to another variant."),
    }
    async with open_upsert(operation, taken) as session:
        stored = await lock_existing(session, LOCK_PRODUCT, command.id, "product")
        product_id = operation.new_id() if stored is None else stored.id
        mine = {variant.id: variant for variant in await session.fetch(VARIANTS_BY_PRODUCT, ids=[product_id])}
        reject_invalid(_foreign_variants(command.variants, mine.keys()))
        category = await find_or_add_category(operation, session, command.category)
        product = ProductRow(
            id=product_id,
            name=trim_text(command.name),
            category_id=category.id,
            category=category.name,
            brand=trim_text(command.brand),
        )
        variants = [_build_variant(operation, entry, product_id) for entry in command.variants]
        changed = [variant for variant in variants if variant != mine.get(variant.id)]
        if stored is not None and stored.category_id != product.category_id:
            change = CatalogChange.of_category([product_id], [stored.category_id, product.category_id])
            affected = await require_acknowledgment(operation, session, change, acknowledged=command.acknowledge_impact)
            fact = ProductMoved(product.name, stored.category, product.category)
            await notify_affected(operation, session, affected, fact)
        if changed or product != stored:
            await put_rows(session, [product], operation.now)
            await put_rows(session, changed, operation.now)
            await append_event(operation, session, EventKind.PRODUCT_SAVED, product_id)
    return product_id


def _build_variant(operation: Operation, entry: VariantEntry, product_id: UUID) -> VariantRow:
    return VariantRow(
        id=entry.id or operation.new_id(), sku=entry.sku.strip(), name=trim_text(entry.name), product_id=product_id
    )


def _problems(command: UpsertProduct) -> Iterator[Problem]:
    yield from text_problems(command.name, ("name",), "The name", NAME_LENGTH)
    yield from text_problems(command.category, ("category",), "The category", NAME_LENGTH)
    yield from text_problems(command.brand, ("brand",), "The brand", NAME_LENGTH)
    if len(command.variants) > VARIANTS_PER_PRODUCT_LIMIT:
        message = f"{len(command.variants):,} variants are too many; give at most {VARIANTS_PER_PRODUCT_LIMIT}."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("variants",))
        return
    skus = Counter(entry.sku.strip() for entry in command.variants)
    ids = Counter(entry.id for entry in command.variants if entry.id)
    for index, entry in enumerate(command.variants):
        path = ("variants", str(index))
        yield from code_problems(entry.sku.strip(), (*path, "sku"), "The SKU")
        yield from text_problems(entry.name, (*path, "name"), "The name of the variant", NAME_LENGTH)
        if skus[entry.sku.strip()] > 1:
            yield Problem(UserErrorCode.DUPLICATE, "This SKU is in the list twice.", (*path, "sku"))
        if entry.id and ids[entry.id] > 1:
            yield Problem(UserErrorCode.DUPLICATE, "This variant is in the list twice.", (*path, "id"))


def _foreign_variants(entries: tuple[VariantEntry, ...], mine: Collection[UUID]) -> Iterator[Problem]:
    for index, entry in enumerate(entries):
        if entry.id is not None and entry.id not in mine:
            message = "This variant does not exist in the product."
            yield Problem(UserErrorCode.NOT_FOUND, message, ("variants", str(index), "id"))
