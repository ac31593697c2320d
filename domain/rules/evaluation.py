"""Whether a line of an ECP meets each rule of a scheme, clause by clause, and what the line is worth.

Evaluation is pure, deterministic and made of integers. docs/points.md says the same in the words of its readers.
"""

from collections.abc import Mapping, Sequence
from itertools import repeat
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.rules.compilation import AskedClause, compile_program
from domain.rules.facts import EcpFacts, Fact, LineFacts, Usage, deciding_fact
from domain.rules.model import BonusRule, Clause
from domain.rules.payouts import Payouts, Reduction

_NO_USAGE: Final[Mapping[UUID, Usage]] = MappingProxyType({})


class ClauseVerdict(Struct, frozen=True):
    """Whether what a rule asks with a clause is so, and the fact that decided it.

    A rule asks for the opposite of a `negated` clause, which stands beneath an odd number of NOTs, as the rule's
    sentence does. So `met` is what the sentence of the clause says, and a rule is met when enough of them are.
    """

    clause: Clause
    negated: bool
    met: bool
    fact: Fact

    @property
    def holds(self) -> bool:
        """Whether the clause itself holds, whatever stands above it."""
        return self.met != self.negated


class RuleVerdict(Struct, frozen=True):
    """A decision about one rule, with all that its explanation needs besides the rule; it can be kept as JSON.

    `earned` are the points of the reward, 0 unless the rule is met; `points` are what is left of them after limits
    and the exclusive group, and `reduction` is why they are fewer. `clauses` are all of the rule, in reading order.
    """

    met: bool
    earned: int
    points: int
    reduction: Reduction | None
    clauses: tuple[ClauseVerdict, ...]


class Grounds(Struct, frozen=True):
    """What all the outcomes of one line rest on: its facts, and whether each clause of the rules holds."""

    line: LineFacts
    ecp: EcpFacts
    held: tuple[bool, ...]


class Judged(Struct, frozen=True):
    """A rule and its clauses, in reading order."""

    rule: BonusRule
    asked: tuple[AskedClause, ...]


# Nothing in it leads back to it, so the garbage collector need not look; there is one for every rule of every line.
class RuleOutcome(Struct, frozen=True, gc=False):
    """A decision about one rule, as in RuleVerdict; its clauses are put together when somebody reads them."""

    judged: Judged
    met: bool
    earned: int
    points: int
    reduction: Reduction | None
    grounds: Grounds

    @property
    def rule(self) -> BonusRule:
        """The rule, with its exclusive group and priority."""
        return self.judged.rule

    @property
    def clauses(self) -> tuple[ClauseVerdict, ...]:
        """A verdict for every clause of the rule, in reading order."""
        line, ecp, held = self.grounds.line, self.grounds.ecp, self.grounds.held
        return tuple(
            ClauseVerdict(
                asked.clause, asked.negated, held[asked.index] != asked.negated, deciding_fact(asked.clause, line, ecp)
            )
            for asked in self.judged.asked
        )

    @property
    def verdict(self) -> RuleVerdict:
        """The decision on its own, to be kept or explained."""
        return RuleVerdict(self.met, self.earned, self.points, self.reduction, self.clauses)


class Evaluation(Struct, frozen=True):
    """What a line is worth: its base points, and an outcome for each rule in the order of the rules."""

    base_points: int
    bonus_points: int
    outcomes: tuple[RuleOutcome, ...]


class CompiledRules:
    """The rules of a scheme's revision, ready to evaluate any number of lines; make them with `compile_rules`."""

    def __init__(self, rules: Sequence[BonusRule], tier_ranks: Mapping[UUID, int]) -> None:
        program = compile_program(rules, tier_ranks)
        self._decide = program.decide
        self._payouts = Payouts(rules)
        self._judged = [Judged(rule, asked) for rule, asked in zip(rules, program.asked, strict=True)]

    def evaluate(self, line: LineFacts, ecp: EcpFacts, usage: Mapping[UUID, Usage] = _NO_USAGE) -> Evaluation:
        """Decide every clause of every rule for one line, and what each rule pays.

        `usage` is what each rule paid before this line, by the id of the rule; a rule that is missing paid nothing.
        """
        units = line.quantity
        base = line.base_points * units
        held, met, earned = self._decide(line, ecp, units, base)
        points, reductions = self._payouts.settle(earned, usage)
        outcomes = map(RuleOutcome, self._judged, met, earned, points, reductions, repeat(Grounds(line, ecp, held)))
        return Evaluation(base, sum(points), tuple(outcomes))


def compile_rules(rules: Sequence[BonusRule], tier_ranks: Mapping[UUID, int]) -> CompiledRules:
    """Make rules that are valid ready to be evaluated; it takes longer than evaluating, so keep the result.

    `tier_ranks` are the ranks of all tiers, the higher the better, as they are when the rules are compiled.
    """
    return CompiledRules(rules, tier_ranks)
