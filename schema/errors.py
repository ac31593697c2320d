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
    "Why a mutation failed. Clients branch on the code; people read the message.",
    {
        UserErrorCode.INVALID: "A value has the wrong form or is out of range.",
        UserErrorCode.REQUIRED: "A required value is missing.",
        UserErrorCode.NOT_FOUND: "No object has this ID, or the viewer may not see it.",
        UserErrorCode.DUPLICATE: "A value is repeated, or already belongs to another object.",
        UserErrorCode.CONFLICT: "A value contradicts another value.",
        UserErrorCode.VERSION_CONFLICT: "Another person saved in the meantime.",
        UserErrorCode.CONTENT_CHANGED: "The scheme changed since it was reviewed.",
        UserErrorCode.ILLEGAL_STATE: "The state of the object does not allow the action.",
        UserErrorCode.NOT_ALLOWED_FOR_STAGE: "The stage of the scheme does not allow the action.",
        UserErrorCode.QUANTITY_EXCEEDED: "There are not so many coupons.",
        UserErrorCode.OUT_OF_WINDOW: "The period for the action has not begun or is over.",
        UserErrorCode.OUT_OF_SCOPE: "A rule or choice is outside the scheme.",
        UserErrorCode.SELF_APPROVAL: "Nobody may decide on their own request or approve their own work.",
        UserErrorCode.ARTWORK_BLOCKED: "A vendor asked for a revision of the artwork, which holds the variant.",
        UserErrorCode.COUPON_INVALID: "This is not the code of a coupon.",
        UserErrorCode.COUPON_INERT: "The coupon is not commissioned, so it cannot be used or recalled yet.",
        UserErrorCode.COUPON_REDEEMED: "Another ECP redeemed the coupon before.",
        UserErrorCode.ALREADY_YOURS: "The same ECP redeemed the coupon before.",
        UserErrorCode.COUPON_VOID: "The coupon was spoiled or recalled. It never pays.",
        UserErrorCode.COUPON_HELD: "The coupon was reported missing or lost before it reached a product.",
        UserErrorCode.COUPON_DAMAGED: "The coupon was reported damaged.",
        UserErrorCode.COUPON_EXPIRED: "The coupon could be redeemed only until an earlier day.",
        UserErrorCode.NOT_ENROLLED: "The ECP was not enrolled in the scheme.",
        UserErrorCode.THROTTLED: "There were too many wrong codes or attempts. The error says when to try again.",
        UserErrorCode.LOCKED: "There were too many wrong codes. A program manager must unlock the ECP.",
        UserErrorCode.IDEMPOTENCY_MISMATCH: "The idempotency key was sent before with another input.",
        UserErrorCode.LIMIT_EXCEEDED: "The input exceeds a limit.",
    },
)


UserErrorT = TypeVar("UserErrorT", bound="UserError")
_TYPES: Final[dict[type[Failure], type["UserError"]]] = {}


@strawberry.interface(description="A reason why a mutation failed. The mutation changed nothing.")
class UserError:
    code: UserErrorCode = leaf("The reason as a code for programs.")
    message: str = leaf("The reason as a sentence for people.")
    path: list[str] | None = leaf(
        "The path to the argument that caused the error, starting at `input`. List indexes are strings."
    )


def error_type(
    failure: type[Failure], description: str, *, name: str | None = None
) -> Callable[[type[UserErrorT]], type[UserErrorT]]:
    """Declare the GraphQL type of a failure, named after the failure unless `name` is given.

    A type shows the attributes of the failure: plain fields by name, `computed` and `batched` ones through them.
    """

    def declare(cls: type[UserErrorT]) -> type[UserErrorT]:
        _TYPES[failure] = declared = strawberry.type(cls, name=name or failure.__name__, description=description)
        return declared

    return declare


@error_type(InvalidInput, "An invalid value in the input.")
class InvalidInputError(UserError):
    """One problem of an input."""


@error_type(
    Failure, "The state of the object, or a rule about the viewer, does not allow the action.", name="ActionRefused"
)
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
