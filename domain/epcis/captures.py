"""The capture of documents: what happens to the other events when one is rejected."""

from enum import StrEnum

from msgspec import Struct


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
