"""Sentences about changes: every kind reads well, and no change is too odd or too long."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.channels import EarningChannel
from domain.money import Money
from domain.rules.model import BonusRule, FlatPoints, QuantityClause
from domain.schemes.change_sentences import changes_phrase, changes_sentence
from domain.schemes.content import Basics, CouponValue, FieldDifference, Material, SchemeContent, differences
from tests.domain.schemes.test_content import CONTENTS, IDS

AMB_1L, AMB_4L, CED_250, PUNE, DELHI, OTHER = IDS
NAMES = {str(AMB_1L): "AMB-1L", str(AMB_4L): "AMB-4L", str(CED_250): "CED-250", str(PUNE): "Pune", str(DELHI): "Delhi"}
POSTER, FILM = Material("Poster", "https://example.com/a"), Material("Film", "https://example.com/b")
GOLD = BonusRule(id=IDS[0], name="Gold bonus", condition=QuantityClause(at_least=2), reward=FlatPoints(50))
SILVER, TIN = replace(GOLD, id=IDS[1], name="Silver bonus"), replace(GOLD, id=IDS[2], name="Tin bonus")
DATES = {
    "enrollment_opens_on": date(2026, 4, 1),
    "enrollment_closes_on": date(2026, 4, 30),
    "starts_on": date(2026, 5, 1),
    "ends_on": date(2026, 7, 31),
}
LONG = "Monsoon loyalty program for field influencers in western India and the coast"
CLIPPED = "“Monsoon loyalty program for field influencers in western In…”"


def content(*, products: Any = (), places: Any = (), values: Any = (), rules: Any = (), **basics: Any) -> SchemeContent:
    """Content with only the given parts; values are (variant, base points, quantity)."""
    coupon_values = tuple(CouponValue(variant, points, units) for variant, points, units in values)
    stated = {"title": "Monsoon Care", "channels": (EarningChannel.COUPON,), **basics}
    return SchemeContent(
        basics=Basics(**stated),
        variant_ids=tuple(products),
        geography_ids=tuple(places),
        coupon_values=coupon_values,
        rules=tuple(rules),
    )


def stored(changes: tuple[FieldDifference, ...]) -> tuple[FieldDifference, ...]:
    return msgspec.json.decode(msgspec.json.encode(changes), type=tuple[FieldDifference, ...])


def describe(before: SchemeContent, after: SchemeContent, names: dict[str, str] = NAMES) -> str:
    return changes_phrase(differences(before, after), names)


@pytest.mark.parametrize(
    ("before", "after", "phrase"),
    [
        ({}, {"budget": 60_000}, "set the budget to 60,000 points"),
        ({"budget": 50_000}, {"budget": 60_000}, "changed the budget from 50,000 to 60,000 points"),
        ({"budget": 50_000}, {"budget": 1}, "changed the budget from 50,000 to 1 point"),
        ({"budget": 50_000}, {}, "removed the budget limit of 50,000 points"),
        ({"title": "A"}, {"title": "B"}, "renamed the scheme from “A” to “B”"),
        ({"title": f"{LONG} 1"}, {"title": "B"}, f"renamed the scheme from {CLIPPED} to “B”"),
        ({"title": f"{LONG} 1"}, {"title": f"{LONG} 2"}, "changed the title"),
        ({}, {"terms_markdown": "# Terms"}, "wrote the terms"),
        ({"terms_markdown": "# Terms"}, {"terms_markdown": "# New"}, "changed the terms"),
        ({"terms_markdown": "# Terms"}, {}, "removed the terms"),
        ({"description": "Old"}, {"description": "New"}, "changed the description"),
        ({}, {"description": "New"}, "wrote the description"),
        ({}, {"description": ""}, "removed the description"),
        ({}, {"point_value": Money(Decimal("0.5"), "INR")}, "set the value of a point to 0.5 INR"),
        (
            {"point_value": Money(Decimal(1_250), "INR")},
            {"point_value": Money(Decimal("0.01"), "EUR")},
            "set the value of a point from 1,250 INR to 0.01 EUR",
        ),
        ({"point_value": Money(Decimal("0.000001"), "INR")}, {}, "removed the value of a point of 0.000001 INR"),
        ({}, {"minimum_payout": 1}, "set the minimum payout to 1 point"),
        ({"minimum_payout": 1_000}, {"minimum_payout": 2_500}, "set the minimum payout from 1,000 to 2,500 points"),
        ({"minimum_payout": 1_000}, {}, "removed the minimum payout of 1,000 points"),
        ({}, {"points_expire_after_days": 365}, "let points expire after 365 days"),
        (
            {"points_expire_after_days": 365},
            {"points_expire_after_days": 1},
            "let points expire after 1 day instead of 365",
        ),
        ({"points_expire_after_days": 365}, {}, "removed the expiry of points after 365 days"),
        ({}, {"grace_days": 1}, "changed the grace period from 30 to 1 day"),
        ({"grace_days": 0}, {}, "changed the grace period from 0 to 30 days"),
        ({}, {"channels": ("COUPON", "SALE")}, "added the earning channel sale"),
        ({"channels": ("COUPON", "SALE")}, {}, "removed the earning channel sale"),
        ({}, {"channels": ("SALE",)}, "changed the earning channel from coupon to sale"),
        ({"channels": ()}, {"channels": ("COUPON", "SALE")}, "added the earning channels coupon and sale"),
        ({"channels": ("SALE", "SALE")}, {"channels": ("SALE",)}, "changed the earning channels"),
    ],
)
def test_a_field_of_the_basics(before: dict[str, Any], after: dict[str, Any], phrase: str) -> None:
    assert describe(content(**before), content(**after)) == phrase


@pytest.mark.parametrize(
    ("before", "after", "phrase"),
    [
        (
            {"ends_on": date(2026, 7, 31)},
            {"ends_on": date(2026, 8, 15)},
            "moved the end of the scheme from 31 July 2026 to 15 August 2026",
        ),
        ({}, {"enrollment_opens_on": date(2026, 4, 1)}, "set the start of enrollment to 1 April 2026"),
        ({"enrollment_closes_on": date(2026, 4, 1)}, {}, "cleared the end of enrollment"),
        (
            {"starts_on": date(2026, 5, 1), "ends_on": date(2026, 7, 31)},
            {"starts_on": date(2026, 5, 8), "ends_on": date(2026, 8, 15)},
            (
                "moved the start of the scheme from 1 May 2026 to 8 May 2026 "
                "and the end of the scheme from 31 July 2026 to 15 August 2026"
            ),
        ),
        (
            {"starts_on": date(2026, 5, 1)},
            {"starts_on": date(2026, 5, 8), "ends_on": date(2026, 8, 15)},
            (
                "moved the start of the scheme from 1 May 2026 to 8 May 2026 "
                "and set the end of the scheme to 15 August 2026"
            ),
        ),
        (
            DATES,
            {name: day.replace(year=2027) for name, day in DATES.items()},
            (
                "moved the start of enrollment to 1 April 2027, the end of enrollment to 30 April 2027, "
                "the start of the scheme to 1 May 2027 and the end of the scheme to 31 July 2027"
            ),
        ),
        (
            {},
            DATES,
            (
                "set the start of enrollment to 1 April 2026, the end of enrollment to 30 April 2026, "
                "the start of the scheme to 1 May 2026 and the end of the scheme to 31 July 2026"
            ),
        ),
    ],
)
def test_dates(before: dict[str, Any], after: dict[str, Any], phrase: str) -> None:
    assert describe(content(**before), content(**after)) == phrase


@pytest.mark.parametrize(
    ("before", "after", "phrase"),
    [
        ((), (POSTER,), "added the marketing material “Poster”"),
        ((POSTER, FILM), (), "removed 2 marketing materials"),
        ((POSTER,), (FILM,), "added the marketing material “Film” and removed the marketing material “Poster”"),
        ((POSTER,), (replace(POSTER, title="Flyer"),), "renamed the marketing material “Poster” to “Flyer”"),
        ((POSTER,), (replace(POSTER, url="https://example.com/c"),), "changed the marketing material “Poster”"),
        ((POSTER, FILM), (FILM, POSTER), "reordered the marketing materials"),
        ((POSTER, POSTER), (POSTER,), "changed the materials"),
    ],
)
def test_marketing_materials(before: tuple[Material, ...], after: tuple[Material, ...], phrase: str) -> None:
    assert describe(content(materials=before), content(materials=after)) == phrase


@pytest.mark.parametrize(
    ("before", "after", "phrase"),
    [
        ((), (AMB_1L,), "added AMB-1L to the products"),
        ((), (AMB_4L, AMB_1L), "added AMB-1L and AMB-4L to the products"),
        ((), (AMB_4L, AMB_1L, CED_250), "added AMB-1L, AMB-4L and CED-250 to the products"),
        ((), IDS[:4], "added 4 products"),
        ((), (AMB_1L, OTHER), "added 2 products"),
        ((OTHER,), (), "removed 1 product"),
        (IDS[:5], (), "removed all 5 products"),
        (IDS, (AMB_1L,), "removed 5 products"),
        ((AMB_1L, CED_250), (AMB_1L,), "removed CED-250 from the products"),
        ((CED_250,), (AMB_1L,), "added AMB-1L to the products and removed CED-250 from them"),
        ((CED_250,), IDS[3:], "added 3 products and removed CED-250 from the products"),
        ((CED_250, CED_250), (CED_250,), "changed the products"),
    ],
)
def test_products(before: Any, after: Any, phrase: str) -> None:
    """A variant without a name is counted, and so are more than three."""
    assert describe(content(products=before), content(products=after)) == phrase


@pytest.mark.parametrize(
    ("before", "after", "phrase"),
    [
        ((), (PUNE,), "added Pune to the geographies"),
        ((), (PUNE, DELHI), "added Delhi and Pune to the geographies"),
        ((PUNE, DELHI), (DELHI,), "removed Pune from the geographies"),
        ((), (PUNE, OTHER), "added 2 geographies"),
        ((OTHER,), (PUNE,), "added Pune to the geographies and removed 1 geography"),
    ],
)
def test_geographies(before: Any, after: Any, phrase: str) -> None:
    assert describe(content(places=before), content(places=after)) == phrase


@pytest.mark.parametrize(
    ("before", "after", "phrase"),
    [
        ([], [(AMB_1L, 10, 100)], "set the coupon values of AMB-1L"),
        ([], [(each, 10, 100) for each in IDS[:5]], "set the coupon values of 5 products"),
        ([(AMB_1L, 10, 100)], [(AMB_1L, 12, 100)], "changed the base points of AMB-1L from 10 to 12"),
        ([(OTHER, 10, 100)], [(OTHER, 12, 100)], "changed the base points of 1 product from 10 to 12"),
        ([(AMB_1L, 9, 100)], [(AMB_1L, 9, 2500)], "changed the planned quantity of AMB-1L from 100 to 2,500"),
        (
            [(AMB_1L, 10, 100)],
            [(AMB_1L, 12, 200)],
            "changed the base points of AMB-1L from 10 to 12 and the planned quantity from 100 to 200",
        ),
        (
            [(each, 1, 1) for each in IDS[:5]],
            [(each, 2, 1) for each in IDS[:5]],
            "changed the coupon values of 5 products",
        ),
        ([(AMB_1L, 1, 1), (AMB_4L, 1, 1)], [(AMB_4L, 1, 1)], "removed the coupon values of AMB-1L"),
        (
            [(AMB_1L, 1, 1), (AMB_4L, 1, 1)],
            [(AMB_1L, 2, 1), (AMB_4L, 2, 1), (CED_250, 2, 1)],
            "set the coupon values of CED-250, and changed the coupon values of AMB-1L and AMB-4L",
        ),
    ],
)
def test_coupon_values(before: Any, after: Any, phrase: str) -> None:
    assert describe(content(values=before), content(values=after)) == phrase


def test_coupon_values_removed_with_their_product_are_not_mentioned() -> None:
    before = content(products=(AMB_1L, CED_250), values=[(AMB_1L, 10, 100), (CED_250, 5, 30)])
    after = content(products=(AMB_1L,), values=[(AMB_1L, 10, 100)])
    assert describe(before, after) == "removed CED-250 from the products"
    changed = content(products=(AMB_1L,), values=[(AMB_1L, 12, 100)])
    assert describe(before, changed) == (
        "removed CED-250 from the products and changed the base points of AMB-1L from 10 to 12"
    )
    kept = content(products=(AMB_1L,), values=[(AMB_1L, 10, 100), (CED_250, 6, 30)])
    assert (
        describe(before, kept) == "removed CED-250 from the products and changed the base points of CED-250 from 5 to 6"
    )


@pytest.mark.parametrize(
    ("before", "after", "phrase"),
    [
        ((), (GOLD,), "added the rule “Gold bonus”"),
        ((GOLD,), (), "removed the rule “Gold bonus”"),
        ((GOLD,), (replace(GOLD, reward=FlatPoints(60)),), "changed the rule “Gold bonus”"),
        ((GOLD,), (replace(GOLD, name="Best bonus"),), "renamed the rule “Gold bonus” to “Best bonus”"),
        ((GOLD,), (replace(GOLD, name="Best", priority=1),), "changed the rule “Gold bonus” (now “Best”)"),
        ((GOLD,), (replace(GOLD, id=OTHER),), "changed the rule “Gold bonus”"),
        ((GOLD, SILVER), (SILVER, GOLD), "reordered the rules"),
        ((GOLD, SILVER), (TIN, SILVER, GOLD), "added the rule “Tin bonus” and reordered the rules"),
        ((GOLD,), (SILVER,), "added the rule “Silver bonus” and removed the rule “Gold bonus”"),
        ((GOLD,), (replace(GOLD, priority=1), SILVER, TIN), "added 2 rules and changed 1"),
        ((GOLD, SILVER), (TIN,), "added 1 rule and removed 2"),
        ((GOLD, GOLD), (GOLD,), "changed the bonus rules"),
    ],
)
def test_rules(before: tuple[BonusRule, ...], after: tuple[BonusRule, ...], phrase: str) -> None:
    assert describe(content(rules=before), content(rules=after)) == phrase


def test_several_changes_are_joined() -> None:
    before = content(budget=5, terms_markdown="# Old")
    after = content(budget=6, terms_markdown="# New", materials=(POSTER,))
    assert describe(before, after) == (
        "changed the terms, changed the budget from 5 to 6 points and added the marketing material “Poster”"
    )
    listed = content(budget=6, terms_markdown="# Old", products=(AMB_1L, AMB_4L))
    assert describe(before, listed) == (
        "changed the budget from 5 to 6 points, and added AMB-1L and AMB-4L to the products"
    )


def test_changes_after_the_third_are_counted() -> None:
    before = content(budget=5, terms_markdown="# Old", description="Old")
    after = content(budget=6, terms_markdown="# New", title="Monsoon Plus", rules=(GOLD,))
    start = "renamed the scheme from “Monsoon Care” to “Monsoon Plus”, removed the description, changed the terms"
    assert describe(before, after) == f"{start} and made 2 more changes"
    assert describe(before, replace(after, rules=())) == f"{start} and made 1 more change"


def test_the_first_save_of_the_basics_is_summed_up() -> None:
    first = {**DATES, "description": "New", "terms_markdown": "# Terms", "budget": 60_000, "materials": (POSTER,)}
    assert describe(content(), content(**first)) == (
        "filled in the basics (description, dates, terms, budget and materials)"
    )
    assert describe(content(), content(**DATES, budget=5, title="Monsoon Plus")) == (
        "renamed the scheme from “Monsoon Care” to “Monsoon Plus” and filled in the basics (dates and budget)"
    )


def test_a_long_part_falls_back_to_a_count_and_then_to_its_label() -> None:
    """The longest part is shortened first, so that the others stay complete."""
    skus = {str(variant): f"{LONG} {number}" for number, variant in enumerate(IDS)}
    before, after = content(budget=5), content(budget=6, products=IDS[:3], places=(PUNE,))
    budget = "changed the budget from 5 to 6 points"
    assert (
        describe(before, after, {**skus, str(PUNE): "Pune"})
        == f"{budget}, added 3 products and added Pune to the geographies"
    )
    before = content(title=f"A {LONG}", rules=(replace(GOLD, name=f"A {LONG}"),))
    after = content(title=f"B {LONG}", rules=(replace(GOLD, name=f"B {LONG}"),))
    old, new = (f"“{letter} Monsoon loyalty program for field influencers in western…”" for letter in "AB")
    assert describe(before, after) == f"changed the title and renamed the rule {old} to {new}"
    assert describe(before, replace(after, rules=())) == (
        f"renamed the scheme from {old} to {new} and removed the rule {old}"
    )


def test_names_and_titles_stay_in_one_line() -> None:
    assert describe(content(), content(products=(AMB_1L,)), {str(AMB_1L): "AMB\n 1L"}) == "added AMB 1L to the products"
    assert describe(content(), content(products=(AMB_1L,)), {str(AMB_1L): " \n"}) == "added 1 product"
    assert (
        describe(content(title="A"), content(title="Monsoon\u2028Care"))
        == "renamed the scheme from “A” to “Monsoon Care”"
    )


def test_a_save_that_changes_nothing_says_so() -> None:
    assert changes_phrase(()) == "saved without changes"
    assert changes_sentence("Asha Rao", "Monsoon Care", ()) == "Asha Rao saved “Monsoon Care” without changes."


def test_an_unknown_field_is_named_by_its_label() -> None:
    """A field added to content later still makes a sentence."""
    assert changes_phrase((FieldDifference("supportPhone", None, "1"),)) == "changed the support phone"
    assert changes_phrase((FieldDifference("x" * 300, None, "1"),)) == f"changed the {'x' * 227}…"


def test_a_sentence_names_the_actor_and_the_scheme() -> None:
    changes = differences(content(), content(products=(AMB_1L,)))
    assert changes_sentence("Asha Rao", "Monsoon Care", changes, NAMES) == (
        "Asha Rao added AMB-1L to the products in “Monsoon Care”."
    )
    assert changes_sentence("Asha\nRao", LONG, changes) == f"Asha Rao added 1 product in {CLIPPED}."


def test_a_sentence_does_not_repeat_the_title_that_it_is_about() -> None:
    changes = differences(content(title="Monsoon"), content(rules=(GOLD,)))
    assert changes_sentence("Asha Rao", "Monsoon Care", changes) == (
        "Asha Rao renamed the scheme from “Monsoon” to “Monsoon Care” and added the rule “Gold bonus”."
    )
    unsaid = differences(content(title=f"{LONG} 1"), content(title=f"{LONG} 2"))
    assert changes_sentence("Asha Rao", f"{LONG} 2", unsaid) == f"Asha Rao changed the title in {CLIPPED}."
    rule = differences(content(), content(rules=(replace(GOLD, name="Monsoon Care"),)))
    assert (
        changes_sentence("Asha Rao", "Monsoon Care", rule)
        == "Asha Rao added the rule “Monsoon Care” in “Monsoon Care”."
    )


LONG_TEXTS = st.text(st.characters(codec="utf-8"), max_size=130)
BIG = st.integers(0, 10**12)


@st.composite
def odd_contents(draw: st.DrawFn) -> SchemeContent:
    """Contents with texts of any length, huge numbers, and the same thing twice, valid or not."""
    drawn = draw(CONTENTS)
    basics = replace(
        drawn.basics,
        title=draw(LONG_TEXTS),
        budget=draw(st.none() | BIG),
        ends_on=draw(st.none() | st.dates()),
        materials=tuple(replace(each, title=draw(LONG_TEXTS)) for each in drawn.basics.materials),
    )
    return SchemeContent(
        basics=basics,
        variant_ids=tuple(draw(st.lists(st.sampled_from(IDS), max_size=6))),
        geography_ids=drawn.geography_ids,
        coupon_values=tuple(draw(st.lists(st.builds(CouponValue, st.sampled_from(IDS), BIG, BIG), max_size=5))),
        rules=tuple(replace(rule, name=draw(LONG_TEXTS)) for rule in drawn.rules),
    )


VERBS = ("added", "changed", "cleared", "filled in", "moved", "removed", "renamed", "reordered", "set", "wrote")


@given(odd_contents(), odd_contents(), st.dictionaries(st.sampled_from(IDS).map(str), LONG_TEXTS))
def test_every_difference_makes_one_line(before: SchemeContent, after: SchemeContent, names: dict[str, str]) -> None:
    """Every difference makes one line that starts with a verb, is not too long, and is the same after storing."""
    for one, other in ((before, after), (before, replace(after, basics=before.basics)), (before, before)):
        changes = differences(one, other)
        phrase = changes_phrase(changes, names)
        assert phrase == " ".join(phrase.split())
        assert len(phrase) <= 240
        assert phrase.startswith(VERBS) if changes else phrase == "saved without changes"
        assert changes_phrase(stored(changes), dict(reversed(names.items()))) == phrase
        whole = changes_sentence("Asha Rao", other.basics.title, changes, names)
        assert whole.startswith("Asha Rao ")
        assert whole.endswith(".")
        assert len(whole.splitlines()) == 1
        assert len(whole) <= 400


@given(CONTENTS, CONTENTS)
def test_every_section_that_differs_is_mentioned(before: SchemeContent, after: SchemeContent) -> None:
    """Each section that changes is mentioned in the phrase."""
    words = {"variant_ids": "product", "geography_ids": "geograph", "coupon_values": "of ", "rules": "rule"}
    for section, word in words.items():
        changes = differences(before, replace(before, **{section: getattr(after, section)}))
        assert not changes or word in changes_phrase(changes, NAMES)
