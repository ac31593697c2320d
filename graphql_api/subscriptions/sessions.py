"""Who is connected: each connection's viewer, kept true while it lives."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable
from typing import Final
from uuid import UUID

from graphql_api.subscriptions.close_reasons import ACCESS_LOST, TOKEN_EXPIRED, Ending
from resolvers.accounts.loaders import refresh_signed_in
from resolvers.accounts.viewers import SignedIn
from resolvers.context import Operation

_TICKETS: Final = itertools.count(1)


class Session:
    """One connection that has signed in. `close` is the transport's way to end it."""

    def __init__(self, signed_in: SignedIn, close: Callable[[Ending], None]) -> None:
        self.signed_in = signed_in
        self._close = close
        self._timer: asyncio.TimerHandle | None = None
        # When was asked who it is; of two answers, the one that was asked for later is true.
        self.ticket = 0
        if signed_in.expires is not None:
            left = max(0.0, signed_in.expires - time.time())
            self._timer = asyncio.get_running_loop().call_later(left, self.end, TOKEN_EXPIRED)

    @property
    def account_id(self) -> UUID:
        """Whose connection it is."""
        return self.signed_in.account.id

    def end(self, ending: Ending) -> None:
        """End the connection and everything on it; ending it again does nothing."""
        self.forget()
        self._close(ending)

    def forget(self) -> None:
        """The connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


async def refresh(operation: Operation, sessions: Iterable[Session]) -> list[Session]:
    """Read who the sessions are now, all at once; end those that may not go on, and return those that changed."""
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
