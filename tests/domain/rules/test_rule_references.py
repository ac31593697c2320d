"""The references of a rule, anywhere in its condition."""

from uuid import UUID

from domain.rules.model import (
    AllOf,
    AnyOf,
    BonusRule,
    Condition,
    EnrolledWithinClause,
    FlatPoints,
    GeographyClause,
    Not,
    ProductClause,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from domain.rules.references import References, collect_references, rules_naming_variant
from domain.rules.traversal import ConditionNode, walk_clauses, walk_condition

CEMENT = UUID(int=42)
TIER, LOWEST, PLACE, SOLD, COUNTED, PRODUCT = (UUID(int=number) for number in range(1, 7))
VOLUME = VolumeClause(measure=VolumeMeasure.UNITS, period=VolumePeriod.MONTH, at_least=1, variant_ids=(COUNTED,))
NEW = EnrolledWithinClause(30)


def rule(condition: Condition) -> BonusRule:
    return BonusRule(id=UUID(int=1000), name="A rule", condition=condition, reward=FlatPoints(1))


def test_references_are_collected_from_the_whole_tree() -> None:
    condition = AllOf(
        (
            AnyOf((TierClause((TIER,)), Not(TierClause(at_least=LOWEST)))),
            Not(GeographyClause((PLACE,))),
            ProductClause((SOLD,), (PRODUCT,), (CEMENT,)),
            VOLUME,
            NEW,
        )
    )
    assert collect_references(rule(condition)) == References(
        tier_ids=frozenset({TIER, LOWEST}),
        geography_ids=frozenset({PLACE}),
        variant_ids=frozenset({SOLD, COUNTED}),
        product_ids=frozenset({PRODUCT}),
        category_ids=frozenset({CEMENT}),
    )


def test_a_rule_may_have_no_references() -> None:
    assert collect_references(rule(NEW)) == References()


def test_rules_naming_a_variant_keep_their_order() -> None:
    sold, other, counted = rule(Not(ProductClause((SOLD, COUNTED)))), rule(NEW), rule(AnyOf((NEW, VOLUME)))
    assert rules_naming_variant([sold, other, counted], COUNTED) == (sold, counted)
    assert rules_naming_variant([sold, other, counted], SOLD) == (sold,)
    assert rules_naming_variant([sold, other, counted], PRODUCT) == ()


def test_a_walk_follows_reading_order_with_paths_and_depths() -> None:
    first, second, third = TierClause((TIER,)), GeographyClause((PLACE,)), NEW
    condition = AllOf((AnyOf((first, Not(second))), third))
    assert [(node.path, node.depth) for node in walk_condition(condition)] == [
        ((), 1),
        (("all", "0"), 2),
        (("all", "0", "any", "0"), 3),
        (("all", "0", "any", "1"), 3),
        (("all", "0", "any", "1", "not"), 4),
        (("all", "1"), 2),
    ]
    assert list(walk_clauses(condition)) == [first, second, third]


def test_a_walk_skips_the_subtree_of_a_node_without_descend() -> None:
    def at_the_root(node: ConditionNode) -> bool:
        return node.depth == 1

    condition = AllOf((Not(NEW), VOLUME))
    assert [node.condition for node in walk_condition(condition, descend=at_the_root)] == [condition, Not(NEW), VOLUME]


def test_a_very_deep_tree_can_be_walked() -> None:
    condition: Condition = NEW
    for _ in range(20_000):
        condition = Not(condition)
    assert list(walk_clauses(condition)) == [NEW]
