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
