"""Compiled rules: the functions that decide every clause of every rule, and the clauses that they decide."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from domain.rules.facts import EarnerFacts, LineFacts, VolumeKey
from domain.rules.model import Clause

# Whether each clause holds, whether each rule is met, and the points that each rule earns before limits (0 if not met).
ProgramResult = tuple[tuple[bool, ...], tuple[bool, ...], tuple[int, ...]]
# Takes the line, the ECP, the units of the line, and its base points over all units.
DecideFunction = Callable[[LineFacts, EarnerFacts, int, int], ProgramResult]
# Takes the results of a line's clauses, its present volumes by key, its present units, and their base points.
DecideAgainFunction = Callable[[tuple[bool, ...], Mapping[VolumeKey, int], int, int], ProgramResult]
# Takes the line, of which it reads the time only, and the ECP.
VaryFunction = Callable[["Timed", EarnerFacts], tuple[bool, ...]]


class Timed(Protocol):
    """A line of which the time is known."""

    at: datetime


class RuleClause(Struct, frozen=True):
    """One occurrence of a clause in a rule, with the index of its result among all clauses.

    It is `negated` when an odd number of NOTs stands above it; the rule then asks for its opposite.
    """

    clause: Clause
    index: int
    negated: bool


class Program(Struct, frozen=True):
    """The generated functions, and the clauses of each rule in reading order.

    `decide_again` decides a line with other volumes or units than before: all other clauses keep their results. `vary`
    decides only the clauses that ask for the time of a line, or for what an ECP did before: lines for which it returns
    the same are decided the same, if all else about them is the same. `reads_time` says whether it needs the time.
    `clauses` are all distinct clauses, in the order of their results.
    """

    decide: DecideFunction
    decide_again: DecideAgainFunction
    vary: VaryFunction
    reads_time: bool
    clauses: tuple[Clause, ...]
    rule_clauses: tuple[tuple[RuleClause, ...], ...]
