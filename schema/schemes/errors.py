"""Errors of schemes that carry data."""

from datetime import datetime

from domain.schemes.failures import ContentChanged, VersionConflict
from resolvers.accounts.loaders import accounts_by_id
from schema.accounts.types import Account
from schema.errors import UserError, error_type
from schema.fields import batched, leaf
from schema.schemes.change_types import FieldChange


@error_type(VersionConflict, "Another person saved the step after the editor read it.")
class VersionConflictError(UserError):
    expected_version: int = leaf("The version that the input expected.")
    current_version: int = leaf("The current version of the step.")
    changed_by: Account | None = batched(
        accounts_by_id,
        key="changed_by",
        description="The account that last saved the step. Null if the step was never saved.",
    )
    changed_at: datetime = leaf("When the step was last saved.")
    changes: list[FieldChange] = leaf("What others changed between the expected and the current version.")


@error_type(ContentChanged, "The scheme changed since it was reviewed or submitted.")
class ContentChangedError(UserError):
    named_hash: str = leaf("The hash in the input.")
    current_hash: str = leaf("The current hash of the scheme. Review the scheme before using it.")
    changes: list[FieldChange] = leaf("What changed since the submission, if the scheme was submitted.")
