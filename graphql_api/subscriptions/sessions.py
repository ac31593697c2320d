"""Signed-in connections, and the access that each has while it lives."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable
from typing import Final
from uuid import UUID

from graphql_api.subscriptions.close_reasons import ACCESS_LOST, TOKEN_EXPIRED, CloseReason
from resolvers.accounts.loaders import refresh_signed_in
from resolvers.accounts.viewers import SignedIn
from resolvers.context import Operation

_TICKETS: Final = itertools.count(1)


class Session:
    """One connection that has signed in. The transport passes `close`, which ends the connection."""

    def __init__(self, signed_in: SignedIn, close: Callable[[CloseReason], None]) -> None:
        self.signed_in = signed_in
        self._close = close
        self._timer: asyncio.TimerHandle | None = None
        # The number of the latest access check. When two checks overlap, the one that began later is right.
        self.ticket = 0
        if signed_in.expires is not None:
            left = max(0.0, signed_in.expires - time.time())
            self._timer = asyncio.get_running_loop().call_later(left, self.end, TOKEN_EXPIRED)

    @property
    def account_id(self) -> UUID:
        """The account that signed in."""
        return self.signed_in.account.id

    def end(self, reason: CloseReason) -> None:
        """Close the connection and everything on it; a second call does nothing."""
        self.stop_timer()
        self._close(reason)

    def stop_timer(self) -> None:
        """Cancel the close at the expiry of the token, because the connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


async def refresh(operation: Operation, sessions: Iterable[Session]) -> list[Session]:
    """Read the access of all sessions at once; end those without an account, and return those whose access changed."""
    alive = list(sessions)
    ticket = next(_TICKETS)
    found = await refresh_signed_in(operation, [session.signed_in for session in alive])
    changed = []
    for session, now in zip(alive, found, strict=True):
        if ticket < session.ticket:
            continue
        session.ticket = ticket
        if now is None:
            session.end(ACCESS_LOST)
        elif now.viewer != session.signed_in.viewer:
            session.signed_in = now
            changed.append(session)
    return changed
