"""The catalog entries that a rule refers to: tiers, geographies, variants, products and categories."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from domain.rules.model import BonusRule, GeographyClause, ProductClause, TierClause, VolumeClause
from domain.rules.traversal import walk_clauses


class References(Struct, frozen=True):
    """The ids and categories that a rule refers to, anywhere in its condition."""

    tier_ids: frozenset[UUID] = frozenset()
    geography_ids: frozenset[UUID] = frozenset()
    variant_ids: frozenset[UUID] = frozenset()
    product_ids: frozenset[UUID] = frozenset()
    categories: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[UUID]:
        """All ids together; no two kinds of entries share an id."""
        return self.tier_ids | self.geography_ids | self.variant_ids | self.product_ids


def collect_references(rule: BonusRule) -> References:
    """Collect what the rule's condition refers to, also beneath a NOT."""
    tier_ids: set[UUID] = set()
    geography_ids: set[UUID] = set()
    variant_ids: set[UUID] = set()
    product_ids: set[UUID] = set()
    categories: set[str] = set()
    for clause in walk_clauses(rule.condition):
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
    return References(
        tier_ids=frozenset(tier_ids),
        geography_ids=frozenset(geography_ids),
        variant_ids=frozenset(variant_ids),
        product_ids=frozenset(product_ids),
        categories=frozenset(categories),
    )


def rules_naming_variant(rules: Iterable[BonusRule], variant_id: UUID) -> tuple[BonusRule, ...]:
    """Select the rules, in order, that name this variant itself; naming its product or category does not count."""
    return tuple(rule for rule in rules if variant_id in collect_references(rule).variant_ids)
