"""Verdicts on rules with the names that their sentences need. A sentence is built only when it is read."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from uuid import UUID

from msgspec import Struct

from db.points.source_reads import decode_content
from db.rules.rows import RuleRow
from db.sessions import Fetching
from domain.calendar import Calendar
from domain.rules.evaluation import ClauseVerdict, CompiledRules, Evaluation, RuleVerdict, compile_rules
from domain.rules.explanations import clause_sentence, collect_fact_references, fact_sentence, rule_sentence
from domain.rules.phrases import DisplayNames
from resolvers.rules.loaders import RuleView, rule_rows, rule_views_with_names


class ClauseVerdictView(Struct, frozen=True):
    """The verdict on one clause of a rule, with the names for its sentences."""

    verdict: ClauseVerdict
    names: DisplayNames
    calendar: Calendar

    @property
    def clause(self) -> str:
        """The requirement of the clause, in words that follow “ECPs who”."""
        return clause_sentence(self.verdict.clause, self.names, negated=self.verdict.negated)

    @property
    def met(self) -> bool:
        """Whether the clause is met."""
        return self.verdict.met

    @property
    def fact(self) -> str:
        """The fact that decided the clause, as a sentence."""
        return fact_sentence(self.verdict, self.names, self.calendar)


class RuleVerdictView(Struct, frozen=True):
    """The verdict on one rule, with the names for its sentences."""

    rule: RuleView
    verdict: RuleVerdict
    names: DisplayNames
    calendar: Calendar
    rule_names: Mapping[UUID, str]

    @property
    def met(self) -> bool:
        """Whether the condition is met."""
        return self.verdict.met

    @property
    def sentence(self) -> str:
        """The points that the rule paid, or the reason why it paid less or nothing."""
        return rule_sentence(self.rule.rule, self.verdict, self.names, self.calendar, rule_names=self.rule_names)

    @property
    def clauses(self) -> tuple[ClauseVerdictView, ...]:
        """Every clause of the rule, in reading order."""
        return tuple(ClauseVerdictView(clause, self.names, self.calendar) for clause in self.verdict.clauses)


class StatedVerdict(Struct, frozen=True):
    """A verdict that no clause decided: the sentence says why the rule paid nothing."""

    sentence: str
    met: bool = False
    clauses: tuple[ClauseVerdictView, ...] = ()


class LineVerdictView(Struct, frozen=True):
    """The points that one rule pays for one line, and why."""

    rule: RuleView
    verdict: RuleVerdictView | StatedVerdict
    points: int


async def explain_evaluation(
    fetching: Fetching, rows: Sequence[RuleRow], evaluation: Evaluation, calendar: Calendar
) -> list[LineVerdictView]:
    """The outcomes of an evaluation for the rules in these rows, with all names; one statement."""
    verdicts = [outcome.verdict for outcome in evaluation.outcomes]
    views, names = await rule_views_with_names(fetching, rows, fact_ids(verdicts))
    rule_names = {view.id: view.rule.name for view in views}
    return [
        LineVerdictView(
            view,
            RuleVerdictView(rule=view, verdict=verdict, names=names, calendar=calendar, rule_names=rule_names),
            verdict.points,
        )
        for view, verdict in zip(views, verdicts, strict=True)
    ]


def fact_ids(verdicts: Iterable[RuleVerdict]) -> set[UUID]:
    """The ids of the catalog entries in the facts of verdicts."""
    return {key for verdict in verdicts for key in collect_fact_references(verdict).ids}


@lru_cache(maxsize=256)
def compile_content(content: str, calendar: Calendar) -> CompiledRules:
    """Compile the rules of a stored content. Facts hold what clauses decided, so the ranks of tiers do not matter."""
    return compile_rules(decode_content(content).rules, {}, calendar)


@lru_cache(maxsize=256)
def rows_of_content(scheme_id: UUID, content: str) -> tuple[RuleRow, ...]:
    """The rows of the rules of a stored content of a scheme."""
    return tuple(rule_rows(scheme_id, decode_content(content).rules))
