"""The checks that every part of a rule shares; their problems still lack the rule's name and its place in the list."""

from collections.abc import Collection, Hashable, Iterator, Sequence
from uuid import UUID

from msgspec import Struct

from domain.failures import Path, Problem, UserErrorCode
from domain.rules.bounds import MAX_NAMED


class KnownIds(Struct, frozen=True):
    """What exists in the catalog today, and so may be named by a rule."""

    tier_ids: frozenset[UUID] = frozenset()
    geography_ids: frozenset[UUID] = frozenset()
    variant_ids: frozenset[UUID] = frozenset()
    product_ids: frozenset[UUID] = frozenset()
    categories: frozenset[str] = frozenset()


def invalid(message: str, *path: str) -> Problem:
    """Say that a value is stated but cannot be used."""
    return Problem(UserErrorCode.INVALID, message, path)


def required(message: str, *path: str) -> Problem:
    """Say that something is missing."""
    return Problem(UserErrorCode.REQUIRED, message, path)


def too_many(message: str, *path: str) -> Problem:
    """Say that there is more of something than one rule or scheme may have."""
    return Problem(UserErrorCode.LIMIT_EXCEEDED, message, path)


def out_of_range(what: str, value: int | None, bounds: tuple[int, int], *path: str) -> Iterator[Problem]:
    """Yield a problem unless the value is within the bounds, both included, or not given."""
    low, high = bounds
    if value is not None and not low <= value <= high:
        yield invalid(f"{what} is out of range; enter a whole number from {low:,} to {high:,}.", *path)


def wrongly_named(noun: str, named: Sequence[Hashable], known: Collection[Hashable], path: Path) -> Iterator[Problem]:
    """Yield a problem for each name in a list that is repeated or unknown, or a single one if the list is too long."""
    if len(named) > MAX_NAMED:
        yield too_many(f"more than {MAX_NAMED:,} {noun} entries are listed; choose fewer of them.", *path)
        return
    seen: set[Hashable] = set()
    for index, name in enumerate(named):
        where = (*path, str(index))
        if name in seen:
            message = f"the same {noun} is listed twice; remove one of the two."
            yield Problem(UserErrorCode.DUPLICATE, message, where)
        elif name not in known:
            yield unknown(noun, where)
        seen.add(name)


def unknown(noun: str, path: Path) -> Problem:
    """Say that something named does not exist, or no longer does."""
    return Problem(UserErrorCode.NOT_FOUND, f"the {noun} no longer exists; choose another {noun}.", path)
