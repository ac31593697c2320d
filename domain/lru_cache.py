"""A mapping of limited size, for things whose number clients decide: documents, tokens, names."""

from collections import OrderedDict
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class LruCache(Generic[KeyT, ValueT]):
    """A mapping that drops its least recently used entry when it is full."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[KeyT, ValueT] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: KeyT) -> ValueT | None:
        """Return the value and make it the most recently used one; None when there is none."""
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def put(self, key: KeyT, value: ValueT) -> None:
        """Store a value; when there are too many, drop the least recently used one."""
        self._entries[key] = value
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)
