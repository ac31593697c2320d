"""Completeness: what each step of the wizard lacks, its state, and whether the whole scheme is ready."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.calendar import format_day
from domain.channels import EarningChannel
from domain.failures import Problem, UserErrorCode
from domain.rules.model import BonusRule
from domain.rules.phrases import DisplayNames
from domain.rules.references import collect_references
from domain.schemes.content import SchemeContent
from domain.schemes.stages import STEP_ORDER, WizardStepKind, WizardStepState

NAMED_VARIANTS: Final = 3


class WizardStep(Struct, frozen=True):
    """One step of the wizard as the editor sees it."""

    kind: WizardStepKind
    state: WizardStepState
    problems: tuple[Problem, ...] = ()

    @property
    def review_problems(self) -> tuple[Problem, ...]:
        """What the review says about this step: that it was never saved, or its problems, under the step's name."""
        if self.state is WizardStepState.PENDING:
            missing = Problem(UserErrorCode.REQUIRED, f"The step “{self.kind.label}” has not been saved yet.", ())
            return (missing.under(self.kind),)
        return tuple(problem.under(self.kind) for problem in self.problems)


class ReviewWarning(Struct, frozen=True):
    """Something legal that a manager should know before submitting; `rule_id` names the rule it is about, if any.

    A `notice` is only said; everything else has to be acknowledged.
    """

    code: str
    message: str
    rule_id: UUID | None = None
    notice: bool = False


def wizard_steps(
    content: SchemeContent, saved: Collection[WizardStepKind], names: DisplayNames
) -> tuple[WizardStep, ...]:
    """All five steps. `saved` are the sections somebody saved at least once; `names` are of all that still exists."""
    return tuple(_step(kind, content, saved, names) for kind in STEP_ORDER)


def current_step(kinds_and_states: Iterable[tuple[WizardStepKind, WizardStepState]]) -> WizardStepKind:
    """The first step that is not complete; the last step when all are."""
    open_steps = (kind for kind, state in kinds_and_states if state is not WizardStepState.COMPLETE)
    return next(open_steps, STEP_ORDER[-1])


def is_ready(all_steps: Iterable[WizardStep]) -> bool:
    """Whether every step is complete, so that the scheme may be submitted."""
    return all(step.state is WizardStepState.COMPLETE for step in all_steps)


def review_warnings(content: SchemeContent, today: date | None) -> tuple[ReviewWarning, ...]:
    """What to know before submitting on `today` (R3): dates that have passed or are late, a budget that cannot hold.

    `today` is None for a revision: the scheme runs already, so its dates may have passed.
    """
    basics, found = content.basics, []
    if today and basics.enrollment_closes_on and basics.enrollment_closes_on < today:
        message = f"Enrollment closed on {format_day(basics.enrollment_closes_on)}, so nobody can enroll."
        found.append(ReviewWarning("ENROLLMENT_CLOSED", message))
    if today and basics.ends_on and basics.ends_on < today:
        message = f"The scheme ended on {format_day(basics.ends_on)}, before it was approved."
        found.append(ReviewWarning("SCHEME_ENDED", message))
    opens, starts = basics.enrollment_opens_on, basics.starts_on
    if opens and starts and opens > starts:
        begins = f"The scheme starts on {format_day(starts)}, and enrollment opens on {format_day(opens)}"
        message = f"{begins}: until then nobody can earn."
        found.append(ReviewWarning("ENROLLMENT_AFTER_START", message, notice=True))
    if basics.budget is not None and content.base_liability > basics.budget:
        message = (
            f"Base points alone can reach {content.base_liability:,} points, more than the budget of {basics.budget:,}."
        )
        found.append(ReviewWarning("BUDGET_EXCEEDED", message))
    return tuple(found)


def _step(
    kind: WizardStepKind, content: SchemeContent, saved: Collection[WizardStepKind], names: DisplayNames
) -> WizardStep:
    if kind not in saved:
        return WizardStep(kind, WizardStepState.PENDING)
    problems = tuple(_PROBLEMS[kind](content, names))
    return WizardStep(kind, WizardStepState.INCOMPLETE if problems else WizardStepState.COMPLETE, problems)


def _no_problems(_content: SchemeContent, _names: DisplayNames) -> Iterable[Problem]:
    """Basics are saved whole or not at all: what was saved is complete."""
    return ()


def _product_problems(content: SchemeContent, _names: DisplayNames) -> Iterable[Problem]:
    if not content.variant_ids:
        yield Problem(UserErrorCode.REQUIRED, "Choose at least one product variant.", ("variantIds",))


def _geography_problems(content: SchemeContent, _names: DisplayNames) -> Iterable[Problem]:
    if not content.geography_ids:
        yield Problem(UserErrorCode.REQUIRED, "Choose at least one geography.", ("geographyIds",))


def _value_problems(content: SchemeContent, names: DisplayNames) -> Iterable[Problem]:
    valued = {value.variant_id for value in content.coupon_values}
    missing = sorted(
        names.variants.get(variant, "a variant") for variant in content.variant_ids if variant not in valued
    )
    if missing:
        message = f"Set base points and planned quantity for {_named(missing)}."
        yield Problem(UserErrorCode.REQUIRED, message, ("values",))
    elif not valued:
        message = "Choose products first, then set their base points and planned quantities."
        yield Problem(UserErrorCode.REQUIRED, message, ("values",))
    if EarningChannel.COUPON in content.basics.channels:
        empty = sorted(
            names.variants.get(value.variant_id, "a variant")
            for value in content.coupon_values
            if not value.planned_quantity
        )
        if empty:
            message = f"Plan at least one coupon for {_named(empty)}: ECPs earn with coupons in this scheme."
            yield Problem(UserErrorCode.REQUIRED, message, ("values",))


def _rule_problems(content: SchemeContent, names: DisplayNames) -> Iterable[Problem]:
    chosen = set(content.variant_ids)
    for index, rule in enumerate(content.rules):
        for noun in _gone(rule, names):
            message = f"Rule “{rule.name}” asks for a {noun} that no longer exists; choose another {noun}."
            yield Problem(UserErrorCode.NOT_FOUND, message, ("rules", str(index), "condition"))
        strangers = sorted(
            names.variants.get(variant, "a variant") for variant in collect_references(rule).variant_ids - chosen
        )
        if strangers:
            verb = "is" if len(strangers) == 1 else "are"
            message = f"Rule “{rule.name}” mentions {_named(strangers)}, which {verb} not in the scheme."
            yield Problem(UserErrorCode.OUT_OF_SCOPE, message, ("rules", str(index), "condition"))


def _gone(rule: BonusRule, names: DisplayNames) -> Iterator[str]:
    """What a rule mentions that no longer exists; variants have to be in the scheme anyway."""
    found = collect_references(rule)
    known = {"tier": names.tiers, "geography": names.geographies, "product": names.products}
    asked = {"tier": found.tier_ids, "geography": found.geography_ids, "product": found.product_ids}
    yield from (noun for noun, ids in asked.items() if not known[noun].keys() >= ids)


def _named(words: Sequence[str]) -> str:
    """The first few names, and how many more there are: "AMB-1L, AMB-4L and 3 more"."""
    shown, more = list(words[:NAMED_VARIANTS]), len(words) - NAMED_VARIANTS
    if more > 0:
        shown.append(f"{more} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


_PROBLEMS = {
    WizardStepKind.BASICS: _no_problems,
    WizardStepKind.PRODUCTS: _product_problems,
    WizardStepKind.GEOGRAPHIES: _geography_problems,
    WizardStepKind.COUPON_VALUES: _value_problems,
    WizardStepKind.BONUS_RULES: _rule_problems,
}
