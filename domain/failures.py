"""Failures of a caller, as data: codes, problems of an input, and the base of every declared failure."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

Path = tuple[str, ...]


class UserErrorCode(StrEnum):
    """The reasons that clients may branch on; the message beside a code is for people."""

    INVALID = "INVALID"
    REQUIRED = "REQUIRED"
    NOT_FOUND = "NOT_FOUND"
    DUPLICATE = "DUPLICATE"
    CONFLICT = "CONFLICT"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    CONTENT_CHANGED = "CONTENT_CHANGED"
    ILLEGAL_STATE = "ILLEGAL_STATE"
    NOT_ALLOWED_FOR_STAGE = "NOT_ALLOWED_FOR_STAGE"
    QUANTITY_EXCEEDED = "QUANTITY_EXCEEDED"
    OUT_OF_WINDOW = "OUT_OF_WINDOW"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    ARTWORK_BLOCKED = "ARTWORK_BLOCKED"
    SELF_APPROVAL = "SELF_APPROVAL"
    COUPON_INVALID = "COUPON_INVALID"
    COUPON_INERT = "COUPON_INERT"
    COUPON_REDEEMED = "COUPON_REDEEMED"
    ALREADY_YOURS = "ALREADY_YOURS"
    COUPON_VOID = "COUPON_VOID"
    COUPON_HELD = "COUPON_HELD"
    COUPON_DAMAGED = "COUPON_DAMAGED"
    COUPON_EXPIRED = "COUPON_EXPIRED"
    NOT_ENROLLED = "NOT_ENROLLED"
    THROTTLED = "THROTTLED"
    LOCKED = "LOCKED"
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"


class Problem(Struct, frozen=True):
    """One thing wrong with an input: a sentence for people and the path of the field that it is about."""

    code: UserErrorCode
    message: str
    path: Path

    def under(self, *prefix: str) -> "Problem":
        """The same problem, with `prefix` before its path."""
        return Problem(self.code, self.message, (*prefix, *self.path))


class Failure(Exception):
    """A declared failure: it becomes a typed error in the payload. Any other exception is a bug."""

    code: ClassVar[UserErrorCode]

    def __init__(self, message: str, path: Path = ("input",)) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class NotFound(Failure):
    """The object does not exist, or the viewer may not see it; the message is the same."""

    code = UserErrorCode.NOT_FOUND

    def __init__(self, noun: str, path: Path) -> None:
        super().__init__(f"This {noun} does not exist.", path)
        self.noun = noun


class IllegalState(Failure):
    """The state of an object does not allow this."""

    code = UserErrorCode.ILLEGAL_STATE


class SelfApproval(Failure):
    """Nobody may decide on their own request (four-eyes principle)."""

    code = UserErrorCode.SELF_APPROVAL


class InvalidInput(Failure):
    """Everything that is wrong with one input, together, so that a form can show all of it at once."""

    code = UserErrorCode.INVALID

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems
