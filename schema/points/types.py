"""Types of the verdicts of rules on sale lines."""

from typing import Any

import strawberry

from domain.failures import Failure, InvalidInput
from resolvers.points.preview_points import PointsPreview as Preview
from schema.errors import UserError, user_errors
from schema.fields import computed, leaf
from schema.rules.types import BonusRule
from schema.scalars import SafeInt


@strawberry.type(description="The verdict on one clause of a rule, and the fact that decided it.")
class ClauseVerdict:
    clause: str = leaf("The requirement of the clause, in words that follow “ECPs who”.")
    met: bool = leaf("Whether the clause is met.")
    fact: str = leaf("The fact that decided it, as a sentence.")


@strawberry.type(description="The verdict on one rule.")
class RuleVerdict:
    met: bool = leaf("Whether the condition of the rule is met.")
    sentence: str = leaf("The points that the rule pays, or why it pays less or none, as a sentence.")
    clauses: list[ClauseVerdict] = leaf("Every clause of the rule, in reading order.")


@strawberry.type(description="The points that one rule pays for one line, and why.")
class LineVerdict:
    rule: BonusRule = leaf("The rule.")
    verdict: RuleVerdict = leaf("The verdict on the rule.")
    points: SafeInt = leaf(
        "The points that the rule pays after limits and its exclusive group. The reward is computed exactly and "
        "rounded once, half to even."
    )


@strawberry.type(description="The points that a sale would earn, and why. Nothing is posted.")
class PointsPreview:
    base_points: SafeInt = leaf("The base points of all units; 0 if there are errors.")
    bonus_points: SafeInt = leaf("The points that all rules pay on top; 0 if there are errors.")
    points: SafeInt = computed(
        lambda found: found.base_points + found.bonus_points, "Base points and bonus points together."
    )
    verdicts: list[LineVerdict] = leaf(
        "The verdict of each rule of the scheme, in order. The verdicts ignore `errors`: if there are "
        "errors, the sale earns nothing."
    )
    assumptions: list[str] = leaf("The assumptions of the preview, one sentence each.")
    errors: list[UserError] = leaf("Why the sale earns nothing. Empty if it can earn.")

    @classmethod
    def of(cls, preview: Preview) -> "PointsPreview":
        """Builds a preview from an evaluated line."""
        errors = user_errors(InvalidInput(*preview.problems))
        verdicts: Any = preview.verdicts
        return cls(
            base_points=SafeInt(preview.base_points),
            bonus_points=SafeInt(preview.bonus_points),
            verdicts=verdicts,
            assumptions=preview.assumptions,
            errors=errors,
        )

    @classmethod
    def failed(cls, failure: Failure) -> "PointsPreview":
        """Builds a preview of no points, with the failure as its errors."""
        nothing = SafeInt(0)
        return cls(base_points=nothing, bonus_points=nothing, verdicts=[], assumptions=[], errors=user_errors(failure))
