"""The plan of a demo bonus rule, which becomes a rule in one scheme."""

from collections.abc import Callable
from uuid import UUID

from msgspec import Struct

from domain.rules.model import BonusRule, Condition, Reward, RuleLimits
from graphql_api.demo.rules.references import RuleReferences


class RulePlan(Struct, frozen=True):
    """A bonus rule whose condition is built when the ids that it refers to are known.

    In a revision, it takes the place of the rule that it `replaces`.
    """

    name: str
    condition: Callable[[RuleReferences], Condition]
    reward: Reward
    limits: RuleLimits = RuleLimits()
    priority: int = 0
    exclusive_group: str | None = None
    replaces: str | None = None

    def rule(self, rule_id: UUID, references: RuleReferences) -> BonusRule:
        """Return the rule for one scheme."""
        condition = self.condition(references)
        return BonusRule(
            id=rule_id,
            name=self.name,
            condition=condition,
            reward=self.reward,
            limits=self.limits,
            priority=self.priority,
            exclusive_group=self.exclusive_group,
        )
