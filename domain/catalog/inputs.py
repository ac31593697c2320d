"""Limits of catalog entries, and checks of a geography's place in its tree."""

from collections.abc import Iterator
from typing import Final

from domain.catalog.facts import GeographyLevel
from domain.failures import Problem, UserErrorCode

VARIANTS_PER_PRODUCT_LIMIT: Final = 200
TIER_RANK_LIMIT: Final = 100


def parent_problems(level: GeographyLevel, parent_level: GeographyLevel | None) -> Iterator[Problem]:
    """Problems of a geography's parent: a country has none, a region lies in a country, a city in a region."""
    wanted = level.parent_level
    if wanted is parent_level:
        return
    path = ("parentId",)
    if wanted is None:
        yield Problem(UserErrorCode.INVALID, "A country has no parent.", path)
    else:
        message = f"A {level.lower()} lies in a {wanted.lower()}: choose one as its parent."
        yield Problem(UserErrorCode.INVALID if parent_level else UserErrorCode.REQUIRED, message, path)
