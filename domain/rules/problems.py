"""Problems that every part of a rule can have. `validation` adds the name of the rule and its place in the list."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from domain.failures import Path, Problem, UserErrorCode
from domain.rules.bounds import MAX_LIST_ENTRIES
from domain.text import quote

_NO_NAMES: Final[Mapping[Any, str]] = MappingProxyType({})


class KnownIds(Struct, frozen=True):
    """The catalog entries that exist now, to which rules may refer.

    `unknown_categories` has the names that no category has, by the ids that stand for them in the rules.
    """

    tier_ids: frozenset[UUID] = frozenset()
    geography_ids: frozenset[UUID] = frozenset()
    variant_ids: frozenset[UUID] = frozenset()
    product_ids: frozenset[UUID] = frozenset()
    category_ids: frozenset[UUID] = frozenset()
    unknown_categories: Mapping[UUID, str] = {}


def invalid(message: str, *path: str) -> Problem:
    """A value that is given but cannot be used."""
    return Problem(UserErrorCode.INVALID, message, path)


def required(message: str, *path: str) -> Problem:
    """A value that is missing."""
    return Problem(UserErrorCode.REQUIRED, message, path)


def too_many(message: str, *path: str) -> Problem:
    """More of something than one rule or scheme may have."""
    return Problem(UserErrorCode.LIMIT_EXCEEDED, message, path)


def out_of_range(noun: str, value: int | None, bounds: tuple[int, int], *path: str) -> Iterator[Problem]:
    """Yield a problem unless the value is within the bounds, both included, or not given."""
    low, high = bounds
    if value is not None and not low <= value <= high:
        yield invalid(f"{noun} is out of range; enter a whole number from {low:,} to {high:,}.", *path)


def list_problems(
    noun: str,
    entries: Sequence[Hashable],
    known: Collection[Hashable],
    path: Path,
    unknown_names: Mapping[Any, str] = _NO_NAMES,
) -> Iterator[Problem]:
    """Yield a problem for each entry that is repeated or unknown, or only one problem if the list is too long.

    The problem of an unknown entry mentions its name, if it has one in `unknown_names`.
    """
    if len(entries) > MAX_LIST_ENTRIES:
        yield too_many(f"more than {MAX_LIST_ENTRIES:,} {noun} entries are listed; choose fewer of them.", *path)
        return
    seen: set[Hashable] = set()
    for index, entry in enumerate(entries):
        where = (*path, str(index))
        if entry in seen:
            message = f"the same {noun} is listed twice; remove one of the two."
            yield Problem(UserErrorCode.DUPLICATE, message, where)
        elif entry not in known:
            yield unknown_reference(noun, where, unknown_names.get(entry))
        seen.add(entry)


def unknown_reference(noun: str, path: Path, name: str | None = None) -> Problem:
    """A reference to something that does not exist, or no longer does; with a `name` if people gave one."""
    what = f"the {noun} no longer exists" if name is None else f"no {noun} has the name {quote(name)}"
    return Problem(UserErrorCode.NOT_FOUND, f"{what}; choose another {noun}.", path)
