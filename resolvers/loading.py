"""Align the rows that a loader fetched with its keys: one answer per key, in the order of the keys."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
RowT = TypeVar("RowT")


def align_one(keys: Sequence[KeyT], rows: Iterable[RowT], key: Callable[[RowT], KeyT]) -> list[RowT | None]:
    """Return the row of each key, or None."""
    found = {key(row): row for row in rows}
    return [found.get(wanted) for wanted in keys]


def align_many(keys: Sequence[KeyT], rows: Iterable[RowT], key: Callable[[RowT], KeyT]) -> list[list[RowT]]:
    """Return all rows of each key, in the order in which they were fetched."""
    found: dict[KeyT, list[RowT]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return [found.get(wanted, []) for wanted in keys]
