"""The CPU of evaluating one line against ten rules of three clauses each, beside closures by hand and a rule engine.

    .venv/bin/python -m benchmarks.evaluation [--rounds 15] [--times 3000]

Tessera decides every clause of every rule, rewards, limits and groups, and all points are read. The closures are the
floor: they decide the same clauses and rewards, and know nothing of limits and groups. zen-engine is a rule engine in
Rust; it takes part if it is installed, in two ways. Its expression decides the same clauses and no more;
its table answers which rules are met and what they earn, and reports no clauses. Its facts are prepared
beforehand, ranks and days included.

All answer the same on every case, or the run stops. Contenders take turns, so that a busy machine slows all of them.
"""

import argparse
import importlib
import importlib.util
import itertools
import json
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import Struct
from rich.console import Console
from rich.table import Table

from benchmarks.evaluation_cases import Case, cases
from benchmarks.evaluation_rules import GIVEN, RULES, TIERS, USAGE
from domain.calendar import UTC_CALENDAR
from domain.rules.evaluation import CompiledRules, compile_rules

GOAL_US: Final = 10

# The answer of a contender for each rule: whether its clauses hold, whether it is met, and what it earns before limits.
Answer = list[tuple[tuple[bool, ...] | None, bool | None, int | None]]


class Contender(Struct, frozen=True):
    """A contender: the repeated call to measure, and its answer for the comparison."""

    name: str
    decides: str
    ask: Callable[[Case], object]
    answer: Callable[[Case], Answer]


def main() -> None:
    """Compare, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="how often each contender has its turn")
    parser.add_argument("--times", type=int, default=3_000, help="how many evaluations a turn is")
    chosen = parser.parse_args()
    compiled = compile_rules(RULES, {tier: rank for rank, tier in enumerate(TIERS)}, UTC_CALENDAR)
    given = cases()
    contenders = [*_tessera(compiled, given[0]), _closures(), *_zen()]
    met = [sum(outcome.met for outcome in compiled.evaluate(case.line, case.ecp, USAGE).outcomes) for case in given]
    _compare(contenders, given)
    turns = [
        [_measure(contender.ask, given, chosen.times) for contender in contenders] for _ in range(chosen.rounds + 1)
    ]
    # The first turn of each warms it up.
    _print(contenders, [list(rounds)[1:] for rounds in zip(*turns, strict=True)], met)


def _tessera(compiled: CompiledRules, heaviest: Case) -> list[Contender]:
    def evaluate(case: Case) -> int:
        evaluation = compiled.evaluate(case.line, case.ecp, USAGE)
        return sum(outcome.points for outcome in evaluation.outcomes if outcome.met)

    def report(case: Case) -> object:
        return [outcome.clauses for outcome in compiled.evaluate(case.line, case.ecp, USAGE).outcomes]

    def answer(case: Case) -> Answer:
        outcomes = compiled.evaluate(case.line, case.ecp, USAGE).outcomes
        return [(tuple(one.holds for one in outcome.clauses), outcome.met, outcome.earned) for outcome in outcomes]

    return [
        Contender(name="Tessera", decides="every clause, rewards, limits, groups", ask=evaluate, answer=answer),
        Contender(
            name="Tessera, the line that meets most",
            decides="the same",
            ask=lambda _: evaluate(heaviest),
            answer=answer,
        ),
        Contender(
            name="Tessera, all 30 verdicts read",
            decides="the same, with the fact of each clause",
            ask=report,
            answer=answer,
        ),
    ]


def _closures() -> Contender:
    rules = [(tuple(case.closure for case in given.clauses), given.earn) for given in GIVEN]

    def ask(case: Case) -> Answer:
        line, ecp = case.line, case.ecp
        units = line.quantity
        base = units * line.base_points
        answer: Answer = []
        for (first, second, third), earn in rules:
            held = (first(line, ecp), second(line, ecp), third(line, ecp))
            met = all(held)
            answer.append((held, met, earn(units, base) if met else 0))
        return answer

    return Contender(name="closures by hand, the floor", decides="every clause, rewards", ask=ask, answer=ask)


def _zen() -> list[Contender]:
    """The two ways to ask zen-engine; none if it is not installed."""
    if importlib.util.find_spec("zen") is None:
        print("zen-engine is left out, because it is not installed: pip install zen-engine")
        return []
    zen: Any = importlib.import_module("zen")
    clauses = [case.expression for given in GIVEN for case in given.clauses]
    expression = zen.compile_expression(f"[{', '.join(f'({clause})' for clause in clauses)}]")
    decision = zen.ZenEngine().create_decision(json.dumps(_table()))

    def of_clauses(case: Case) -> Answer:
        held = expression.evaluate(case.plain)
        return [(tuple(held[start : start + 3]), None, None) for start in range(0, len(held), 3)]

    def of_table(case: Case) -> Answer:
        rows = {row["rule"]: row["points"] for row in decision.evaluate(case.plain)["result"]}
        return [(None, number in rows, round(rows.get(number, 0))) for number in range(len(GIVEN))]

    return [
        Contender(
            name="zen-engine, expression",
            decides="every clause",
            ask=lambda case: expression.evaluate(case.plain),
            answer=of_clauses,
        ),
        Contender(
            name="zen-engine, decision table",
            decides="rules, rewards",
            ask=lambda case: decision.evaluate(case.plain),
            answer=of_table,
        ),
    ]


def _table() -> dict[str, Any]:
    """The rules as a graph of zen-engine: one decision table that collects the rows that are met."""
    rows = [
        {
            "_id": str(number),
            **{f"clause{place}": case.expression for place, case in enumerate(given.clauses)},
            "rule": str(number),
            "points": given.expression,
        }
        for number, given in enumerate(GIVEN)
    ]
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": f"clause{place}", "name": f"clause {place}"} for place in range(3)],
        "outputs": [{"id": name, "name": name, "field": name} for name in ("rule", "points")],
        "rules": rows,
    }
    kinds = {"in": "inputNode", "table": "decisionTableNode", "out": "outputNode"}
    nodes = [
        {
            "id": name,
            "type": kind,
            "name": name,
            "position": {"x": 0, "y": 0},
            "content": content if name == "table" else {},
        }
        for name, kind in kinds.items()
    ]
    edges = [
        {"id": f"{source} {target}", "type": "edge", "sourceId": source, "targetId": target}
        for source, target in itertools.pairwise(kinds)
    ]
    return {"nodes": nodes, "edges": edges}


def _compare(contenders: Sequence[Contender], given: Sequence[Case]) -> None:
    """Raise unless all contenders give the same answers, as far as they answer."""
    for case in given:
        expected = contenders[0].answer(case)
        for contender in contenders[1:]:
            for number, (ours, theirs) in enumerate(zip(expected, contender.answer(case), strict=True)):
                for mine, other in zip(ours, theirs, strict=True):
                    assert other is None or mine == other, (contender.name, number, ours, theirs)


def _measure(ask: Callable[[Case], object], given: Sequence[Case], times: int) -> float:
    """Measure the microseconds of CPU of one evaluation."""
    rounds = max(times // len(given), 1)
    before = time.process_time_ns()
    for _ in range(rounds):
        for case in given:
            ask(case)
    return (time.process_time_ns() - before) / (rounds * len(given)) / 1_000


def _print(contenders: Sequence[Contender], rounds: Sequence[Sequence[float]], met: Sequence[int]) -> None:
    title = f"{len(RULES)} rules of 3 clauses, of which {met} are met; µs of CPU for a line"
    table = Table(title=title, title_justify="left")
    for heading in ("", "decides", "median", "least", "most"):
        table.add_column(heading, justify="left" if heading in {"", "decides"} else "right")
    for contender, measured in zip(contenders, rounds, strict=True):
        figures = (statistics.median(measured), min(measured), max(measured))
        table.add_row(contender.name, contender.decides, *(f"{figure:,.1f}" for figure in figures))
    console = Console(width=120, highlight=False)
    console.print(table)
    ours = statistics.median(rounds[0])
    console.print(
        f"Goal: under {GOAL_US} µs. Tessera takes {ours:.1f} µs: {'reached' if ours < GOAL_US else 'missed'}."
    )


if __name__ == "__main__":
    main()
