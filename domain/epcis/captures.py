"""The capture of documents: what happens to the other events when one is rejected."""

from enum import StrEnum

from msgspec import Struct

from domain.jobs.facts import JobStatus


class ErrorBehavior(StrEnum):
    """What happens to the other events when one is rejected: the values of GS1-Capture-Error-Behaviour."""

    ROLLBACK = "rollback"
    PROCEED = "proceed"


class EventError(Struct, frozen=True):
    """Why an event of a document was rejected. `index` counts from 0, and `code` is one of our error codes."""

    index: int
    event_id: str | None
    code: str
    message: str
    path: tuple[str, ...] = ()


def ending_sentence(status: str | None, error: str | None) -> str:
    """Why a capture ended before all events were tried, by the status and the error of its job."""
    if status == JobStatus.CANCELED:
        return "An account canceled this capture. The events that it had not recorded yet are not recorded."
    return error or "This capture ended before all of its events were recorded. Send the document again."
