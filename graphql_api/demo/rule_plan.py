"""A bonus rule of the demo data before it is known in which scheme it is."""

from collections.abc import Callable
from uuid import UUID

from msgspec import Struct

from domain.rules.model import BonusRule, Condition, Reward, RuleLimits
from graphql_api.demo.catalog import Naming


class RulePlan(Struct, frozen=True):
    """A bonus rule whose condition waits for the ids of what it names.

    In a revision it takes the place of the rule that it `replaces`.
    """

    name: str
    condition: Callable[[Naming], Condition]
    reward: Reward
    limits: RuleLimits = RuleLimits()
    priority: int = 0
    exclusive_group: str | None = None
    replaces: str | None = None

    def rule(self, rule_id: UUID, naming: Naming) -> BonusRule:
        """The rule in one scheme."""
        condition = self.condition(naming)
        return BonusRule(rule_id, self.name, condition, self.reward, self.limits, self.priority, self.exclusive_group)
