"""Declared failures of changes to the program."""

from domain.failures import IllegalState


class TimeZoneFixed(IllegalState):
    """Points are posted: a change of the time zone would change the days on which they were earned."""

    def __init__(self, time_zone: str) -> None:
        self.time_zone = time_zone
        super().__init__(
            f"Points have been posted, so the time zone stays {time_zone}: another one would change the days on which "
            "they were earned.",
            ("input", "timeZone"),
        )
