"""Files and lists that `tessera init` loads: tiers, and geographies down to cities or the countries of the world."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from babel import Locale
from msgspec import Struct

from domain.catalog.facts import GeographyLevel
from graphql_api.commands import CommandRejected

# A file with more rows is no list of tiers or places that somebody typed.
ROWS_LIMIT: Final = 20_000
RowT = TypeVar("RowT")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_RANK: Final = re.compile(r"[0-9]{1,4}")
# Codes of two letters in CLDR that are no countries of ISO 3166-1: groups, parts of countries, and tests.
# The standard has no code for Kosovo, which is listed as XK.
_NO_COUNTRIES: Final = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


class TierLine(Struct, frozen=True):
    """A tier in a file."""

    code: str
    name: str
    rank: int


class PlaceLine(Struct, frozen=True):
    """A geography in a file; `parent` is the code of the place that it lies in."""

    code: str
    name: str
    level: GeographyLevel
    parent: str | None


def read_tiers(path: Path) -> list[TierLine]:
    """Read tiers from a CSV file with the columns code, name, and rank. Raises CommandRejected."""
    return list(_read(path, ("code", "name", "rank"), _tier))


def read_places(path: Path) -> list[PlaceLine]:
    """Read geographies from a CSV file with the columns code, name, level, and parent, countries first.

    Raises CommandRejected.
    """
    places = list(_read(path, ("code", "name", "level", "parent"), _place))
    return sorted(places, key=lambda place: list(GeographyLevel).index(place.level))


def countries(locale: str) -> list[PlaceLine]:
    """List the countries of the world with their names in the language of a locale such as en-IN."""
    names = Locale.parse(locale, sep="-").territories
    return [
        PlaceLine(code=code, name=str(name), level=GeographyLevel.COUNTRY, parent=None)
        for code, name in sorted(names.items())
        if _COUNTRY.fullmatch(code) and code not in _NO_COUNTRIES
    ]


def _read(path: Path, columns: tuple[str, ...], row_of: Callable[[dict[str, str]], RowT]) -> Iterator[RowT]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            header = [(name or "").strip().lower() for name in reader.fieldnames or ()]
            if set(header) != {*columns}:
                found = ", ".join(header) or "nothing"
                message = f"{path} begins with {found}; write the columns {', '.join(columns)}."
                raise CommandRejected(message)
            reader.fieldnames = header
            for count, given in enumerate(reader, start=1):
                if count > ROWS_LIMIT:
                    message = f"{path} has more than {ROWS_LIMIT:,} rows. Load the rest with another run."
                    raise CommandRejected(message)
                yield _row(path, reader.line_num, given, row_of)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"{path} cannot be read as CSV in UTF-8: {error}."
        raise CommandRejected(message) from error


def _row(path: Path, line: int, given: dict[str, str], row_of: Callable[[dict[str, str]], RowT]) -> RowT:
    if None in given or None in given.values():
        message = f"Line {line} of {path} has not as many columns as the header."
        raise CommandRejected(message)
    try:
        return row_of({name: value.strip() for name, value in given.items()})
    except ValueError as error:
        message = f"Line {line} of {path}: {error}"
        raise CommandRejected(message) from error


def _tier(given: dict[str, str]) -> TierLine:
    if _RANK.fullmatch(given["rank"]) is None:
        message = f"“{given['rank']}” is no rank: write a whole number, 1 for the lowest tier."
        raise ValueError(message)
    return TierLine(given["code"], given["name"], int(given["rank"]))


def _place(given: dict[str, str]) -> PlaceLine:
    level = given["level"].upper()
    if level not in GeographyLevel.__members__:
        message = f"“{given['level']}” is no level: write COUNTRY, REGION, or CITY."
        raise ValueError(message)
    parent = given["parent"] or None
    return PlaceLine(code=given["code"], name=given["name"], level=GeographyLevel(level), parent=parent)
