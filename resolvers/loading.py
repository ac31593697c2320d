"""What loaders have in common: one answer per key, in the order of the keys, and the answers that are known already."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

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


def known_answers(loaders: dict[Any, Any], loader: Callable[..., Any], given: Hashable = None) -> dict[Any, Any]:
    """The answers by key that an operation knows of a loader with the arguments `given`; add to them what you read.

    They are kept in the `loaders` of the operation, which a write empties.
    """
    found: dict[Any, Any] = loaders.setdefault(("answers", loader, given), {})
    return found
