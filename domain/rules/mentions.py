"""Which tiers, geographies and products a rule mentions."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from domain.rules.model import BonusRule, GeographyClause, ProductClause, TierClause, VolumeClause
from domain.rules.traversal import clauses


class Mentions(Struct, frozen=True):
    """Everything that a rule names, wherever in its condition."""

    tier_ids: frozenset[UUID] = frozenset()
    geography_ids: frozenset[UUID] = frozenset()
    variant_ids: frozenset[UUID] = frozenset()
    product_ids: frozenset[UUID] = frozenset()
    categories: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[UUID]:
        """Everything that is named by id; ids are unique over all kinds."""
        return self.tier_ids | self.geography_ids | self.variant_ids | self.product_ids


def mentions(rule: BonusRule) -> Mentions:
    """Collect what the rule's condition names, beneath a NOT as well."""
    tier_ids: set[UUID] = set()
    geography_ids: set[UUID] = set()
    variant_ids: set[UUID] = set()
    product_ids: set[UUID] = set()
    categories: set[str] = set()
    for clause in clauses(rule.condition):
        match clause:
            case TierClause():
                tier_ids.update(clause.tier_ids)
                if clause.at_least is not None:
                    tier_ids.add(clause.at_least)
            case GeographyClause():
                geography_ids.update(clause.geography_ids)
            case ProductClause():
                variant_ids.update(clause.variant_ids)
                product_ids.update(clause.product_ids)
                categories.update(clause.categories)
            case VolumeClause():
                variant_ids.update(clause.variant_ids)
            case _:
                pass
    return Mentions(
        frozenset(tier_ids),
        frozenset(geography_ids),
        frozenset(variant_ids),
        frozenset(product_ids),
        frozenset(categories),
    )


def rules_mentioning_variant(rules: Iterable[BonusRule], variant_id: UUID) -> tuple[BonusRule, ...]:
    """Select the rules, in their order, that name this very variant; naming its product or category does not count."""
    return tuple(rule for rule in rules if variant_id in mentions(rule).variant_ids)
