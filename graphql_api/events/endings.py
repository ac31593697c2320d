"""Why the server ends a connection that lives on events."""

from typing import Final

from msgspec import Struct


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
