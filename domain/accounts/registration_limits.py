"""How often newcomers may try to register: limits per identity, per address, and in total, in bounded memory."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from domain.accounts.identities import Newcomer
from domain.lru_cache import LruCache

WINDOW: Final = timedelta(minutes=10)
# Attempts within the window. Mistakes in the form are attempts, too; people behind one address may be many.
ATTEMPTS_LIMITS: Final[Mapping[str, int]] = MappingProxyType({"identity": 10, "address": 50, "total": 500})
_COUNTED_KEYS: Final = 10_000


class RegistrationLimits:
    """Counts attempts of this process. When identities are too many to count, the limit in total still holds."""

    def __init__(self) -> None:
        self._attempts: LruCache[tuple[str, str], deque[datetime]] = LruCache(_COUNTED_KEYS)
        self._total: deque[datetime] = deque()

    def next_attempt(self, newcomer: Newcomer, address: str | None, now: datetime) -> datetime | None:
        """Count an attempt and return None; without counting it, return when the next one is possible."""
        counted = [
            (self._attempts_of("identity", f"{newcomer.issuer} {newcomer.subject}"), ATTEMPTS_LIMITS["identity"]),
            (self._attempts_of("address", address or ""), ATTEMPTS_LIMITS["address"]),
            (self._total, ATTEMPTS_LIMITS["total"]),
        ]
        waits = [_next_of(attempts, limit, now) for attempts, limit in counted]
        if any(waits):
            return max(wait for wait in waits if wait is not None)
        for attempts, _limit in counted:
            attempts.append(now)
        return None

    def _attempts_of(self, kind: str, name: str) -> deque[datetime]:
        found = self._attempts.get((kind, name))
        if found is None:
            found = deque()
            self._attempts.put((kind, name), found)
        return found


def _next_of(attempts: deque[datetime], limit: int, now: datetime) -> datetime | None:
    """Forget the attempts before the window, and return when the next one is possible; None if it is now."""
    while attempts and attempts[0] <= now - WINDOW:
        attempts.popleft()
    return None if len(attempts) < limit else attempts[0] + WINDOW
