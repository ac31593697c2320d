"""Answers of loaders: one per key, in the order of the keys."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
RowT = TypeVar("RowT")


def align_one(keys: Sequence[KeyT], rows: Iterable[RowT], key: Callable[[RowT], KeyT]) -> list[RowT | None]:
    """For each key its row, or None where there is none."""
    found = {key(row): row for row in rows}
    return [found.get(wanted) for wanted in keys]


def align_many(keys: Sequence[KeyT], rows: Iterable[RowT], key: Callable[[RowT], KeyT]) -> list[list[RowT]]:
    """For each key all of its rows, in the order in which they came."""
    found: dict[KeyT, list[RowT]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return [found.get(wanted, []) for wanted in keys]
