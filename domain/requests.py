"""Errors that fail a request as a whole: not signed in, not allowed, malformed, or the database is unavailable."""

from datetime import datetime
from typing import Any, ClassVar, Final

from domain.permissions import Permission, roles_with

REVOKED_CREDENTIAL: Final = "This credential does not open an account. It was revoked, or the account is disabled."


class RequestError(Exception):
    """A request-level error. Its `extensions` carry the code, as GraphQL clients expect."""

    code: ClassVar[str]

    def __init__(self, message: str, **extensions: Any) -> None:
        super().__init__(message)
        self.extensions = {"code": self.code, **extensions}


class Unauthenticated(RequestError):
    """The request has no credential, or one that identifies no account."""

    code = "UNAUTHENTICATED"

    def __init__(self, message: str = "You are not signed in. Send a token or an API key.") -> None:
        super().__init__(message)


class Forbidden(RequestError):
    """None of the viewer's roles grants the permission."""

    code = "FORBIDDEN"

    def __init__(self, permission: Permission) -> None:
        *others, last = (role.noun for role in roles_with(permission))
        needed = f"one of the roles {', '.join(others)} or {last}" if others else f"the role {last}"
        super().__init__(f"Your roles do not allow this. It requires {needed}.", permission=permission.value)


class RegistrationNeeded(RequestError):
    """A person whom the identity provider knows has no account yet, and the field needs one."""

    code = Forbidden.code

    def __init__(self) -> None:
        super().__init__("You have no account yet. Register first, with the mutation registerEcp.")


class BadArgument(RequestError):
    """An invalid argument of a query; `argument` names it."""

    code = "BAD_USER_INPUT"

    def __init__(self, message: str, argument: str) -> None:
        super().__init__(message, argument=argument)


class Overloaded(RequestError):
    """No database connection became free in time."""

    code = "SERVICE_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("The server is very busy. Try again in a few seconds.", retryable=True)


class ProviderUnavailable(Overloaded):
    """The identity provider has not answered since the server started, so its tokens cannot be verified yet."""

    def __init__(self) -> None:
        RequestError.__init__(
            self, "The identity provider does not answer. Try again in a minute, with the same token.", retryable=True
        )


class DatabaseUnavailable(RequestError):
    """The database does not answer, or its connection broke. What was not committed is undone."""

    code = Overloaded.code

    def __init__(self) -> None:
        super().__init__("The database does not answer. Try again in a few seconds.", retryable=True)


class StatementTimeout(RequestError):
    """A statement exceeded the time limit of the database."""

    code = "TIMEOUT"

    def __init__(self) -> None:
        super().__init__("The request took too long. Request less data at once, or try again later.", retryable=True)


class RateLimited(RequestError):
    """The viewer tried too much; `retry_at` is when the next attempt is possible, and None if waiting does not help."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, retry_at: datetime | None) -> None:
        when = {} if retry_at is None else {"retryAt": retry_at.isoformat()}
        super().__init__(message, retryable=retry_at is not None, **when)


class CursorExpired(RequestError):
    """Events after this cursor may have been deleted, so continuing from it could silently skip some."""

    code = "CURSOR_EXPIRED"

    def __init__(self) -> None:
        super().__init__(
            "This cursor has expired. Read everything again, and continue from the cursor that comes with it."
        )


class UnstorableText(RequestError):
    """A text contains NUL, the one character that PostgreSQL cannot store."""

    code = BadArgument.code

    def __init__(self) -> None:
        super().__init__("A text contains a character that cannot be stored.")
