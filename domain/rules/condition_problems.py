"""Validates the condition of a rule: the shape of its tree, and each of its clauses."""

from collections.abc import Iterator
from datetime import time
from typing import assert_never

from domain.codes import ACTIVITY_KIND
from domain.failures import Path, Problem, UserErrorCode
from domain.rules.bounds import (
    DAYS_RANGE,
    MAX_CHILDREN,
    MAX_CONDITIONS,
    MAX_DEPTH,
    QUANTITY_RANGE,
    SAFE_COUNT_RANGE,
    TIMES_RANGE,
)
from domain.rules.model import (
    ActivityClause,
    AllOf,
    AnyOf,
    ChannelClause,
    Clause,
    Condition,
    EnrolledWithinClause,
    GeographyClause,
    Not,
    PeriodClause,
    ProductClause,
    QuantityClause,
    TierClause,
    VolumeClause,
)
from domain.rules.problems import KnownIds, invalid, list_problems, out_of_range, required, too_many, unknown_reference
from domain.rules.traversal import ConditionNode, walk_condition


def condition_problems(condition: Condition, known: KnownIds) -> Iterator[Problem]:
    """Yield the problems of a condition, with paths that start at the condition itself.

    The work is bounded for any tree: nothing is checked beneath a group that is too large, beneath the deepest level
    allowed, or after the largest number of conditions allowed.
    """
    seen_too_deep = False
    for count, node in enumerate(walk_condition(condition, descend=_may_descend), start=1):
        if count > MAX_CONDITIONS:
            yield too_many(f"there are more than {MAX_CONDITIONS} conditions; split the rule into several.")
            return
        if node.depth > MAX_DEPTH:
            if not seen_too_deep:
                yield _too_deep(node)
            seen_too_deep = True
        elif isinstance(node.condition, AllOf | AnyOf | Not):
            yield from _group_problems(node)
        else:
            yield from (problem.under(*node.path) for problem in _clause_problems(node.condition, known))


def _may_descend(node: ConditionNode) -> bool:
    match node.condition:
        case AllOf(conditions) | AnyOf(conditions) if len(conditions) > MAX_CHILDREN:
            return False
        case _:
            return node.depth <= MAX_DEPTH


def _too_deep(node: ConditionNode) -> Problem:
    message = f"conditions are nested more than {MAX_DEPTH} levels deep; simplify the rule or split it into several."
    return too_many(message, *node.path)


def _group_problems(node: ConditionNode) -> Iterator[Problem]:
    match node.condition:
        case AllOf(conditions):
            name, label = "all", "all of these"
        case AnyOf(conditions):
            name, label = "any", "any of these"
        case _:
            return
    path = (*node.path, name)
    if not conditions:
        yield required(f"an “{label}” group is empty; add a condition to it or remove it.", *path)
    elif len(conditions) > MAX_CHILDREN:
        message = f"an “{label}” group has {len(conditions):,} conditions and the most is {MAX_CHILDREN}; remove some."
        yield too_many(message, *path)


def _clause_problems(clause: Clause, known: KnownIds) -> Iterator[Problem]:
    match clause:
        case TierClause():
            yield from _tier_problems(clause, known)
        case GeographyClause():
            yield from _geography_problems(clause, known)
        case ProductClause():
            yield from _product_problems(clause, known)
        case VolumeClause():
            yield from _volume_problems(clause, known)
        case QuantityClause():
            yield from _quantity_problems(clause)
        case ActivityClause():
            yield from _activity_problems(clause)
        case EnrolledWithinClause(days):
            yield from out_of_range("the number of days since enrolling", days, DAYS_RANGE, "enrolledWithin", "days")
        case PeriodClause():
            yield from _period_problems(clause)
        case ChannelClause():
            pass
        case _:
            assert_never(clause)


def _tier_problems(clause: TierClause, known: KnownIds) -> Iterator[Problem]:
    if not clause.tier_ids and clause.at_least is None:
        yield required("no tier is chosen; choose one or more tiers, or the lowest tier that qualifies.", "tier")
    elif clause.tier_ids and clause.at_least is not None:
        message = "both a list of tiers and a lowest tier are chosen; keep only one of the two."
        yield Problem(UserErrorCode.CONFLICT, message, ("tier",))
    yield from list_problems("tier", clause.tier_ids, known.tier_ids, ("tier", "in"))
    if clause.at_least is not None and clause.at_least not in known.tier_ids:
        yield unknown_reference("tier", ("tier", "atLeast"))


def _geography_problems(clause: GeographyClause, known: KnownIds) -> Iterator[Problem]:
    path = ("geography", "in")
    if not clause.geography_ids:
        yield required("no place is chosen; choose at least one place.", *path)
    yield from list_problems("place", clause.geography_ids, known.geography_ids, path)


def _product_problems(clause: ProductClause, known: KnownIds) -> Iterator[Problem]:
    if not (clause.variant_ids or clause.product_ids or clause.category_ids):
        yield required("no product is chosen; choose at least one variant, product or category.", "product")
    yield from list_problems("variant", clause.variant_ids, known.variant_ids, ("product", "variantIds"))
    yield from list_problems("product", clause.product_ids, known.product_ids, ("product", "productIds"))
    path = ("product", "categories")
    yield from list_problems("category", clause.category_ids, known.category_ids, path, known.unknown_categories)


def _volume_problems(clause: VolumeClause, known: KnownIds) -> Iterator[Problem]:
    yield from out_of_range("the volume to reach", clause.at_least, SAFE_COUNT_RANGE, "volume", "atLeast")
    yield from list_problems("variant", clause.variant_ids, known.variant_ids, ("volume", "variantIds"))


def _quantity_problems(clause: QuantityClause) -> Iterator[Problem]:
    low, high = clause.at_least, clause.at_most
    if low is None and high is None:
        yield required("no quantity is given; enter the fewest units that qualify, or the most, or both.", "quantity")
    yield from out_of_range("the fewest units that qualify", low, QUANTITY_RANGE, "quantity", "atLeast")
    yield from out_of_range("the most units that qualify", high, QUANTITY_RANGE, "quantity", "atMost")
    if low is not None and high is not None and high < low:
        yield invalid(
            "the most units that qualify is below the fewest; raise the most or lower the fewest.", "quantity", "atMost"
        )


def _activity_problems(clause: ActivityClause) -> Iterator[Problem]:
    if not ACTIVITY_KIND.fullmatch(clause.activity):
        message = (
            "the kind of activity is not written the way connected systems report it; "
            "use 2 to 60 capital letters, digits and underscores, such as TRAINING_COMPLETED."
        )
        yield invalid(message, "activity", "kind")
    yield from out_of_range("the number of times for the activity", clause.times, TIMES_RANGE, "activity", "times")
    yield from out_of_range(
        "the number of days for the activity", clause.within_days, DAYS_RANGE, "activity", "withinDays"
    )


def _period_problems(clause: PeriodClause) -> Iterator[Problem]:
    stated = (clause.from_date, clause.to_date, clause.weekdays, clause.from_time, clause.to_time)
    if all(part is None for part in stated):
        yield required("no period is given; enter dates, days of the week or times of the day.", "period")
    if clause.from_date is not None and clause.to_date is not None and clause.to_date < clause.from_date:
        yield invalid("the last day is before the first day; correct one of the two dates.", "period", "to")
    if clause.weekdays is not None:
        if not clause.weekdays:
            message = "no day of the week is chosen; choose at least one day, or leave the days of the week out."
            yield required(message, "period", "weekdays")
        yield from list_problems("day of the week", clause.weekdays, clause.weekdays, ("period", "weekdays"))
    yield from _time_of_day_problems(clause.from_time, clause.to_time)


def _time_of_day_problems(start: time | None, end: time | None) -> Iterator[Problem]:
    from_path: Path = ("period", "fromTime")
    to_path: Path = ("period", "toTime")
    if start is not None and end is None:
        yield required("a start time is given without an end time; enter the end time too.", *to_path)
    if end is not None and start is None:
        yield required("an end time is given without a start time; enter the start time too.", *from_path)
    for clock, path in ((start, from_path), (end, to_path)):
        if clock is not None and (clock.second or clock.microsecond or clock.tzinfo is not None):
            yield invalid("the time is not in hours and minutes; enter a time such as 09:30.", *path)
    if start is not None and start == end:
        yield invalid("the start time and the end time are the same; change one of the two.", *to_path)
