"""Declared failures as GraphQL types: an interface with code, sentence and path; a type for each that has data."""

from functools import singledispatch

import strawberry

from domain.failures import Failure, InvalidInput, UserErrorCode
from schema.descriptions import described
from schema.fields import leaf

described(
    UserErrorCode,
    "Why a mutation was refused; clients branch on it, people read the message beside it.",
    {
        UserErrorCode.INVALID: "A value has the wrong form or is out of its range.",
        UserErrorCode.REQUIRED: "A value is missing.",
        UserErrorCode.NOT_FOUND: "What an id names does not exist, or the viewer may not see it.",
        UserErrorCode.DUPLICATE: "A value is given twice, or belongs to something else already.",
        UserErrorCode.CONFLICT: "A value contradicts another one.",
        UserErrorCode.VERSION_CONFLICT: "Somebody else saved in the meantime.",
        UserErrorCode.CONTENT_CHANGED: "The scheme is not the one that was reviewed.",
        UserErrorCode.ILLEGAL_STATE: "The state of the object does not allow this.",
        UserErrorCode.NOT_ALLOWED_FOR_STAGE: "The stage of the scheme does not allow this.",
        UserErrorCode.OUT_OF_WINDOW: "The days on which this can be done have not come, or are over.",
        UserErrorCode.OUT_OF_SCOPE: "A rule or choice lies outside the scheme.",
        UserErrorCode.SELF_APPROVAL: "Nobody approves what they submitted themselves.",
        UserErrorCode.LIMIT_EXCEEDED: "There are too many of something.",
    },
)


@strawberry.interface(description="Something that kept a mutation from being carried out; nothing was changed.")
class UserError:
    """What every declared failure tells."""

    code: UserErrorCode = leaf("The reason, for programs.")
    message: str = leaf("The reason, as a sentence for people.")
    path: list[str] | None = leaf("Where in the arguments the reason lies, from `input` down; list indices are texts.")


@strawberry.type(name="InvalidInput", description="A value of the input that was refused.")
class InvalidInputError(UserError):
    """One problem of an input."""


@strawberry.type(description="An action that the state of the object, or who asks, does not allow.")
class ActionRefused(UserError):
    """A failure without data of its own."""


ERROR_TYPES = (InvalidInputError, ActionRefused)


@singledispatch
def user_errors(failure: Failure) -> list[UserError]:
    """The errors that a payload shows for a declared failure."""
    return [ActionRefused(code=failure.code, message=failure.message, path=list(failure.path))]


@user_errors.register
def _(failure: InvalidInput) -> list[UserError]:
    return [
        InvalidInputError(code=problem.code, message=problem.message, path=list(problem.path))
        for problem in failure.problems
    ]
