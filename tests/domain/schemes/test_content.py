"""The canonical content of a scheme: equal content has equal bytes and one hash, and every difference shows."""

import random
import re
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from domain.channels import EarningChannel
from domain.money import Money
from domain.rules.model import (
    BonusRule,
    ChannelClause,
    FlatPoints,
    GeographyClause,
    MultiplyBase,
    QuantityClause,
    RuleLimits,
    TierClause,
)
from domain.schemes.content import (
    Basics,
    CouponValue,
    FieldDifference,
    Material,
    SchemeContent,
    canonical,
    canonical_json,
    content_hash,
    differences,
    section_fields,
)
from domain.schemes.stages import WizardStepKind

IDS = tuple(UUID(int=number) for number in range(6))
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 9))
ID_SETS = st.lists(st.sampled_from(IDS), max_size=5, unique=True).map(tuple)
BASICS = st.builds(
    Basics,
    title=TEXTS,
    channels=st.lists(st.sampled_from(EarningChannel), min_size=1, unique=True).map(tuple),
    description=st.none() | TEXTS,
    enrollment_opens_on=DAYS,
    enrollment_closes_on=DAYS,
    starts_on=DAYS,
    ends_on=DAYS,
    terms_markdown=st.none() | TEXTS,
    budget=st.none() | st.integers(1, 5),
    materials=st.lists(st.builds(Material, TEXTS, TEXTS), max_size=3).map(tuple),
    point_value=st.none() | st.builds(Money, st.sampled_from([Decimal("0.5"), Decimal(2)]), st.just("INR")),
    minimum_payout=st.none() | st.integers(1, 2),
    points_expire_after_days=st.none() | st.integers(1, 2),
    grace_days=st.none() | st.integers(0, 2),
)
VALUES = st.lists(
    st.builds(CouponValue, st.sampled_from(IDS), st.integers(0, 3), st.integers(0, 3)),
    max_size=4,
    unique_by=lambda value: value.variant_id,
).map(tuple)
CONDITIONS = st.one_of(
    st.builds(TierClause, ID_SETS, st.none() | st.sampled_from(IDS)),
    st.builds(GeographyClause, ID_SETS),
    st.builds(ChannelClause, st.sampled_from(EarningChannel)),
    st.builds(QuantityClause, st.integers(1, 3)),
)
REWARDS = st.one_of(
    st.builds(FlatPoints, st.integers(1, 3)),
    st.builds(MultiplyBase, st.sampled_from([Decimal("1.5"), Decimal(2)])),
)
RULES = st.lists(
    st.builds(
        BonusRule,
        id=st.sampled_from(IDS),
        name=TEXTS,
        condition=CONDITIONS,
        reward=REWARDS,
        limits=st.builds(RuleLimits, st.none() | st.integers(1, 2)),
        priority=st.integers(0, 2),
        exclusive_group=st.none() | TEXTS,
    ),
    max_size=3,
).map(tuple)
CONTENTS = st.builds(SchemeContent, BASICS, ID_SETS, ID_SETS, VALUES, RULES)

RULE = BonusRule(id=IDS[0], name="Gold", condition=QuantityClause(at_least=2), reward=FlatPoints(50))
CONTENT = SchemeContent(
    basics=Basics("Monsoon", (EarningChannel.COUPON,), starts_on=date(2026, 5, 1)),
    variant_ids=(IDS[1], IDS[2]),
    geography_ids=(IDS[3],),
    coupon_values=(CouponValue(IDS[1], 10, 100), CouponValue(IDS[2], 5, 30)),
    rules=(RULE,),
)


@given(CONTENTS, st.randoms(use_true_random=False))
def test_the_hash_ignores_the_order_of_sets(content: SchemeContent, chance: random.Random) -> None:
    """R5, R6: channels, variants, geographies and values have no order of their own."""

    def mixed(items: Any) -> Any:
        return tuple(chance.sample(items, len(items)))

    other = SchemeContent(
        basics=replace(content.basics, channels=mixed(content.basics.channels)),
        variant_ids=mixed(content.variant_ids),
        geography_ids=mixed(content.geography_ids),
        coupon_values=mixed(content.coupon_values),
        rules=content.rules,
    )
    assert canonical_json(other) == canonical_json(content)
    assert content_hash(other) == content_hash(content)
    assert differences(content, other) == ()


@given(CONTENTS, CONTENTS)
def test_contents_differ_exactly_when_their_hashes_do(one: SchemeContent, other: SchemeContent) -> None:
    """R5: an approval never misses a change, and a rejected one always names it."""
    assert (differences(one, other) == ()) == (content_hash(one) == content_hash(other))
    assert (canonical(one) == canonical(other)) == (content_hash(one) == content_hash(other))


@given(CONTENTS, CONTENTS, st.data())
def test_every_single_field_changes_the_hash(one: SchemeContent, other: SchemeContent, data: st.DataObject) -> None:
    """R5: changing one field of one section to any other value shows as a difference of that section alone."""
    field = data.draw(st.sampled_from([*Basics.__struct_fields__, *SchemeContent.__struct_fields__[1:]]))
    if field in Basics.__struct_fields__:
        changed = replace(one, basics=replace(one.basics, **{field: asdict(other.basics)[field]}))
        if field == "channels":
            changed = replace(one, basics=replace(one.basics, channels=other.basics.channels))
    else:
        changed = replace(one, **{field: getattr(other, field)})
    same = canonical(one) == canonical(changed)
    assert (content_hash(one) == content_hash(changed)) is same
    assert len(differences(one, changed)) == (0 if same else 1)


@given(CONTENTS)
def test_the_stored_document_is_the_content_again(content: SchemeContent) -> None:
    """R5: what was submitted can be read back to say what changed since."""
    document = canonical_json(content)
    read = msgspec.json.decode(document, type=SchemeContent)
    assert canonical_json(read) == document
    assert content_hash(read) == content_hash(content)
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", content_hash(content))


@given(CONTENTS)
def test_the_document_survives_a_store_that_reorders_keys(content: SchemeContent) -> None:
    """PostgreSQL's jsonb keeps neither the order of keys nor spaces."""
    plain = msgspec.json.decode(canonical_json(content))

    def reordered(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: reordered(value[key]) for key in sorted(value, reverse=True)}
        return [reordered(item) for item in value] if isinstance(value, list) else value

    again = msgspec.convert(reordered(plain), SchemeContent, strict=False)
    assert content_hash(again) == content_hash(content)


def test_the_document_of_a_scheme_never_changes_its_form() -> None:
    """A different hash for stored content would invalidate every pending submission."""
    assert content_hash(SchemeContent(Basics("Monsoon", (EarningChannel.SALE,)))) == (
        "sha256:2229ba38bab2b79937f03cd1651fd7bf0b812fe65feace9b5f856699acfe0d7e"
    )


@pytest.mark.parametrize(
    "terms",
    [
        {"point_value": Money(Decimal("0.25"), "INR")},
        {"minimum_payout": 500},
        {"points_expire_after_days": 365},
        {"grace_days": 0},
    ],
)
def test_each_term_of_payment_is_part_of_the_hash_once_it_is_set(terms: dict[str, Any]) -> None:
    """What is set counts, also what stored content says; what is not set leaves the document as it was."""
    paying = replace(CONTENT, basics=replace(CONTENT.basics, **terms))
    assert content_hash(paying) != content_hash(CONTENT)
    assert msgspec.json.decode(canonical_json(paying), type=SchemeContent) == paying
    (name,) = terms
    assert name not in msgspec.json.decode(canonical_json(CONTENT))["basics"]


def test_the_order_of_rules_and_materials_counts() -> None:
    """R2: people chose the order."""
    second = replace(RULE, id=IDS[5], name="Silver")
    rules = replace(CONTENT, rules=(RULE, second))
    assert content_hash(rules) != content_hash(replace(rules, rules=(second, RULE)))
    poster, film = Material("Poster", "https://example.com/a"), Material("Film", "https://example.com/b")
    basics = replace(CONTENT.basics, materials=(poster, film))
    turned = replace(basics, materials=(film, poster))
    assert content_hash(replace(CONTENT, basics=basics)) != content_hash(replace(CONTENT, basics=turned))


def test_differences_name_fields_like_the_inputs_in_the_order_of_the_wizard() -> None:
    """R6: an editor sees what changed, before and after, as plain JSON."""
    after = SchemeContent(
        basics=replace(CONTENT.basics, title="Monsoon Care", starts_on=None, budget=500),
        variant_ids=(IDS[2],),
        geography_ids=(IDS[3],),
        coupon_values=(CouponValue(IDS[2], 5, 30),),
        rules=(),
    )
    found = msgspec.json.decode(msgspec.json.encode(differences(CONTENT, after)), type=tuple[FieldDifference, ...])
    assert found == (
        FieldDifference("title", "Monsoon", "Monsoon Care"),
        FieldDifference("startsOn", "2026-05-01", None),
        FieldDifference("budget", None, 500),
        FieldDifference("variantIds", [str(IDS[1]), str(IDS[2])], [str(IDS[2])]),
        FieldDifference(
            "values",
            [
                {"variant_id": str(IDS[1]), "base_points": 10, "planned_quantity": 100},
                {"variant_id": str(IDS[2]), "base_points": 5, "planned_quantity": 30},
            ],
            [{"variant_id": str(IDS[2]), "base_points": 5, "planned_quantity": 30}],
        ),
        FieldDifference(
            "rules",
            [
                {
                    "id": str(IDS[0]),
                    "name": "Gold",
                    "condition": {"kind": "quantity", "at_least": 2},
                    "reward": {"kind": "flatPoints", "points": 50},
                }
            ],
            [],
        ),
    )


def test_every_field_of_the_content_belongs_to_one_section() -> None:
    """A field that no section shows could change unseen."""
    names = [name for kind in WizardStepKind for name, _ in section_fields(CONTENT, kind)]
    assert names == [
        "title",
        "earningChannels",
        "description",
        "enrollmentOpensOn",
        "enrollmentClosesOn",
        "startsOn",
        "endsOn",
        "termsMarkdown",
        "budget",
        "materials",
        "pointValue",
        "minimumPayout",
        "pointsExpireAfterDays",
        "graceDays",
        "variantIds",
        "geographyIds",
        "values",
        "rules",
    ]


def test_quantities_and_liability_are_sums_over_the_variants() -> None:
    """R3: the review shows them."""
    assert CONTENT.coupon_quantity == 130
    assert CONTENT.base_liability == 10 * 100 + 5 * 30
    assert (SchemeContent(CONTENT.basics).coupon_quantity, SchemeContent(CONTENT.basics).base_liability) == (0, 0)


def test_without_the_coupon_channel_no_coupons_are_planned() -> None:
    """R3: a scheme with the sales channel alone makes no coupons, even if quantities were planned before."""
    sale = replace(CONTENT, basics=replace(CONTENT.basics, channels=(EarningChannel.SALE,)))
    assert (sale.coupon_quantity, sale.base_liability) == (0, 0)
