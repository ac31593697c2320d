"""The sales that a scheme allows, as every combination in which the clauses about a sale can hold together.

A clause about a product, channel, quantity, time or enrollment changes its value only at a few places: from one
variant to the next, at the bounds of quantities, and at the dates and times that clauses name. One sale on each side of
every such place therefore stands for all others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from domain.calendar import UTC_CALENDAR, Calendar
from domain.channels import EarningChannel
from domain.rules.compilation import compile_program
from domain.rules.facts import EarnerFacts, LineFacts
from domain.rules.model import (
    BonusRule,
    ChannelClause,
    Clause,
    EnrolledWithinClause,
    FlatPoints,
    PeriodClause,
    ProductClause,
    QuantityClause,
)
from domain.rules.satisfiability import SearchBudget

NOWHERE: Final = UUID(int=0)
# Weekdays repeat after seven days, and a window across midnight also depends on the day before.
_DISTINCT_DAYS: Final = 8
_TICK: Final = timedelta(microseconds=1)
_MIDNIGHT: Final = time()

# Moments evaluated at most. Beyond that, period clauses count as independent of each other; nobody writes that many.
_MAX_MOMENTS: Final = 20_000
# What evaluating one moment costs, in steps of the search budget.
_STEPS_PER_MOMENT: Final = 20

# A truth assignment: the clauses that are true. Every other clause of the same dimension is false.
Assignment = frozenset[Clause]
# Every assignment that one dimension of sales allows.
Assignments = frozenset[Assignment]
_NONE_TRUE: Final[Assignment] = frozenset()


class SoldVariant(Struct, frozen=True):
    """A variant that a scheme rewards, with the product and category that clauses ask for."""

    variant_id: UUID
    product_id: UUID
    category_id: UUID


class SaleScope(Struct, frozen=True):
    """The sales that a scheme rewards: which variants, channels and days of the calendar, the last ones included."""

    variants: tuple[SoldVariant, ...]
    channels: tuple[EarningChannel, ...]
    enrollment_opens_on: date
    enrollment_closes_on: date
    starts_on: date
    ends_on: date
    calendar: Calendar


def independent_assignments(clauses: Iterable[Clause]) -> tuple[Assignments, ...]:
    """One dimension per clause, each of which may be true or false independently of the others."""
    return tuple(frozenset({_NONE_TRUE, frozenset({clause})}) for clause in clauses)


class ClauseEvaluator:
    """Decides several clauses at once, with the same compiled function that evaluates sales."""

    def __init__(
        self,
        clauses: Sequence[Clause],
        *,
        tier_ranks: Mapping[UUID, int] = MappingProxyType({}),
        calendar: Calendar = UTC_CALENDAR,
    ) -> None:
        self._clauses = clauses
        rules = [
            BonusRule(id=UUID(int=index), name="", condition=clause, reward=FlatPoints(1))
            for index, clause in enumerate(clauses)
        ]
        self._decide = compile_program(rules, tier_ranks, calendar).decide

    def true_clauses(self, line: LineFacts, ecp: EarnerFacts) -> Assignment:
        """The clauses that are true for this line and ECP."""
        _, met, _ = self._decide(line, ecp, line.quantity, 0)
        return frozenset(clause for clause, holds in zip(self._clauses, met, strict=True) if holds)


def make_line(  # noqa: PLR0913 - one keyword per fact of a line
    *,
    channel: EarningChannel = EarningChannel.SALE,
    variant_id: UUID = NOWHERE,
    product_id: UUID = NOWHERE,
    category_id: UUID = NOWHERE,
    quantity: int = 1,
    at: datetime = datetime(2000, 1, 1, tzinfo=UTC),
) -> LineFacts:
    """A line for clauses that ask only for the given facts; the others get neutral values."""
    return LineFacts(
        channel=channel,
        variant_id=variant_id,
        product_id=product_id,
        category_id=category_id,
        quantity=quantity,
        base_points=0,
        at=at,
    )


def _product_assignments(
    clauses: Sequence[ProductClause], scope: SaleScope, _budget: SearchBudget
) -> tuple[Assignments, ...]:
    evaluator = ClauseEvaluator(clauses)
    lines = (
        make_line(variant_id=sold.variant_id, product_id=sold.product_id, category_id=sold.category_id)
        for sold in scope.variants
    )
    return (frozenset(evaluator.true_clauses(line, EarnerFacts()) for line in lines),)


def _channel_assignments(
    clauses: Sequence[ChannelClause | QuantityClause], scope: SaleScope, _budget: SearchBudget
) -> tuple[Assignments, ...]:
    """Channels with the quantities that they allow: a coupon is a line of one unit."""
    evaluator = ClauseEvaluator(clauses)
    quantities = sorted(_quantities(clauses))
    lines = (
        make_line(channel=channel, quantity=quantity)
        for channel in scope.channels
        for quantity in ((1,) if channel is EarningChannel.COUPON else quantities)
    )
    return (frozenset(evaluator.true_clauses(line, EarnerFacts()) for line in lines),)


def _quantities(clauses: Iterable[Clause]) -> set[int]:
    found = {1}
    for clause in clauses:
        if isinstance(clause, QuantityClause):
            for bound in (clause.at_least, clause.at_most):
                if bound is not None:
                    found.update((bound - 1, bound, bound + 1))
    return {quantity for quantity in found if quantity >= 1}


def _time_assignments(
    clauses: Sequence[PeriodClause | EnrolledWithinClause], scope: SaleScope, budget: SearchBudget
) -> tuple[Assignments, ...]:
    """Days and hours of sales, each with the days on which the seller may have enrolled by then."""
    periods = [clause for clause in clauses if isinstance(clause, PeriodClause)]
    enrolled = [clause for clause in clauses if isinstance(clause, EnrolledWithinClause)]
    days, clocks = sorted(_days(clauses, scope)), sorted(_clocks(periods))
    count = _count_moments(clauses, scope)
    if count > _MAX_MOMENTS or count * _STEPS_PER_MOMENT > budget.remaining:
        return independent_assignments(clauses)
    budget.spend(count * _STEPS_PER_MOMENT)
    calendar = scope.calendar
    at_times, since_days = (ClauseEvaluator(some, calendar=calendar) for some in (periods, enrolled))
    found: set[Assignment] = set()
    for day in days:
        moments = calendar.moments_of(day, clocks)
        by_clock = {at_times.true_clauses(make_line(at=moment), EarnerFacts()) for moment in moments}
        line = make_line(at=calendar.start_of_day(day))
        by_enrollment = {
            since_days.true_clauses(line, EarnerFacts(enrolled_at=calendar.start_of_day(enrolled_on)))
            for enrolled_on in _enrollment_days(day, enrolled, scope)
        }
        found.update(at_clock | since for at_clock in by_clock for since in by_enrollment)
    return (frozenset(found),)


def _count_moments(clauses: Sequence[PeriodClause | EnrolledWithinClause], scope: SaleScope) -> int:
    """The number of moments that must be evaluated to find every combination of these clauses."""
    periods = [clause for clause in clauses if isinstance(clause, PeriodClause)]
    return len(_days(clauses, scope)) * (len(_clocks(periods)) + 2 * (len(clauses) - len(periods)))


def _has_few_moments(clauses: Sequence[PeriodClause | EnrolledWithinClause], scope: SaleScope) -> bool:
    return _count_moments(clauses, scope) <= _MAX_MOMENTS


def _always(_clauses: Sequence[Clause], _scope: SaleScope) -> bool:
    return True


def _days(clauses: Iterable[Clause], scope: SaleScope) -> set[date]:
    places = {scope.starts_on}
    for clause in clauses:
        match clause:
            case PeriodClause(first, last):
                places.update(day for day in (first, last) if day is not None)
            case EnrolledWithinClause(days):
                edges = (scope.enrollment_opens_on, scope.enrollment_closes_on)
                places.update(_later(edge, days) for edge in edges)
            case _:
                pass
    nearby = {_later(place, offset) for place in places for offset in range(-1, _DISTINCT_DAYS)}
    return {day for day in nearby | {scope.ends_on} if scope.starts_on <= day <= scope.ends_on}


def _clocks(clauses: Iterable[PeriodClause]) -> set[time]:
    found = {_MIDNIGHT}
    for clause in clauses:
        for clock in (clause.from_time, clause.to_time):
            if clock is not None:
                found.update((clock, (datetime.combine(date.min, clock) + timedelta(days=1) - _TICK).time()))
    return found


def _enrollment_days(day: date, clauses: Iterable[EnrolledWithinClause], scope: SaleScope) -> Iterator[date]:
    """The days on which an ECP who sells on `day` may have enrolled; none if enrollment opens later."""
    first, last = scope.enrollment_opens_on, min(scope.enrollment_closes_on, day)
    chosen = {first, last}
    for clause in clauses:
        chosen.update((_later(day, -clause.days), _later(day, -clause.days - 1)))
    yield from sorted(enrolled for enrolled in chosen if first <= enrolled <= last)


def _later(day: date, days: int) -> date:
    """Add days to a day, clamped to the calendar."""
    number = min(max(day.toordinal() + days, date.min.toordinal() + 1), date.max.toordinal() - 1)
    return date.fromordinal(number)


class Aspect(Struct, frozen=True):
    """One independent side of a sale: the types of clauses about it, and the assignments that it allows.

    `is_shared` answers whether one enumeration over all clauses of a scheme serves every condition. Otherwise each
    condition enumerates its own clauses, which is much cheaper.
    """

    clause_types: Any
    enumerate: Callable[[Sequence[Any], SaleScope, SearchBudget], tuple[Assignments, ...]]
    is_shared: Callable[[Sequence[Any], SaleScope], bool] = _always


# The product sold, the channel and quantity, and the time.
ASPECTS: Final = (
    Aspect(ProductClause, _product_assignments),
    Aspect(ChannelClause | QuantityClause, _channel_assignments),
    Aspect(PeriodClause | EnrolledWithinClause, _time_assignments, _has_few_moments),
)
