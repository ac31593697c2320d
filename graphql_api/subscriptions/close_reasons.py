"""The reasons for which the server closes a connection that carries subscriptions."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

import structlog
from msgspec import Struct

_log = structlog.get_logger("tessera.events")


class CloseReason(Struct, frozen=True):
    """A reason as a code for programs, a message for people, and the close code of a WebSocket.

    Close codes are those of the protocol (4403) and of RFC 6455's registry (1012, 1013). After the latter two, clients
    connect again.
    """

    code: str
    message: str
    close_code: int


STOPPING: Final = CloseReason(
    "SERVER_STOPPING", "The server is stopping. Connect again, and resume from the cursor.", 1012
)
TOO_SLOW: Final = CloseReason(
    "SLOW_CONSUMER", "Events arrived faster than you read them. Connect again, and resume from the cursor.", 1013
)
TOKEN_EXPIRED: Final = CloseReason("UNAUTHENTICATED", "This token has expired: sign in again.", 4403)
ACCESS_LOST: Final = CloseReason(
    "UNAUTHENTICATED", "This credential no longer opens an account: it was revoked, or the account is disabled.", 4403
)


def log_bugs(results: Iterable[Any], *expected: type[BaseException]) -> None:
    """Log the results of a connection's tasks that are our bugs: neither a client that left nor `expected`."""
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, (OSError, asyncio.CancelledError, *expected)):
            _log.error("a connection failed", exc_info=result)
