"""Errors of schemes that carry data, and the fields that differ."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from domain.schemes.content import FieldDifference
from domain.schemes.failures import ContentChanged, VersionConflict
from resolvers.accounts.loaders import accounts_by_id
from schema.accounts.types import Account
from schema.errors import UserError, user_errors
from schema.fields import batched, leaf
from schema.public_json import public_json


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


ERROR_TYPES = (VersionConflictError, ContentChangedError)
