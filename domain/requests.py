"""Requests that are refused as a whole: not signed in, not allowed, malformed. `extensions` carries the code."""

from typing import Any, ClassVar, Final

from domain.permissions import Permission, roles_with

REVOKED: Final = "This credential opens no account: it was revoked, or the account is disabled."


class RefusedRequest(Exception):
    """A request-level error; `extensions` carries its code, as clients of GraphQL expect."""

    code: ClassVar[str]

    def __init__(self, message: str, **extensions: Any) -> None:
        super().__init__(message)
        self.extensions = {"code": self.code, **extensions}


class Unauthenticated(RefusedRequest):
    """Nobody is signed in, or the token does not say who."""

    code = "UNAUTHENTICATED"

    def __init__(self, message: str = "Sign in to see this: send a token or an API key.") -> None:
        super().__init__(message)


class Forbidden(RefusedRequest):
    """None of the viewer's roles allows this."""

    code = "FORBIDDEN"

    def __init__(self, permission: Permission) -> None:
        *others, last = (role.noun for role in roles_with(permission))
        needed = f"one of the roles {', '.join(others)} or {last}" if others else f"the role {last}"
        super().__init__(f"Your roles do not allow this; it takes {needed}.", permission=permission.value)


class BadInput(RefusedRequest):
    """An argument of a query that makes no sense; `argument` names it."""

    code = "BAD_USER_INPUT"

    def __init__(self, message: str, argument: str) -> None:
        super().__init__(message, argument=argument)


class Overloaded(RefusedRequest):
    """No connection to the database was free in time."""

    code = "SERVICE_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("The server is very busy at this moment: try again in a few seconds.", retryable=True)


class Unreachable(RefusedRequest):
    """The database does not answer, or the connection to it broke; what was not committed yet was not done."""

    code = Overloaded.code

    def __init__(self) -> None:
        super().__init__("The database does not answer at this moment: try again in a few seconds.", retryable=True)


class TookTooLong(RefusedRequest):
    """The database needed longer than a statement may take."""

    code = "TIMEOUT"

    def __init__(self) -> None:
        super().__init__("This takes too long: ask for less at once, or try again later.", retryable=True)


class CursorExpired(RefusedRequest):
    """Events behind this cursor may be gone; going on from it would be a silent gap."""

    code = "CURSOR_EXPIRED"

    def __init__(self) -> None:
        super().__init__(
            "This cursor has expired: read everything again, and go on from the cursor that comes with it."
        )


class UnstorableText(RefusedRequest):
    """A text with a character that PostgreSQL cannot hold: NUL."""

    code = BadInput.code

    def __init__(self) -> None:
        super().__init__("A text contains a character that cannot be stored.")
