"""Evaluates one line of an ECP against the rules of a scheme: clause by clause, and how many points it is worth.

Evaluation is pure, deterministic and uses integers only. docs/points.md explains it to program managers.
"""

from collections.abc import Mapping, Sequence
from itertools import repeat
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.calendar import Calendar
from domain.rules.compilation import compile_program
from domain.rules.facts import EarnerFacts, Fact, LineFacts, Usage, deciding_fact
from domain.rules.model import BonusRule, Clause
from domain.rules.program import ProgramResult, RuleClause
from domain.rules.rewards import Reduction, RewardReducer

_NO_USAGE: Final[Mapping[UUID, Usage]] = MappingProxyType({})


class ClauseVerdict(Struct, frozen=True):
    """The verdict on one clause of a rule, and the fact that decided it.

    A rule asks for the opposite of a `negated` clause, one beneath an odd number of NOTs. `met` already accounts for
    that: it says whether the clause is met as the rule's sentence states it.
    """

    clause: Clause
    negated: bool
    met: bool
    fact: Fact

    @property
    def holds(self) -> bool:
        """Whether the clause itself holds, before any negation."""
        return self.met != self.negated


class RuleVerdict(Struct, frozen=True):
    """The verdict on one rule. With the rule itself it is enough to explain the result, and it can be stored as JSON.

    `earned` are the points of the reward, 0 unless the rule is met. `points` are those left after limits and the
    exclusive group; `reduction` says why they are fewer. `clauses` holds every clause of the rule, in reading order.
    """

    met: bool
    earned: int
    points: int
    reduction: Reduction | None
    clauses: tuple[ClauseVerdict, ...]


class EvaluationContext(Struct, frozen=True):
    """What all outcomes of one line share: its facts, the calendar, and whether each clause of the rules holds."""

    line: LineFacts
    ecp: EarnerFacts
    calendar: Calendar
    holds: tuple[bool, ...]


class CompiledRule(Struct, frozen=True):
    """A rule and its clauses, in reading order."""

    rule: BonusRule
    clauses: tuple[RuleClause, ...]


# One exists per rule and line, and it can be in no reference cycle, so the garbage collector need not track it.
class RuleOutcome(Struct, frozen=True, gc=False):
    """The verdict on one rule, as in RuleVerdict, except that its clauses are built only when they are read."""

    compiled: CompiledRule
    met: bool
    earned: int
    points: int
    reduction: Reduction | None
    context: EvaluationContext

    @property
    def rule(self) -> BonusRule:
        """The rule, with its exclusive group and priority."""
        return self.compiled.rule

    @property
    def clauses(self) -> tuple[ClauseVerdict, ...]:
        """A verdict for every clause of the rule, in reading order."""
        context = self.context
        return tuple(
            ClauseVerdict(
                clause=found.clause,
                negated=found.negated,
                met=context.holds[found.index] != found.negated,
                fact=deciding_fact(found.clause, context.line, context.ecp, context.calendar),
            )
            for found in self.compiled.clauses
        )

    @property
    def verdict(self) -> RuleVerdict:
        """The same verdict on its own, to be stored or explained."""
        return RuleVerdict(
            met=self.met, earned=self.earned, points=self.points, reduction=self.reduction, clauses=self.clauses
        )


class Paid(Struct, frozen=True):
    """What the ledger paid for a line: its base points, and the points of each rule in order, with reductions."""

    base: int
    points: Sequence[int]
    reductions: Sequence[Reduction | None]


class Evaluation(Struct, frozen=True):
    """What a line is worth, in points: its base points, its bonus points, and an outcome for each rule in order."""

    base_points: int
    bonus_points: int
    outcomes: tuple[RuleOutcome, ...]


class CompiledRules:
    """The compiled rules of one scheme revision, which evaluate any number of lines; made by `compile_rules`.

    The ledger decides and reduces in two steps of its own, because limits over all ECPs are granted in between; see
    `Program` for `decide`, `decide_again`, `vary`, and `clauses`.
    """

    def __init__(self, rules: Sequence[BonusRule], tier_ranks: Mapping[UUID, int], calendar: Calendar) -> None:
        program = compile_program(rules, tier_ranks, calendar)
        self._calendar = calendar
        self.decide = program.decide
        self.decide_again = program.decide_again
        self.vary = program.vary
        self.reads_time = program.reads_time
        self.clauses = program.clauses
        self.reducer = RewardReducer(rules)
        self._rules = [CompiledRule(rule, found) for rule, found in zip(rules, program.rule_clauses, strict=True)]

    def evaluate(self, line: LineFacts, ecp: EarnerFacts, usage: Mapping[UUID, Usage] = _NO_USAGE) -> Evaluation:
        """Decide every clause of every rule for one line, and what each rule pays.

        `usage` is what each rule paid before this line, by the id of the rule; a rule that is missing has paid nothing.
        """
        units = line.quantity
        base = line.base_points * units
        holds, met, earned = self.decide(line, ecp, units, base)
        points, reductions = self.reducer.reduce(earned, usage)
        context = EvaluationContext(line=line, ecp=ecp, calendar=self._calendar, holds=holds)
        outcomes = map(RuleOutcome, self._rules, met, earned, points, reductions, repeat(context))
        return Evaluation(base, sum(points), tuple(outcomes))

    def explain(self, line: LineFacts, ecp: EarnerFacts, decided: ProgramResult, paid: Paid) -> Evaluation:
        """The evaluation of a line that was decided before, and that the ledger paid for."""
        holds, met, earned = decided
        context = EvaluationContext(line=line, ecp=ecp, calendar=self._calendar, holds=holds)
        outcomes = map(RuleOutcome, self._rules, met, earned, paid.points, paid.reductions, repeat(context))
        return Evaluation(paid.base, sum(paid.points), tuple(outcomes))


def compile_rules(rules: Sequence[BonusRule], tier_ranks: Mapping[UUID, int], calendar: Calendar) -> CompiledRules:
    """Compile valid rules for evaluation. Compiling is slower than evaluating, so keep the result.

    `tier_ranks` are the ranks of all tiers; a higher rank is better. Days and times of day are those of the calendar.
    """
    return CompiledRules(rules, tier_ranks, calendar)
