"""Declared failures as GraphQL types: an interface with code, sentence and path; a type for each that has data."""

from collections.abc import Iterable
from datetime import datetime
from functools import singledispatch
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from domain.failures import Failure, InvalidInput, UserErrorCode
from domain.schemes.content import FieldDifference
from domain.schemes.failures import ContentChanged, VersionConflict
from resolvers.accounts.read import accounts_by_id
from schema.accounts.types import Account
from schema.descriptions import described
from schema.fields import batched, leaf
from schema.public_json import public_json

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


@strawberry.type(description="A field that differs, with its value before and after.")
class FieldChange:
    """One field that differs."""

    field: str = leaf("The field's name in the input of its step.")
    before: JSON | None = leaf("The value before; ids are global ids.")
    after: JSON | None = leaf("The value after; ids are global ids.")


@strawberry.type(name="VersionConflict", description="Somebody else saved the step since the editor read it.")
class VersionConflictError(UserError):
    """A lost race between two editors."""

    expected_version: int = leaf("The version that the editor had.")
    current_version: int = leaf("The version that the step has now.")
    changed_by: Account | None = batched(
        accounts_by_id, key="changed_by_id", description="Who saved last; null when nobody has saved the step yet."
    )
    changed_at: datetime = leaf("When the step was saved last.")
    changes: list[FieldChange] = leaf(
        "What the others changed, from the version that the editor had to the current one."
    )
    changed_by_id: strawberry.Private[UUID | None] = None


@strawberry.type(name="ContentChanged", description="The scheme changed since it was reviewed or submitted.")
class ContentChangedError(UserError):
    """A hash that is no longer the scheme's."""

    named_hash: str = leaf("The hash that was sent.")
    current_hash: str = leaf("The hash of the scheme as it is; review it before using it.")
    changes: list[FieldChange] = leaf("What changed since the submission, when the scheme has been submitted.")


ERROR_TYPES = (InvalidInputError, ActionRefused, VersionConflictError, ContentChangedError)


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


@user_errors.register
def _(failure: VersionConflict) -> list[UserError]:
    return [
        VersionConflictError(
            code=failure.code,
            message=failure.message,
            path=list(failure.path),
            expected_version=failure.expected_version,
            current_version=failure.current_version,
            changed_by_id=failure.changed_by,
            changed_at=failure.changed_at,
            changes=field_changes(failure.changes),
        )
    ]


@user_errors.register
def _(failure: ContentChanged) -> list[UserError]:
    return [
        ContentChangedError(
            code=failure.code,
            message=failure.message,
            path=list(failure.path),
            named_hash=failure.named_hash,
            current_hash=failure.current_hash,
            changes=field_changes(failure.changes),
        )
    ]


def field_changes(differences: Iterable[FieldDifference]) -> list[FieldChange]:
    """Differences as clients see them."""
    return [
        FieldChange(
            field=difference.field,
            before=public_json(difference.field, difference.before),
            after=public_json(difference.field, difference.after),
        )
        for difference in differences
    ]
