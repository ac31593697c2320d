"""Types of what rules decide about lines of sales."""

from typing import Any

import strawberry

from domain.failures import Failure, InvalidInput
from resolvers.points.preview_points import PointsPreview as Preview
from schema.errors import UserError, user_errors
from schema.fields import computed, leaf
from schema.rules.types import BonusRule
from schema.scalars import SafeInt


@strawberry.type(description="What a rule asks with one clause, and the fact that decided whether it is so.")
class ClauseVerdict:
    """A clause that was decided."""

    clause: str = leaf("What is asked, in words that follow “ECPs who”.")
    met: bool = leaf("Whether it is so.")
    fact: str = leaf("The fact that decided it, as a sentence.")


@strawberry.type(description="The decision about one rule.")
class RuleVerdict:
    """A rule that was decided."""

    met: bool = leaf("Whether the condition of the rule holds.")
    sentence: str = leaf("What the rule pays, or what keeps it from paying.")
    clauses: list[ClauseVerdict] = leaf("Every clause of the rule, in reading order.")


@strawberry.type(description="What one rule pays for one line, and why.")
class LineVerdict:
    """A rule's part in a line."""

    rule: BonusRule = leaf("The rule.")
    verdict: RuleVerdict = leaf("The decision about it.")
    points: SafeInt = leaf(
        "The points that it pays, after limits and its exclusive group; rounded once, half to even, from the exact "
        "value of its reward."
    )


@strawberry.type(description="What a sale would earn, and why. Nothing is posted.")
class PointsPreview:
    """A preview."""

    base_points: SafeInt = leaf("Base points of all units; 0 when there are errors.")
    bonus_points: SafeInt = leaf("What all rules pay on top; 0 when there are errors.")
    points: SafeInt = computed(lambda found: found.base_points + found.bonus_points, "Both together.")
    verdicts: list[LineVerdict] = leaf(
        "Each rule of the scheme in its order. They stand for themselves: with errors nothing is earned all the same."
    )
    assumptions: list[str] = leaf("What is taken for granted because it has not happened, a sentence each.")
    errors: list[UserError] = leaf("Why such a sale earns nothing; empty when it can earn.")

    @classmethod
    def of(cls, preview: Preview) -> "PointsPreview":
        """The preview of a line that could be evaluated."""
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
    def refused(cls, failure: Failure) -> "PointsPreview":
        """Nothing, and why."""
        nothing = SafeInt(0)
        return cls(base_points=nothing, bonus_points=nothing, verdicts=[], assumptions=[], errors=user_errors(failure))
