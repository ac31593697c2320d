"""However many rules a scheme has and whatever they ask, checking them takes bounded work."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from uuid import UUID

import pytest

from domain.rules import possibility
from domain.rules.facts import EcpFacts, LineFacts
from domain.rules.model import AllOf, AnyOf, BonusRule, PeriodClause, Weekday
from domain.rules.occasions import Asked, Occasion
from tests.domain.rules.test_rule_checks import ANYBODY, FIFTY, GOLDS, SCOPE, SILVERS, found, rule


def test_what_was_not_searched_for_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without effort left a condition counts as possible, which says nothing of rules that add up; the rest is said."""
    monkeypatch.setattr(possibility, "_WORK", 0)
    both = AllOf((GOLDS, SILVERS))
    assert [code for code, _ in found([rule(1, GOLDS), rule(2, ANYBODY), rule(3, both)])] == ["CONTRADICTION"]


def test_many_rules_with_many_dates_take_bounded_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty rules of five periods each: what sales can be is not tried for each pair of rules without end."""
    looks = 0
    holding = Asked.holding

    def counting(asked: Asked, line: LineFacts, ecp: EcpFacts) -> Occasion:
        nonlocal looks
        looks += 1
        return holding(asked, line, ecp)

    monkeypatch.setattr(Asked, "holding", counting)
    days = [SCOPE.starts_on + timedelta(days=offset) for offset in range(90)]
    made = [
        BonusRule(UUID(int=number), str(number), AnyOf(tuple(_periods(number, days))), FIFTY) for number in range(50)
    ]
    assert {code for code, _ in found(made)} <= {"OVERLAP"}
    assert 0 < looks < 250_000


def _periods(number: int, days: list[date]) -> Iterator[PeriodClause]:
    for index in range(5):
        first = (17 * number + 31 * index) % 80
        opens, closes = time((number + index) % 12, number), time(12 + (number * index) % 12, number + index)
        yield PeriodClause(days[first], days[first + 9], tuple(Weekday)[index : index + 2], opens, closes)
