"""The catalog entries that a rule refers to: tiers, geographies, variants, products and categories."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.rules.model import (
    AllOf,
    AnyOf,
    BonusRule,
    Condition,
    GeographyClause,
    Not,
    ProductClause,
    TierClause,
    VolumeClause,
)
from domain.rules.traversal import walk_clauses, walk_condition


class References(Struct, frozen=True):
    """The ids that a rule refers to, anywhere in its condition."""

    tier_ids: frozenset[UUID] = frozenset()
    geography_ids: frozenset[UUID] = frozenset()
    variant_ids: frozenset[UUID] = frozenset()
    product_ids: frozenset[UUID] = frozenset()
    category_ids: frozenset[UUID] = frozenset()

    @property
    def ids(self) -> frozenset[UUID]:
        """All ids together; no two kinds of entries share an id."""
        return self.tier_ids | self.geography_ids | self.variant_ids | self.product_ids | self.category_ids


def collect_references(rule: BonusRule) -> References:
    """Collect what the rule's condition refers to, also beneath a NOT."""
    tier_ids: set[UUID] = set()
    geography_ids: set[UUID] = set()
    variant_ids: set[UUID] = set()
    product_ids: set[UUID] = set()
    category_ids: set[UUID] = set()
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
                category_ids.update(clause.category_ids)
            case VolumeClause():
                variant_ids.update(clause.variant_ids)
            case _:
                pass
    return References(
        tier_ids=frozenset(tier_ids),
        geography_ids=frozenset(geography_ids),
        variant_ids=frozenset(variant_ids),
        product_ids=frozenset(product_ids),
        category_ids=frozenset(category_ids),
    )


def lowest_tiers(rules: Iterable[BonusRule]) -> frozenset[UUID]:
    """Collect the tiers of which a clause of the rules says “or above”."""
    clauses = (clause for rule in rules for clause in walk_clauses(rule.condition))
    return frozenset(clause.at_least for clause in clauses if isinstance(clause, TierClause) and clause.at_least)


def rules_naming_variant(rules: Iterable[BonusRule], variant_id: UUID) -> tuple[BonusRule, ...]:
    """Select the rules, in order, that name this variant itself; naming its product or category does not count."""
    return tuple(rule for rule in rules if variant_id in collect_references(rule).variant_ids)


def replace_categories(condition: Condition, ids: Mapping[UUID, UUID]) -> Condition:
    """Replace the ids of categories anywhere in the condition; those that `ids` does not have stay."""
    replaced: list[Condition] = []
    # In reverse, members come before their group, and the first member comes last.
    for node in reversed(tuple(walk_condition(condition))):
        match node.condition:
            case AllOf(conditions):
                replaced.append(AllOf(tuple(replaced.pop() for _ in conditions)))
            case AnyOf(conditions):
                replaced.append(AnyOf(tuple(replaced.pop() for _ in conditions)))
            case Not():
                replaced.append(Not(replaced.pop()))
            case ProductClause(_, _, category_ids) as clause:
                replaced.append(replace(clause, category_ids=tuple(ids.get(key, key) for key in category_ids)))
            case clause:
                replaced.append(clause)
    return replaced.pop()
