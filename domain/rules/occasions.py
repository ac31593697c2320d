"""Which sales a scheme allows: every combination in which the clauses about a sale can hold together.

Whether a clause about a product, channel, quantity, time, enrollment or volume holds changes only at a few places: from
one variant to the next, at the bounds of quantities, at the dates and times that clauses name. So one sale on either
side of each of those places stands for all the others. Volumes are still to come and may be anything.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from domain.channels import EarningChannel
from domain.rules.compilation import compile_program
from domain.rules.facts import EcpFacts, LineFacts, volume_key
from domain.rules.model import (
    BonusRule,
    ChannelClause,
    Clause,
    EnrolledWithinClause,
    FlatPoints,
    PeriodClause,
    ProductClause,
    QuantityClause,
    VolumeClause,
)
from domain.rules.possibility import Effort

NOWHERE: Final = UUID(int=0)
# Weekdays repeat after seven days; a window across midnight looks at the day before as well.
_DAYS_THAT_DIFFER: Final = 8
_TICK: Final = timedelta(microseconds=1)
_BEGINNING: Final = time()

# Looks at moments beyond which the dates of conditions are taken for independent of each other: nobody writes so many.
_LOOKS: Final = 20_000
# What a look costs, in parts of conditions that could be looked at instead.
_LOOK: Final = 20

# The clauses that hold on one occasion; every other one asked about does not.
Occasion = frozenset[Clause]
# Every occasion that one dimension of sales allows.
Choices = frozenset[Occasion]
_NOTHING: Final[Occasion] = frozenset()


class SoldVariant(Struct, frozen=True):
    """A variant of the scheme."""

    variant_id: UUID
    product_id: UUID
    category: str


class Scope(Struct, frozen=True):
    """What a scheme allows to be sold, how and when; days are UTC days, the last ones included."""

    variants: tuple[SoldVariant, ...]
    channels: tuple[EarningChannel, ...]
    enrollment_opens_on: date
    enrollment_closes_on: date
    starts_on: date
    ends_on: date


def free(clauses: Iterable[Clause]) -> tuple[Choices, ...]:
    """Dimensions of clauses of which each may hold or not, whatever the others do."""
    return tuple(frozenset({_NOTHING, frozenset({clause})}) for clause in clauses)


class Asked:
    """Clauses that are decided together, by the very function that evaluation runs."""

    def __init__(self, clauses: Sequence[Clause], tier_ranks: dict[UUID, int] | None = None) -> None:
        self._clauses = clauses
        rules = [BonusRule(UUID(int=index), "", clause, FlatPoints(1)) for index, clause in enumerate(clauses)]
        self._decide = compile_program(rules, tier_ranks or {}).decide

    def holding(self, line: LineFacts, ecp: EcpFacts) -> Occasion:
        """Those of the clauses that hold."""
        _, met, _ = self._decide(line, ecp, line.quantity, 0)
        return frozenset(clause for clause, holds in zip(self._clauses, met, strict=True) if holds)


def any_line(  # noqa: PLR0913 - the facts of a line, by name, each with a value that says nothing
    *,
    channel: EarningChannel = EarningChannel.SALE,
    variant_id: UUID = NOWHERE,
    product_id: UUID = NOWHERE,
    category: str = "",
    quantity: int = 1,
    at: datetime = datetime(2000, 1, 1, tzinfo=UTC),
) -> LineFacts:
    """A line about which only the given facts matter."""
    return LineFacts(channel, variant_id, product_id, category, quantity, 0, at)


def _goods(clauses: Sequence[ProductClause], scope: Scope, _effort: Effort) -> tuple[Choices, ...]:
    asked = Asked(clauses)
    lines = (
        any_line(variant_id=sold.variant_id, product_id=sold.product_id, category=sold.category)
        for sold in scope.variants
    )
    return (frozenset(asked.holding(line, EcpFacts()) for line in lines),)


def _ways(clauses: Sequence[ChannelClause | QuantityClause], scope: Scope, _effort: Effort) -> tuple[Choices, ...]:
    """Channels with the quantities that they allow: a coupon is a line of one unit."""
    asked = Asked(clauses)
    quantities = sorted(_quantities(clauses))
    lines = (
        any_line(channel=channel, quantity=quantity)
        for channel in scope.channels
        for quantity in ((1,) if channel is EarningChannel.COUPON else quantities)
    )
    return (frozenset(asked.holding(line, EcpFacts()) for line in lines),)


def _quantities(clauses: Iterable[Clause]) -> set[int]:
    found = {1}
    for clause in clauses:
        if isinstance(clause, QuantityClause):
            for bound in (clause.at_least, clause.at_most):
                if bound is not None:
                    found.update((bound - 1, bound, bound + 1))
    return {quantity for quantity in found if quantity >= 1}


def _times(clauses: Sequence[PeriodClause | EnrolledWithinClause], scope: Scope, effort: Effort) -> tuple[Choices, ...]:
    """Days and hours of sales, with the days on which somebody may have enrolled by then."""
    periods = [clause for clause in clauses if isinstance(clause, PeriodClause)]
    enrolled = [clause for clause in clauses if isinstance(clause, EnrolledWithinClause)]
    days, clocks = sorted(_days(clauses, scope)), sorted(_clocks(periods))
    looks = _looks(clauses, scope)
    if looks > _LOOKS or looks * _LOOK > effort.left:
        return free(clauses)
    effort.spend(looks * _LOOK)
    about_periods, about_enrollment = Asked(periods), Asked(enrolled)
    found: set[Occasion] = set()
    for day in days:
        by_clock = {about_periods.holding(any_line(at=_at(day, clock)), EcpFacts()) for clock in clocks}
        line = any_line(at=_at(day, _BEGINNING))
        by_enrollment = {
            about_enrollment.holding(line, EcpFacts(enrolled_at=_at(enrolled_on, _BEGINNING)))
            for enrolled_on in _enrollments(day, enrolled, scope)
        }
        found.update(moment | since for moment in by_clock for since in by_enrollment)
    return (frozenset(found),)


def _looks(clauses: Sequence[PeriodClause | EnrolledWithinClause], scope: Scope) -> int:
    """At how many moments must be looked to see in which combinations these clauses hold."""
    periods = [clause for clause in clauses if isinstance(clause, PeriodClause)]
    return len(_days(clauses, scope)) * (len(_clocks(periods)) + 2 * (len(clauses) - len(periods)))


def _few_looks(clauses: Sequence[PeriodClause | EnrolledWithinClause], scope: Scope) -> bool:
    return _looks(clauses, scope) <= _LOOKS


def _always(_clauses: Sequence[Clause], _scope: Scope) -> bool:
    return True


def _volumes(clauses: Sequence[VolumeClause], _scope: Scope, _effort: Effort) -> tuple[Choices, ...]:
    """Any volume may have been reached before: one that is large enough for a clause is for those that ask for less."""
    keys = dict.fromkeys(volume_key(clause) for clause in clauses)
    by_key = [[clause for clause in clauses if volume_key(clause) == key] for key in keys]
    return tuple(
        frozenset(
            frozenset[Clause](found for found in same if found.at_least <= amount)
            for amount in (0, *(clause.at_least for clause in same))
        )
        for same in by_key
    )


def _days(clauses: Iterable[Clause], scope: Scope) -> set[date]:
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
    near = {_later(place, offset) for place in places for offset in range(-1, _DAYS_THAT_DIFFER)}
    return {day for day in near | {scope.ends_on} if scope.starts_on <= day <= scope.ends_on}


def _clocks(clauses: Iterable[PeriodClause]) -> set[time]:
    found = {_BEGINNING}
    for clause in clauses:
        for clock in (clause.from_time, clause.to_time):
            if clock is not None:
                found.update((clock, (datetime.combine(date.min, clock) + timedelta(days=1) - _TICK).time()))
    return found


def _enrollments(day: date, clauses: Iterable[EnrolledWithinClause], scope: Scope) -> Iterator[date]:
    """The days on which somebody may have enrolled who sells on `day`; nobody, if enrollment opens later."""
    first, last = scope.enrollment_opens_on, min(scope.enrollment_closes_on, day)
    chosen = {first, last}
    for clause in clauses:
        chosen.update((_later(day, -clause.days), _later(day, -clause.days - 1)))
    yield from sorted(enrolled for enrolled in chosen if first <= enrolled <= last)


def _later(day: date, days: int) -> date:
    """So many days later, but never outside the calendar."""
    number = min(max(day.toordinal() + days, date.min.toordinal() + 1), date.max.toordinal() - 1)
    return date.fromordinal(number)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, UTC)


class Aspect(Struct, frozen=True):
    """A side of sales that does not depend on the others, and which clauses are about it.

    All clauses of a scheme are looked at `together`, unless those of one condition are much easier to look at.
    """

    about: Any
    dimensions: Callable[[Sequence[Any], Scope, Effort], tuple[Choices, ...]]
    together: Callable[[Sequence[Any], Scope], bool] = _always


# What is sold; how; when; and after which volumes.
ASPECTS: Final = (
    Aspect(ProductClause, _goods),
    Aspect(ChannelClause | QuantityClause, _ways),
    Aspect(PeriodClause | EnrolledWithinClause, _times, _few_looks),
    Aspect(VolumeClause, _volumes),
)
