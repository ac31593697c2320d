"""Limits of catalog entries, and checks of a geography's place in its tree."""

from collections.abc import Iterator
from typing import Final

from domain.catalog.facts import GeographyLevel
from domain.checks import NAME_LENGTH
from domain.failures import Path, Problem, UserErrorCode
from domain.text import quote

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


def named_category_problems(name: str, path: Path) -> Iterator[Problem]:
    """Problems of a text that can name no category. Stored names may have characters that new names may not have."""
    if not name.strip():
        yield Problem(UserErrorCode.REQUIRED, "The category is missing.", path)
    elif len(name) > 2 * NAME_LENGTH[1]:
        message = f"The category has {len(name):,} characters; at most {NAME_LENGTH[1]} are allowed."
        yield Problem(UserErrorCode.INVALID, message, path)


def category_problems(name: str, path: Path, *, exists: bool) -> Iterator[Problem]:
    """Problems of the name of a category that must exist."""
    if not exists:
        message = f"No category has the name {quote(name)}; choose one of the catalog."
        yield Problem(UserErrorCode.NOT_FOUND, message, path)


def merge_problems(source_key: str, target_key: str) -> Iterator[Problem]:
    """Problems of merging the categories with these keys: they must be two."""
    if source_key == target_key:
        yield Problem(UserErrorCode.CONFLICT, "A category cannot be merged into itself; choose another one.", ("into",))


def taken_name_problem(name: str) -> Problem:
    """The problem of a name that another category has, also one that is no longer listed since it was merged."""
    message = f"The category {quote(name)} has this name, even if it has no products. Rename that category first."
    return Problem(UserErrorCode.DUPLICATE, message, ("name",))
