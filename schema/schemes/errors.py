"""Errors of schemes that carry data."""

from datetime import datetime

from domain.schemes.failures import ContentChanged, VersionConflict
from resolvers.accounts.loaders import accounts_by_id
from schema.accounts.types import Account
from schema.errors import UserError, error_type
from schema.fields import batched, leaf
from schema.schemes.change_types import FieldChange


@error_type(VersionConflict, "Somebody else saved the step since the editor read it.")
class VersionConflictError(UserError):
    expected_version: int = leaf("The version that the editor had.")
    current_version: int = leaf("The version that the step has now.")
    changed_by: Account | None = batched(
        accounts_by_id, key="changed_by", description="Who saved last; null when nobody has saved the step yet."
    )
    changed_at: datetime = leaf("When the step was saved last.")
    changes: list[FieldChange] = leaf(
        "What the others changed, from the version that the editor had to the current one."
    )


@error_type(ContentChanged, "The scheme changed since it was reviewed or submitted.")
class ContentChangedError(UserError):
    named_hash: str = leaf("The hash that was sent.")
    current_hash: str = leaf("The hash of the scheme as it is; review it before using it.")
    changes: list[FieldChange] = leaf("What changed since the submission, when the scheme has been submitted.")
