"""The accounts that send files to this process at the moment: how many files each, and how much that broke off."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from graphql_api.files.credentials import Rejected

# An account sends so many files to a process at once, so that it leaves room for others.
CONCURRENT_OF_ACCOUNT: Final = 4
_DAY_S: Final = 24 * 3600.0
_MINUTE_S: Final = 60.0


class Senders:
    """Counts requests that send files, by account."""

    def __init__(self) -> None:
        self._running: dict[UUID, int] = {}
        # For each account, minutes and the bytes of requests that broke off in them.
        self._broken: dict[UUID, deque[tuple[float, int]]] = {}

    @contextmanager
    def sending(self, account_id: UUID) -> Iterator[None]:
        """Count a request while it runs. Raises Rejected for an account that sends too many files."""
        running = self._running.get(account_id, 0)
        if running >= CONCURRENT_OF_ACCOUNT:
            message = f"You are sending {running} files at the moment. Wait until one of them has arrived."
            raise Rejected(429, "LIMIT_EXCEEDED", message, headers={"retry-after": "5"})
        self._running[account_id] = running + 1
        try:
            yield
        finally:
            left = self._running.pop(account_id) - 1
            if left:
                self._running[account_id] = left

    def add_broken(self, account_id: UUID, size: int, now: float) -> None:
        """Remember the bytes of a request that broke off, for a day."""
        if size <= 0:
            return
        found = self._broken.setdefault(account_id, deque())
        if found and now - found[-1][0] < _MINUTE_S:
            found[-1] = (found[-1][0], found[-1][1] + size)
        else:
            found.append((now, size))

    def broken_bytes(self, account_id: UUID, now: float) -> int:
        """The bytes of requests of the last day that broke off."""
        found = self._broken.get(account_id)
        while found and now - found[0][0] > _DAY_S:
            found.popleft()
        if not found:
            self._broken.pop(account_id, None)
            return 0
        return sum(size for _, size in found)
