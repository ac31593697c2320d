"""Decisions about rules with the names that their sentences need; sentences are built when somebody reads them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from db.rules.rows import RuleRow
from db.sessions import Fetching
from domain.rules.evaluation import ClauseVerdict, Evaluation, RuleVerdict
from domain.rules.explanations import clause_sentence, collect_fact_references, fact_sentence, rule_sentence
from domain.rules.phrases import DisplayNames
from resolvers.rules.loaders import RuleView, names_of, rule_views


class ClauseVerdictView(Struct, frozen=True):
    """What a rule asks with one clause, and the fact that decided whether it is so."""

    decided: ClauseVerdict
    names: DisplayNames

    @property
    def clause(self) -> str:
        """What is asked, in words that follow “ECPs who”."""
        return clause_sentence(self.decided.clause, self.names, negated=self.decided.negated)

    @property
    def met(self) -> bool:
        """Whether it is so."""
        return self.decided.met

    @property
    def fact(self) -> str:
        """What decided it, as a sentence."""
        return fact_sentence(self.decided, self.names)


class RuleVerdictView(Struct, frozen=True):
    """The decision about one rule."""

    rule: RuleView
    decided: RuleVerdict
    names: DisplayNames
    rule_names: Mapping[UUID, str]

    @property
    def met(self) -> bool:
        """Whether the condition holds."""
        return self.decided.met

    @property
    def sentence(self) -> str:
        """What the rule paid, or what kept it from paying."""
        return rule_sentence(self.rule.rule, self.decided, self.names, self.rule_names)

    @property
    def clauses(self) -> tuple[ClauseVerdictView, ...]:
        """Every clause of the rule, in reading order."""
        return tuple(ClauseVerdictView(clause, self.names) for clause in self.decided.clauses)


class LineVerdictView(Struct, frozen=True):
    """What one rule pays for one line, and why."""

    rule: RuleView
    verdict: RuleVerdictView
    points: int


async def explained(fetching: Fetching, rows: Sequence[RuleRow], evaluation: Evaluation) -> list[LineVerdictView]:
    """The outcomes of an evaluation, for the rules in these rows, with all names: two statements."""
    views = await rule_views(fetching, list(rows))
    verdicts = [outcome.verdict for outcome in evaluation.outcomes]
    ids = {key for verdict in verdicts for key in collect_fact_references(verdict).ids}
    names = await names_of(fetching, ids | {row.id for view in views for row in view.mentioned})
    rule_names = {view.id: view.rule.name for view in views}
    return [
        LineVerdictView(view, RuleVerdictView(view, verdict, names, rule_names), verdict.points)
        for view, verdict in zip(views, verdicts, strict=True)
    ]
