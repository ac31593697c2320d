"""The actions that the state of an import allows, and to whom."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.failures import Failure
from domain.guards import Guards, first_failure
from domain.imports.facts import ImportStatus
from domain.imports.failures import ImportEnded, ImportNotRetryable, ImportOfAnother
from domain.permissions import Permission
from domain.viewers import Viewer

_OPEN: Final = frozenset({ImportStatus.QUEUED, ImportStatus.RUNNING})
_NOT_RETRYABLE: Final = {
    ImportStatus.QUEUED: "This import is already waiting to run.",
    ImportStatus.RUNNING: "This import is running.",
    ImportStatus.SUCCEEDED: "This import has finished, so there is nothing to retry.",
}
_REJECTED: Final = "The file of this import was rejected as a whole. Correct the file and import it again."
_FORGOTTEN: Final = "This import ended too long ago to continue. Import the file again."


class ImportAction(StrEnum):
    """What a viewer can do to an import."""

    CANCEL = "CANCEL"
    RETRY = "RETRY"


class ImportFacts(Struct, frozen=True, kw_only=True):
    """What decides about actions.

    The job is deleted a while after the end, and the file later. A file that was rejected as a whole stays rejected.
    """

    owner_id: UUID
    status: ImportStatus
    has_job: bool
    is_rejected: bool
    keeps_file: bool


def _own_or_managed(facts: ImportFacts, viewer: Viewer) -> Failure | None:
    may = facts.owner_id == viewer.account_id or viewer.may(Permission.SALE_REPAIR)
    return None if may else ImportOfAnother()


def _cancel(facts: ImportFacts, _viewer: Viewer) -> Failure | None:
    return None if facts.status in _OPEN else ImportEnded(facts.status)


def _retry(facts: ImportFacts, _viewer: Viewer) -> Failure | None:
    message = _NOT_RETRYABLE.get(facts.status)
    if message is None and facts.is_rejected:
        message = _REJECTED
    if message is None and not (facts.has_job and facts.keeps_file):
        message = _FORGOTTEN
    return None if message is None else ImportNotRetryable(message)


IMPORT_GUARDS: Final = Guards(
    ImportAction,
    {
        ImportAction.CANCEL: (Permission.SALE_READ, first_failure(_own_or_managed, _cancel)),
        ImportAction.RETRY: (Permission.SALE_READ, first_failure(_own_or_managed, _retry)),
    },
)
