"""Declared failures as GraphQL types: an interface with code, sentence and path; a type for each that has data."""

from collections.abc import Callable
from types import ModuleType
from typing import Final, TypeVar

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


UserErrorT = TypeVar("UserErrorT", bound="UserError")
_TYPES: Final[dict[type[Failure], type["UserError"]]] = {}


@strawberry.interface(description="Something that kept a mutation from being carried out; nothing was changed.")
class UserError:
    code: UserErrorCode = leaf("The reason, for programs.")
    message: str = leaf("The reason, as a sentence for people.")
    path: list[str] | None = leaf("Where in the arguments the reason lies, from `input` down; list indices are texts.")


def error_type(
    failure: type[Failure], description: str, *, name: str | None = None
) -> Callable[[type[UserErrorT]], type[UserErrorT]]:
    """Declare the GraphQL type of a failure; it is named like the failure unless there is a `name`.

    A type shows the attributes of the failure: plain fields by name, `computed` and `batched` ones through them.
    """

    def declare(cls: type[UserErrorT]) -> type[UserErrorT]:
        _TYPES[failure] = declared = strawberry.type(cls, name=name or failure.__name__, description=description)
        return declared

    return declare


@error_type(InvalidInput, "A value of the input that was refused.")
class InvalidInputError(UserError):
    """One problem of an input."""


@error_type(Failure, "An action that the state of the object, or the viewer, does not allow.", name="ActionRefused")
class ActionRefused(UserError):
    """A failure without data of its own."""


def error_types(module: ModuleType) -> list[type[UserError]]:
    """The error types that a module declares."""
    return [kind for kind in _TYPES.values() if kind.__module__ == module.__name__]


def user_errors(failure: Failure) -> list[UserError]:
    """The errors that a payload shows for a declared failure: one, or one for each problem of an input."""
    if isinstance(failure, InvalidInput):
        return [
            InvalidInputError(code=problem.code, message=problem.message, path=list(problem.path))
            for problem in failure.problems
        ]
    kind = next(_TYPES[cls] for cls in type(failure).__mro__ if cls in _TYPES)
    # An exception is never a value in GraphQL, so an object of the GraphQL type carries the attributes of the failure.
    error: UserError = object.__new__(kind)
    vars(error).update(vars(failure), code=failure.code, path=list(failure.path))
    return [error]
