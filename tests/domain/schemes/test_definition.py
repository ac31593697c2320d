"""Completeness of a scheme: problems and states of its steps, the current step, and warnings (R1, R3)."""

from datetime import date
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.channels import EarningChannel
from domain.failures import Problem, UserErrorCode
from domain.rules.model import AllOf, BonusRule, Condition, FlatPoints, Not, ProductClause, QuantityClause, VolumeClause
from domain.rules.model import VolumeMeasure as Measure
from domain.rules.model import VolumePeriod as Period
from domain.rules.phrases import DisplayNames
from domain.schemes.content import Basics, CouponValue, SchemeContent
from domain.schemes.definition import ReviewWarning, current_step, is_ready, review_warnings, wizard_steps
from domain.schemes.stages import STEP_ORDER, WizardStepKind, WizardStepState

PENDING, INCOMPLETE, COMPLETE = WizardStepState
V = tuple(UUID(int=number) for number in range(1, 7))
SKUS = {variant: f"SKU-{number}" for number, variant in enumerate(V, start=1)}
NAMES = DisplayNames(variants=SKUS)
ALL = frozenset(WizardStepKind)
BASICS = Basics(
    title="Monsoon",
    channels=(EarningChannel.COUPON, EarningChannel.SALE),
    description=None,
    enrollment_opens_on=date(2026, 4, 1),
    enrollment_closes_on=date(2026, 4, 30),
    starts_on=date(2026, 5, 1),
    ends_on=date(2026, 7, 31),
    terms_markdown="Be fair.",
)
CONTENT = SchemeContent(
    basics=BASICS,
    variant_ids=V[:2],
    geography_ids=(V[5],),
    coupon_values=(CouponValue(V[0], 10, 100), CouponValue(V[1], 0, 1)),
)
SALE = replace(CONTENT, basics=replace(BASICS, channels=(EarningChannel.SALE,)))


def problems(content: SchemeContent, kind: WizardStepKind) -> list[Problem]:
    """The problems of one step of a scheme of which every step was saved."""
    (step,) = [step for step in wizard_steps(content, ALL, NAMES) if step.kind is kind]
    assert step.state is (INCOMPLETE if step.problems else COMPLETE)
    return list(step.problems)


def rule(condition: Condition, name: str = "Bonus") -> BonusRule:
    """A rule with this condition."""
    return BonusRule(id=UUID(int=99), name=name, condition=condition, reward=FlatPoints(1))


def test_a_scheme_that_has_everything_is_ready() -> None:
    """R3: rules are not needed; base points may be zero."""
    found = wizard_steps(CONTENT, ALL, NAMES)
    assert [(step.kind, step.state, step.problems) for step in found] == [(kind, COMPLETE, ()) for kind in STEP_ORDER]
    assert is_ready(found)
    assert [problem for step in found for problem in step.review_problems] == []


@pytest.mark.parametrize("missing", WizardStepKind)
def test_a_step_that_was_never_saved_is_pending(missing: WizardStepKind) -> None:
    """R1: even when there would be nothing wrong with it."""
    found = wizard_steps(CONTENT, ALL - {missing}, NAMES)
    assert [step.state for step in found] == [PENDING if kind is missing else COMPLETE for kind in STEP_ORDER]
    assert not is_ready(found)
    (step,) = [step for step in found if step.kind is missing]
    assert step.problems == ()
    message = f"The step “{missing.label}” has not been saved yet."
    assert step.review_problems == (Problem(UserErrorCode.REQUIRED, message, (missing,)),)


def test_the_review_puts_the_step_in_front_of_the_path() -> None:
    """R3."""
    empty = replace(CONTENT, variant_ids=(), coupon_values=())
    (step,) = [step for step in wizard_steps(empty, ALL, NAMES) if step.kind is WizardStepKind.PRODUCTS]
    message = "Choose at least one product variant."
    assert step.review_problems == (Problem(UserErrorCode.REQUIRED, message, ("PRODUCTS", "variantIds")),)


@pytest.mark.parametrize(
    ("content", "kind", "message", "path"),
    [
        (
            replace(CONTENT, variant_ids=(), coupon_values=()),
            WizardStepKind.PRODUCTS,
            "Choose at least one product variant.",
            ("variantIds",),
        ),
        (
            replace(CONTENT, geography_ids=()),
            WizardStepKind.GEOGRAPHIES,
            "Choose at least one geography.",
            ("geographyIds",),
        ),
        (
            replace(CONTENT, variant_ids=(), coupon_values=()),
            WizardStepKind.COUPON_VALUES,
            "Choose products first, then set their base points and planned quantities.",
            ("values",),
        ),
        (
            replace(CONTENT, coupon_values=()),
            WizardStepKind.COUPON_VALUES,
            "Set base points and planned quantity for SKU-1 and SKU-2.",
            ("values",),
        ),
        (
            replace(CONTENT, variant_ids=V[:3][::-1], coupon_values=()),
            WizardStepKind.COUPON_VALUES,
            "Set base points and planned quantity for SKU-1, SKU-2 and SKU-3.",
            ("values",),
        ),
        (
            replace(CONTENT, variant_ids=V[:5]),
            WizardStepKind.COUPON_VALUES,
            "Set base points and planned quantity for SKU-3, SKU-4 and SKU-5.",
            ("values",),
        ),
        (
            replace(CONTENT, variant_ids=V[:5], coupon_values=()),
            WizardStepKind.COUPON_VALUES,
            "Set base points and planned quantity for SKU-1, SKU-2, SKU-3 and 2 more.",
            ("values",),
        ),
        (
            replace(CONTENT, coupon_values=(CouponValue(V[0], 10, 0), CouponValue(V[1], 5, 1))),
            WizardStepKind.COUPON_VALUES,
            "Plan at least one coupon for SKU-1: ECPs earn with coupons in this scheme.",
            ("values",),
        ),
    ],
)
def test_each_missing_thing_is_one_sentence(
    content: SchemeContent, kind: WizardStepKind, message: str, path: tuple[str, ...]
) -> None:
    """R1, R26: the path names the field of the step's input."""
    assert problems(content, kind) == [Problem(UserErrorCode.REQUIRED, message, path)]


def test_missing_values_and_missing_coupons_are_reported_together() -> None:
    """R1: both are open work of the same step."""
    content = replace(CONTENT, variant_ids=V[:3], coupon_values=(CouponValue(V[0], 10, 0), CouponValue(V[1], 5, 0)))
    assert [problem.message for problem in problems(content, WizardStepKind.COUPON_VALUES)] == [
        "Set base points and planned quantity for SKU-3.",
        "Plan at least one coupon for SKU-1 and SKU-2: ECPs earn with coupons in this scheme.",
    ]


def test_no_coupons_need_to_be_planned_where_nobody_earns_with_them() -> None:
    """R1: turning the channel on again opens the step again."""
    values = (CouponValue(V[0], 10, 0), CouponValue(V[1], 5, 0))
    assert problems(replace(SALE, coupon_values=values), WizardStepKind.COUPON_VALUES) == []
    assert len(problems(replace(CONTENT, coupon_values=values), WizardStepKind.COUPON_VALUES)) == 1


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (ProductClause(variant_ids=(V[0], V[2])), "Rule “Bonus” mentions SKU-3, which is not in the scheme."),
        (
            AllOf((QuantityClause(at_least=2), Not(ProductClause(variant_ids=(V[3], V[2]))))),
            "Rule “Bonus” mentions SKU-3 and SKU-4, which are not in the scheme.",
        ),
        (
            VolumeClause(measure=Measure.UNITS, period=Period.MONTH, at_least=10, variant_ids=V[2:]),
            "Rule “Bonus” mentions SKU-3, SKU-4, SKU-5 and 1 more, which are not in the scheme.",
        ),
    ],
)
def test_a_rule_about_variants_outside_the_scheme_is_a_problem(condition: Condition, message: str) -> None:
    """R2: anywhere in its condition. The path names the rule."""
    content = replace(CONTENT, rules=(rule(QuantityClause(at_least=1)), rule(condition)))
    assert problems(content, WizardStepKind.BONUS_RULES) == [
        Problem(UserErrorCode.OUT_OF_SCOPE, message, ("rules", "1", "condition"))
    ]


def test_a_rule_about_the_schemes_own_variants_is_no_problem() -> None:
    """R2."""
    content = replace(
        CONTENT, rules=(rule(ProductClause(variant_ids=V[:2])), rule(ProductClause(category_ids=(UUID(int=41),))))
    )
    assert problems(content, WizardStepKind.BONUS_RULES) == []


@pytest.mark.parametrize("complete", range(6))
def test_the_current_step_is_the_first_that_is_not_complete(complete: int) -> None:
    """R1: the last one when all are."""
    states = [COMPLETE] * complete + [PENDING] * (5 - complete)
    assert current_step(zip(STEP_ORDER, states, strict=True)) is STEP_ORDER[min(complete, 4)]


def test_an_incomplete_step_is_current_before_a_pending_one() -> None:
    """R1: saved with problems counts as open."""
    states = [COMPLETE, INCOMPLETE, COMPLETE, PENDING, COMPLETE]
    assert current_step(zip(STEP_ORDER, states, strict=True)) is WizardStepKind.PRODUCTS


@pytest.mark.parametrize(
    ("today", "codes"),
    [
        (date(2026, 4, 30), []),
        (date(2026, 5, 1), ["ENROLLMENT_CLOSED"]),
        (date(2026, 7, 31), ["ENROLLMENT_CLOSED"]),
        (date(2026, 8, 1), ["ENROLLMENT_CLOSED", "SCHEME_ENDED"]),
    ],
)
def test_past_dates_cause_warnings_from_the_next_day(today: date, codes: list[str]) -> None:
    """R3: the last day still counts."""
    assert [warning.code for warning in review_warnings(CONTENT, today)] == codes


def test_warnings_are_sentences() -> None:
    """R3, R26."""
    content = replace(CONTENT, basics=replace(BASICS, budget=999))
    assert [warning.message for warning in review_warnings(content, date(2026, 8, 1))] == [
        "Enrollment closed on 30 April 2026, so nobody can enroll.",
        "The scheme ended on 31 July 2026, before it was approved.",
        "Base points alone can reach 1,000 points, more than the budget of 999.",
    ]


def test_a_scheme_that_starts_before_enrollment_opens_says_from_when_on_ecps_earn() -> None:
    """It may be intended and needs no acknowledgment; also in a revision, for which no day is given."""
    message = "The scheme starts on 1 May 2026, and enrollment opens on 2 May 2026: until then nobody can earn."
    notice = ReviewWarning("ENROLLMENT_AFTER_START", message, notice=True)
    late = replace(BASICS, enrollment_opens_on=date(2026, 5, 2), enrollment_closes_on=date(2026, 5, 31))
    assert review_warnings(replace(CONTENT, basics=late), None) == (notice,)
    together = replace(late, enrollment_opens_on=date(2026, 5, 1))
    assert review_warnings(replace(CONTENT, basics=together), None) == ()


@pytest.mark.parametrize(("budget", "warned"), [(None, False), (999, True), (1000, False), (1001, False)])
def test_a_budget_that_the_base_points_fit_into_is_fine(budget: int | None, *, warned: bool) -> None:
    """R3: 100 coupons of 10 points, and one of none."""
    content = replace(CONTENT, basics=replace(BASICS, budget=budget))
    found = [warning.code for warning in review_warnings(content, date(2026, 3, 1))]
    assert found == (["BUDGET_EXCEEDED"] if warned else [])


def test_a_scheme_without_dates_has_no_warnings() -> None:
    """A draft that only has a title."""
    assert review_warnings(SchemeContent(Basics("Monsoon", (EarningChannel.SALE,))), date(2026, 8, 1)) == ()
