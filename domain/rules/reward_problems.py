"""Validates the reward and the limits of a rule."""

from collections.abc import Iterator
from decimal import Decimal
from typing import assert_never

from domain.failures import Problem
from domain.rules.bounds import (
    MAX_DECIMAL_PLACES,
    MAX_FACTOR,
    MAX_PERCENT,
    MAX_SLABS,
    POINTS_RANGE,
    QUANTITY_RANGE,
    SAFE_COUNT_RANGE,
)
from domain.rules.model import FlatPoints, MultiplyBase, PercentOfBase, PointsPerUnit, Reward, RuleLimits, Slab, Slabs
from domain.rules.problems import invalid, out_of_range, required, too_many


def reward_problems(reward: Reward) -> Iterator[Problem]:
    """Yield the problems of a reward, with paths that start at the reward itself."""
    match reward:
        case FlatPoints(points):
            yield from out_of_range("the number of points", points, POINTS_RANGE, "flatPoints")
        case PointsPerUnit(points):
            yield from out_of_range("the number of points per unit", points, POINTS_RANGE, "pointsPerUnit")
        case PercentOfBase(percent):
            if not _is_between(percent, 0, MAX_PERCENT):
                message = (
                    "the percentage is out of range; enter more than 0 and at most 1,000, with at most 2 decimals, "
                    "where 10 pays a tenth of the base points on top of them."
                )
                yield invalid(message, "percentOfBase")
        case MultiplyBase(factor):
            if not _is_between(factor, 1, MAX_FACTOR):
                message = (
                    "the multiplier is out of range; enter more than 1 and at most 100, with at most 2 decimals, "
                    "where 2 pays the base points twice in all."
                )
                yield invalid(message, "multiplyBase")
        case Slabs(slabs):
            yield from _slab_problems(slabs)
        case _:
            assert_never(reward)


def limit_problems(limits: RuleLimits) -> Iterator[Problem]:
    """Yield the problems of the limits, with paths that start at the limits themselves."""
    per_ecp, per_month, in_total = limits.points_per_ecp, limits.points_per_ecp_per_month, limits.points_in_total
    yield from out_of_range("the most points per ECP", per_ecp, SAFE_COUNT_RANGE, "pointsPerEcp")
    yield from out_of_range("the most points per ECP per month", per_month, SAFE_COUNT_RANGE, "pointsPerEcpPerMonth")
    yield from out_of_range("the most points in total", in_total, SAFE_COUNT_RANGE, "pointsInTotal")
    yield from out_of_range("the most times per ECP", limits.times_per_ecp, SAFE_COUNT_RANGE, "timesPerEcp")
    if per_month is not None and per_ecp is not None and per_month > per_ecp:
        message = "the most points per ECP per month is above the most points per ECP; lower it or raise the other."
        yield invalid(message, "pointsPerEcpPerMonth")
    if per_ecp is not None and in_total is not None and per_ecp > in_total:
        message = "the most points per ECP is above the most points in total; lower it or raise the other."
        yield invalid(message, "pointsPerEcp")
    elif per_month is not None and in_total is not None and per_month > in_total:
        message = "the most points per ECP per month is above the most points in total; lower it or raise the other."
        yield invalid(message, "pointsPerEcpPerMonth")


def _is_between(value: Decimal, above: int, at_most: int) -> bool:
    # Only finite decimals can be compared without raising, and their exponent is always an integer.
    if not value.is_finite() or not above < value <= at_most:
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MAX_DECIMAL_PLACES


def _slab_problems(slabs: tuple[Slab, ...]) -> Iterator[Problem]:
    if not slabs:
        yield required("there are no slabs; add at least one.", "slabs")
    if len(slabs) > MAX_SLABS:
        yield too_many(f"there are {len(slabs):,} slabs and the most is {MAX_SLABS}; remove some.", "slabs")
        return
    previous: int | None = None
    for index, slab in enumerate(slabs):
        path = ("slabs", str(index))
        yield from out_of_range(
            "the quantity that starts the slab", slab.from_quantity, QUANTITY_RANGE, *path, "fromQuantity"
        )
        yield from out_of_range(
            "the number of points per unit", slab.points_per_unit, POINTS_RANGE, *path, "pointsPerUnit"
        )
        if previous is not None and slab.from_quantity <= previous:
            message = "the slab does not start above the slab before it; put the slabs in order of rising quantity."
            yield invalid(message, *path, "fromQuantity")
        previous = slab.from_quantity
