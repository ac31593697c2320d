"""What can go wrong for a caller, as data: codes, problems of an input, and the base of every declared failure."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

Path = tuple[str, ...]


class UserErrorCode(StrEnum):
    """Machine-readable reasons a client may branch on; the sentence beside it is for people."""

    INVALID = "INVALID"
    REQUIRED = "REQUIRED"
    NOT_FOUND = "NOT_FOUND"
    DUPLICATE = "DUPLICATE"
    CONFLICT = "CONFLICT"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    CONTENT_CHANGED = "CONTENT_CHANGED"
    ILLEGAL_STATE = "ILLEGAL_STATE"
    NOT_ALLOWED_FOR_STAGE = "NOT_ALLOWED_FOR_STAGE"
    OUT_OF_WINDOW = "OUT_OF_WINDOW"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    SELF_APPROVAL = "SELF_APPROVAL"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"


class Problem(Struct, frozen=True):
    """One thing wrong with an input: a sentence for people and the path of the field that it is about."""

    code: UserErrorCode
    message: str
    path: Path

    def under(self, *prefix: str) -> "Problem":
        """The same problem seen from further up: `prefix` goes before its path."""
        return Problem(self.code, self.message, (*prefix, *self.path))


class Failure(Exception):
    """A declared failure: it becomes a typed error in the payload. Whatever is not a Failure is a bug."""

    code: ClassVar[UserErrorCode]

    def __init__(self, message: str, path: Path = ("input",)) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class NotFound(Failure):
    """There is no such object, or none that the viewer may see: the two answer alike."""

    code = UserErrorCode.NOT_FOUND

    def __init__(self, noun: str, path: Path) -> None:
        super().__init__(f"This {noun} does not exist.", path)
        self.noun = noun


class IllegalState(Failure):
    """The state of an object does not allow this."""

    code = UserErrorCode.ILLEGAL_STATE


class SelfApproval(Failure):
    """Four eyes: nobody decides about their own request."""

    code = UserErrorCode.SELF_APPROVAL


class InvalidInput(Failure):
    """Everything that is wrong with one input, together, so that a form can show all of it at once."""

    code = UserErrorCode.INVALID

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems
