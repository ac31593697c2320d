"""Validates the points of an adjustment."""

from collections.abc import Iterator

from domain.adjustments.facts import LARGEST_POINTS
from domain.checks import number_problems
from domain.failures import Problem, UserErrorCode


def points_problems(points: int) -> Iterator[Problem]:
    """Problems of the points: none at all, or more than clients can hold."""
    if points == 0:
        message = "An adjustment adds or takes at least 1 point; 0 changes nothing."
        yield Problem(UserErrorCode.INVALID, message, ("points",))
    yield from number_problems(points, ("points",), "The points", lowest=-LARGEST_POINTS, highest=LARGEST_POINTS)
