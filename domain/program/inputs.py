"""Validates the settings of the program."""

import re
from collections.abc import Iterator
from typing import Final

from babel import Locale, UnknownLocaleError

from domain.adjustments.facts import LARGEST_POINTS
from domain.checks import NAME_LENGTH, number_problems, text_problems
from domain.failures import Path, Problem, UserErrorCode
from domain.money import is_currency
from domain.program.facts import ProgramSettings
from domain.text import quote
from domain.time_zones import UnknownTimeZone, find_calendar

# In characters. The longest names of the IANA database have 32, and a locale has at most four short parts.
_LONGEST_NAME: Final = 64
_PREFIX: Final = re.compile(r"[0-9]{4,12}")


def program_problems(settings: ProgramSettings) -> Iterator[Problem]:
    """Problems of the settings: a blank name, or a time zone, currency, locale or prefix that cannot exist."""
    yield from text_problems(settings.name, ("name",), "The name of the program", NAME_LENGTH)
    yield from _time_zone_problems(settings.time_zone)
    yield from _currency_problems(settings.currency)
    yield from _locale_problems(settings.locale)
    yield from _prefix_problems(settings.gs1_company_prefix)
    threshold = settings.approval_threshold_points
    path: Path = ("approvalThresholdPoints",)
    yield from number_problems(threshold, path, "The threshold", lowest=0, highest=LARGEST_POINTS)


def _time_zone_problems(time_zone: str) -> Iterator[Problem]:
    path: Path = ("timeZone",)
    length = list(text_problems(time_zone, path, "The time zone", (1, _LONGEST_NAME)))
    yield from length
    if not length:
        try:
            find_calendar(time_zone)
        except UnknownTimeZone as unknown:
            yield Problem(UserErrorCode.INVALID, str(unknown), path)


def _currency_problems(currency: str) -> Iterator[Problem]:
    if not is_currency(currency):
        message = f"{_shown(currency)} is not a currency of ISO 4217. Write it like EUR or INR."
        yield Problem(UserErrorCode.INVALID, message, ("currency",))


def _locale_problems(locale: str) -> Iterator[Problem]:
    if not _is_locale(locale):
        message = f"{_shown(locale)} is not a known locale. Write it like en-IN or de-DE."
        yield Problem(UserErrorCode.INVALID, message, ("locale",))


def _prefix_problems(prefix: str | None) -> Iterator[Problem]:
    if prefix is not None and not _PREFIX.fullmatch(prefix):
        message = f"{_shown(prefix)} is not a GS1 company prefix. It has 4 to 12 digits."
        yield Problem(UserErrorCode.INVALID, message, ("gs1CompanyPrefix",))


def _is_locale(tag: str) -> bool:
    if len(tag) > _LONGEST_NAME:
        return False
    try:
        Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        return False
    return True


def _shown(value: str) -> str:
    return quote(value if len(value) <= _LONGEST_NAME else f"{value[:_LONGEST_NAME]}…")
