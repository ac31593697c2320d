"""Declared failures of defining, submitting and approving a scheme; each carries its data and builds its sentence."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.calendar import Calendar
from domain.failures import Failure, UserErrorCode
from domain.schemes.content import FieldDifference, field_label
from domain.schemes.stages import WizardStepKind

SCHEME_PATH: Final = ("input", "schemeId")
HASH_PATH: Final = ("input", "contentHash")


class RevisionOpen(Failure):
    """The scheme has an undecided revision, and may have only one at a time."""

    code = UserErrorCode.CONFLICT

    def __init__(self, *, number: int, opened_by: str, opened_at: datetime, calendar: Calendar) -> None:
        self.number = number
        self.opened_by = opened_by
        self.opened_at = opened_at
        what = f"{opened_by} opened revision {number} on {calendar.format_moment(opened_at)}"
        super().__init__(f"{what}, and it is still undecided. Continue with that revision.", SCHEME_PATH)


class TimePassed(Failure):
    """The time at which the revision should take effect passed before an approver approved it."""

    code = UserErrorCode.OUT_OF_WINDOW

    def __init__(self, effective_at: datetime, advice: str, *, calendar: Calendar) -> None:
        self.effective_at = effective_at
        when = calendar.format_moment(effective_at)
        super().__init__(
            f"The revision was scheduled to take effect on {when}, which has passed. {advice}.", SCHEME_PATH
        )


class WarningsNotAcknowledged(Failure):
    """The review has warnings and the submission does not acknowledge them."""

    code = UserErrorCode.REQUIRED

    def __init__(self, messages: Sequence[str]) -> None:
        self.warnings = tuple(messages)
        sentence = f"Acknowledge the warnings of the review first: {' '.join(messages)}"
        super().__init__(sentence, ("input", "acknowledgeWarnings"))


class VersionConflict(Failure):
    """Another person saved the step after the editor read it."""

    code = UserErrorCode.VERSION_CONFLICT

    def __init__(  # noqa: PLR0913 - the data of the failure, by name
        self,
        *,
        step: WizardStepKind,
        expected_version: int,
        current_version: int,
        changed_by: UUID | None,
        changed_by_name: str | None,
        changed_at: datetime,
        changes: Sequence[FieldDifference],
    ) -> None:
        self.expected_version = expected_version
        self.current_version = current_version
        self.changed_by = changed_by
        self.changed_at = changed_at
        self.changes = tuple(changes)
        what = f"“{step.label}”"
        if changed_by_name is None:
            message = (
                f"The step {what} is at version {current_version}, not {expected_version}. Reload it and save again."
            )
        else:
            message = (
                f"{changed_by_name} saved {what} in the meantime (version {current_version}; "
                f"you had {expected_version}). Review the changes and save again."
            )
        super().__init__(message, ("input", "expectedVersion"))


class ContentChanged(Failure):
    """The hash in the input is not the current hash of the scheme."""

    code = UserErrorCode.CONTENT_CHANGED

    def __init__(self, *, named_hash: str, current_hash: str, changes: Sequence[FieldDifference]) -> None:
        self.named_hash = named_hash
        self.current_hash = current_hash
        self.changes = tuple(changes)
        fields = ", ".join(field_label(change.field) for change in changes)
        detail = f" Changed since the submission: {fields}." if fields else ""
        super().__init__(f"The scheme changed after you reviewed it.{detail} Review it again.", HASH_PATH)
