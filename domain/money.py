"""Currencies that money can be in."""

from functools import cache
from typing import Final

from babel import Locale
from babel.numbers import get_territory_currencies

_ENGLISH: Final = "en"


def is_currency(code: str) -> bool:
    """Whether a text is the code of a currency of ISO 4217 that is legal tender somewhere today."""
    return code in _currencies()


@cache
def _currencies() -> frozenset[str]:
    territories = [str(code) for code in Locale(_ENGLISH).territories if str(code).isalpha()]
    return frozenset(code for territory in territories for code in get_territory_currencies(territory))
