"""Why a connection that lives on events ends."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

import structlog
from msgspec import Struct

_log = structlog.get_logger("tessera.events")


class Ending(Struct, frozen=True):
    """A reason: for programs, for people, and as close code of a WebSocket.

    Codes are those of the protocol (4403) and of RFC 6455's registry (1012, 1013); clients come back after the latter.
    """

    code: str
    message: str
    close: int


STOPPING: Final = Ending("SERVER_STOPPING", "The server stops; connect again, and resume from the cursor.", 1012)
TOO_SLOW: Final = Ending(
    "SLOW_CONSUMER", "Events came faster than you read them; connect again, and resume from the cursor.", 1013
)
TOKEN_EXPIRED: Final = Ending("UNAUTHENTICATED", "This token has expired: sign in again.", 4403)
ACCESS_LOST: Final = Ending(
    "UNAUTHENTICATED", "This credential opens no account any more: it was revoked, or the account is disabled.", 4403
)


def log_bugs(results: Iterable[Any], *expected: type[BaseException]) -> None:
    """Log those results of a connection's tasks that are faults of ours: neither a client's leaving nor `expected`."""
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, (OSError, asyncio.CancelledError, *expected)):
            _log.error("a connection failed", exc_info=result)
