"""The mutation saveSchemeProducts."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from db.catalog.reads import VARIANTS_BY_ID
from db.schemes import changes
from domain.checks import choice_problems
from domain.collation import sort_key
from domain.rules.references import rules_naming_variant
from domain.schemes.inputs import VARIANTS_LIMIT
from domain.schemes.stages import WizardStepKind
from resolvers.context import Operation
from resolvers.schemes.definitions import Definition
from resolvers.schemes.edit import SavedStep, begin_edit, finish_edit
from resolvers.validation import reject_invalid


class SaveSchemeProducts(Struct, frozen=True):
    """Save the second step: exactly these variants."""

    scheme_id: UUID
    expected_version: int
    variant_ids: tuple[UUID, ...]


async def save_scheme_products(operation: Operation, command: SaveSchemeProducts) -> SavedStep:
    """Save the variants. A removed variant loses its coupon value; notices report the other effects.

    Raises InvalidInput, NotFound, IllegalState and VersionConflict.
    """
    step = WizardStepKind.PRODUCTS
    async with operation.writing() as session:
        draft = await begin_edit(operation, session, command.scheme_id, step, command.expected_version)
        known = await session.fetch(VARIANTS_BY_ID, ids=list(command.variant_ids[: VARIANTS_LIMIT + 1]))
        known_ids = {variant.id for variant in known}
        reject_invalid(choice_problems(command.variant_ids, known_ids, "variantIds", "variant", VARIANTS_LIMIT))
        await changes.set_variants(session, command.scheme_id, command.variant_ids)
        return await finish_edit(
            operation, session, draft, step, tuple(_describe_consequences(draft, command.variant_ids))
        )


def _describe_consequences(draft: Definition, kept: Iterable[UUID]) -> Iterable[str]:
    values = {value.variant_id: value for value in draft.content.coupon_values}
    removed = set(draft.content.variant_ids).difference(kept)
    for variant_id in sorted(removed, key=lambda key: sort_key(draft.names.variants[key])):
        sku = draft.names.variants[variant_id]
        if value := values.get(variant_id):
            yield (
                f"The coupon value of {sku} was removed with it "
                f"({value.base_points:,} base points, {value.planned_quantity:,} coupons planned)."
            )
        for rule in rules_naming_variant(draft.content.rules, variant_id):
            yield f"Rule “{rule.name}” still mentions {sku}: change the rule, or add the variant again."
