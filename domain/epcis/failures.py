"""Declared failures of the capture of events."""

from domain.failures import Failure, UserErrorCode


class EventConflict(Failure):
    """Another event with this id is recorded."""

    code = UserErrorCode.CONFLICT

    def __init__(self, event_id: str) -> None:
        super().__init__(
            f"Another event with the id {event_id} is recorded. Send this event under an id of its own.", ("eventID",)
        )
        self.event_id = event_id


class DocumentRejected(Failure):
    """Nothing of a document was recorded, because of one event."""

    code = UserErrorCode.INVALID

    def __init__(self, index: int, sentence: str) -> None:
        super().__init__(f"No event of the document was recorded, because of the event with index {index}. {sentence}")
        self.index = index


class DocumentForgotten(Failure):
    """The capture of a document ended so long ago that the document is deleted."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self) -> None:
        super().__init__("The document of this capture is deleted. Send it again.")
