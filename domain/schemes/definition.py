"""Completeness: the problems and state of each wizard step, and whether the whole scheme is ready to submit."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.calendar import format_day
from domain.channels import EarningChannel
from domain.collation import sort_names
from domain.failures import Problem, UserErrorCode
from domain.rules.model import BonusRule
from domain.rules.phrases import DisplayNames
from domain.rules.references import collect_references
from domain.schemes.content import SchemeContent
from domain.schemes.stages import STEP_ORDER, WizardStepKind, WizardStepState

# More variants than these are counted in a sentence instead of named.
MAX_NAMED_VARIANTS: Final = 3


class WizardStep(Struct, frozen=True):
    """One step of the wizard as the editor sees it."""

    kind: WizardStepKind
    state: WizardStepState
    problems: tuple[Problem, ...] = ()

    @property
    def review_problems(self) -> tuple[Problem, ...]:
        """The problems of this step for the review, under the step's name; a step never saved has one problem."""
        if self.state is WizardStepState.PENDING:
            missing = Problem(UserErrorCode.REQUIRED, f"The step “{self.kind.label}” has not been saved yet.", ())
            return (missing.under(self.kind),)
        return tuple(problem.under(self.kind) for problem in self.problems)


class ReviewWarning(Struct, frozen=True):
    """Something valid that a manager should know before submitting; `rule_id` is the rule concerned, if any.

    A `notice` is only shown. Every other warning must be acknowledged.
    """

    code: str
    message: str
    rule_id: UUID | None = None
    notice: bool = False


def wizard_steps(
    content: SchemeContent, saved: Collection[WizardStepKind], names: DisplayNames
) -> tuple[WizardStep, ...]:
    """All five steps. `saved` are the sections saved at least once; `names` has only things that still exist."""
    return tuple(_step(kind, content, saved, names) for kind in STEP_ORDER)


def current_step(kinds_and_states: Iterable[tuple[WizardStepKind, WizardStepState]]) -> WizardStepKind:
    """The first step that is not complete, or the last step when all are."""
    open_steps = (kind for kind, state in kinds_and_states if state is not WizardStepState.COMPLETE)
    return next(open_steps, STEP_ORDER[-1])


def is_ready(all_steps: Iterable[WizardStep]) -> bool:
    """Whether every step is complete, so that the scheme can be submitted."""
    return all(step.state is WizardStepState.COMPLETE for step in all_steps)


def review_warnings(content: SchemeContent, today: date | None) -> tuple[ReviewWarning, ...]:
    """Warn before a submission on `today` (R3): dates that have passed or come late, or a budget that is too small.

    `today` is None for a revision, because the scheme already runs and its dates may have passed.
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
    """Basics are saved only as a whole, so saved basics are complete."""
    return ()


def _product_problems(content: SchemeContent, _names: DisplayNames) -> Iterable[Problem]:
    if not content.variant_ids:
        yield Problem(UserErrorCode.REQUIRED, "Choose at least one product variant.", ("variantIds",))


def _geography_problems(content: SchemeContent, _names: DisplayNames) -> Iterable[Problem]:
    if not content.geography_ids:
        yield Problem(UserErrorCode.REQUIRED, "Choose at least one geography.", ("geographyIds",))


def _value_problems(content: SchemeContent, names: DisplayNames) -> Iterable[Problem]:
    valued = {value.variant_id for value in content.coupon_values}
    missing = sort_names(
        names.variants.get(variant, "a variant") for variant in content.variant_ids if variant not in valued
    )
    if missing:
        message = f"Set base points and planned quantity for {_name_some(missing)}."
        yield Problem(UserErrorCode.REQUIRED, message, ("values",))
    elif not valued:
        message = "Choose products first, then set their base points and planned quantities."
        yield Problem(UserErrorCode.REQUIRED, message, ("values",))
    if EarningChannel.COUPON in content.basics.channels:
        empty = sort_names(
            names.variants.get(value.variant_id, "a variant")
            for value in content.coupon_values
            if not value.planned_quantity
        )
        if empty:
            message = f"Plan at least one coupon for {_name_some(empty)}: ECPs earn with coupons in this scheme."
            yield Problem(UserErrorCode.REQUIRED, message, ("values",))


def _rule_problems(content: SchemeContent, names: DisplayNames) -> Iterable[Problem]:
    chosen = set(content.variant_ids)
    for index, rule in enumerate(content.rules):
        for noun in _missing_references(rule, names):
            message = f"Rule “{rule.name}” asks for a {noun} that no longer exists; choose another {noun}."
            yield Problem(UserErrorCode.NOT_FOUND, message, ("rules", str(index), "condition"))
        outside = sort_names(
            names.variants.get(variant, "a variant") for variant in collect_references(rule).variant_ids - chosen
        )
        if outside:
            verb = "is" if len(outside) == 1 else "are"
            message = f"Rule “{rule.name}” mentions {_name_some(outside)}, which {verb} not in the scheme."
            yield Problem(UserErrorCode.OUT_OF_SCOPE, message, ("rules", str(index), "condition"))


def _missing_references(rule: BonusRule, names: DisplayNames) -> Iterator[str]:
    """Yield the kinds of references in a rule that no longer exist. Variants are checked against the scheme."""
    found = collect_references(rule)
    known = {"tier": names.tiers, "geography": names.geographies, "product": names.products}
    referenced = {"tier": found.tier_ids, "geography": found.geography_ids, "product": found.product_ids}
    yield from (noun for noun, ids in referenced.items() if not known[noun].keys() >= ids)


def _name_some(words: Sequence[str]) -> str:
    """Write the first names and count the others: “AMB-1L, AMB-4L, AMB-5L and 3 more”."""
    shown, more = list(words[:MAX_NAMED_VARIANTS]), len(words) - MAX_NAMED_VARIANTS
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
