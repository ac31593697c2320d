"""Warnings take bounded work for any number of rules and any conditions."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from uuid import UUID

import pytest

from domain.rules import satisfiability
from domain.rules.facts import EarnerFacts, LineFacts
from domain.rules.model import AllOf, AnyOf, BonusRule, PeriodClause, Weekday
from domain.rules.sale_assignments import Assignment, ClauseEvaluator
from tests.domain.rules.test_rule_warnings import ANYBODY, FIFTY, GOLDS, SCOPE, SILVERS, found, rule


def test_an_exhausted_budget_claims_no_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the budget used up, no overlap is claimed; a contradiction that needs no search still is."""
    monkeypatch.setattr(satisfiability, "_TOTAL_STEPS", 0)
    both = AllOf((GOLDS, SILVERS))
    assert [code for code, _ in found([rule(1, GOLDS), rule(2, ANYBODY), rule(3, both)])] == ["CONTRADICTION"]


def test_many_rules_with_many_dates_take_bounded_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty rules of five periods each: the search does not enumerate all sales for every pair of rules."""
    calls = 0
    evaluate = ClauseEvaluator.true_clauses

    def counting(evaluator: ClauseEvaluator, line: LineFacts, ecp: EarnerFacts) -> Assignment:
        nonlocal calls
        calls += 1
        return evaluate(evaluator, line, ecp)

    monkeypatch.setattr(ClauseEvaluator, "true_clauses", counting)
    days = [SCOPE.starts_on + timedelta(days=offset) for offset in range(90)]
    made = [
        BonusRule(id=UUID(int=number), name=str(number), condition=AnyOf(tuple(_periods(number, days))), reward=FIFTY)
        for number in range(50)
    ]
    assert {code for code, _ in found(made)} <= {"OVERLAP"}
    assert 0 < calls < 250_000


def _periods(number: int, days: list[date]) -> Iterator[PeriodClause]:
    for index in range(5):
        first = (17 * number + 31 * index) % 80
        opens, closes = time((number + index) % 12, number), time(12 + (number * index) % 12, number + index)
        yield PeriodClause(
            from_date=days[first],
            to_date=days[first + 9],
            weekdays=tuple(Weekday)[index : index + 2],
            from_time=opens,
            to_time=closes,
        )
