"""The time zones that a program can have, from the packaged IANA database.

The zones of the operating system are not used: the processes of a deployment may run on hosts with older rules, or with
none, and must agree on when a day begins.
"""

from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped] # it holds data only

from domain.calendar import Calendar
from domain.text import join_words, quote

_SUGGESTIONS: Final = 3
# Of 0 to 1. Names that are less alike mislead: “IST” is not MST.
_LIKENESS: Final = 0.75
# What the database calls a clock that nobody has set.
_UNSET: Final = "Factory"


class UnknownTimeZone(ValueError):
    """The IANA database has no zone of this name; the message suggests similar ones."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{quote(name)} is not a time zone of the IANA database. {_suggest(name)}")


@cache
def list_time_zones() -> frozenset[str]:
    """The names of all zones of the IANA database, such as Asia/Kolkata."""
    return frozenset(files(tzdata).joinpath("zones").read_text(encoding="utf-8").split()) - {_UNSET}


def find_calendar(time_zone: str) -> Calendar:
    """The calendar of an IANA time zone, with the rules of the packaged database. Raises UnknownTimeZone."""
    if time_zone not in list_time_zones():
        raise UnknownTimeZone(time_zone)
    return _load_calendar(time_zone)


# Only names of the list reach the cache, so a client cannot make it grow.
@cache
def _load_calendar(time_zone: str) -> Calendar:
    with files(tzdata).joinpath("zoneinfo", *time_zone.split("/")).open("rb") as file:
        return Calendar(ZoneInfo.from_file(file, key=time_zone))


def _suggest(name: str) -> str:
    similar = get_close_matches(name, sorted(list_time_zones()), n=_SUGGESTIONS, cutoff=_LIKENESS)
    return f"Did you mean {join_words(similar, 'or')}?" if similar else "Write it like Asia/Kolkata."
