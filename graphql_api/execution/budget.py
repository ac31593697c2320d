"""The ceiling of one answer. Depth alone does not bound it: lists in lists multiply, whatever the database holds."""

from domain.requests import RequestError


class AnswerTooLarge(RequestError):
    """The answer would have more list entries than any screen needs."""

    code = "COST_LIMIT"

    def __init__(self, entries: int) -> None:
        super().__init__(
            f"The answer is too large: its lists have more than {entries:,} entries. Request shorter lists, or follow "
            "them with another request."
        )


class Budget:
    """The list entries that one answer may still have."""

    def __init__(self, entries: int) -> None:
        self.entries = entries
        self._left = entries

    @property
    def exceeded(self) -> bool:
        """Whether the answer was too large."""
        return self._left < 0

    def spend(self, entries: int) -> None:
        """Count entries before they are answered. Raises AnswerTooLarge."""
        self._left -= entries
        if self._left < 0:
            raise AnswerTooLarge(self.entries)
