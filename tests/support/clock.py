"""A clock that stands still until a test moves it."""

from datetime import datetime, timedelta


class TestClock:
    """A clock; calling it returns the time."""

    __test__ = False

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The present moment; each call is a microsecond later, so that no two rows are equally old."""
        self.now += timedelta(microseconds=1)
        return self.now

    def advance(self, **delta: float) -> None:
        """Move on by a timedelta's arguments."""
        self.now += timedelta(**delta)
