"""Reads the values of a sale from the texts of a file (R20)."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from domain.checks import text_problems
from domain.imports.reasons import state_problems
from domain.sales.facts import EXTERNAL_ID_LENGTH
from domain.sales.reports import ReportedLine, line_problems
from domain.timestamps import Malformed

_NUMBER: Final = re.compile(r"-?[0-9]{1,15}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,10})?")
_LARGEST_REVISION: Final = 2**31 - 1
# Files have few different products, quantities, and prices. Longer texts are no values, or rare ones.
_CACHED: Final = 20_000
_CACHED_LENGTH: Final = 100


class MalformedValue(Exception):
    """A text is no value of its column; the sentence says why."""


def read_line(sku: str, quantity: str, price: str, currency: str) -> ReportedLine | str:
    """Read a line of a sale, or say what is wrong with it by itself."""
    is_short = len(sku) + len(quantity) + len(price) + len(currency) <= _CACHED_LENGTH
    return (_read_short_line if is_short else _read_line)(sku, quantity, price, currency)


def _read_line(sku: str, quantity: str, price: str, currency: str) -> ReportedLine | str:
    units = quantity.strip()
    if _NUMBER.fullmatch(units) is None:
        return "The quantity is not a whole number. Write it with digits, like 12 or -3."
    line = ReportedLine(sku.strip(), int(units), unit_price=read_price(price.strip()), currency=currency.strip())
    return state_problems(line_problems(line)) or line


_read_short_line: Final = lru_cache(_CACHED)(_read_line)


def read_id(text: str) -> str | None:
    """Return the external ID in a cell; None if it is none."""
    external_id = text.strip()
    if 0 < len(external_id) <= EXTERNAL_ID_LENGTH[1] and external_id.isprintable():
        return external_id
    has_problems = any(text_problems(external_id, ("externalId",), "The external ID", EXTERNAL_ID_LENGTH))
    return None if has_problems else external_id


def read_price(text: str) -> Decimal | Malformed:
    """Read a price, or say what is wrong with it."""
    return (_read_short_price if len(text) <= _CACHED_LENGTH else _read_price)(text)


def _read_price(text: str) -> Decimal | Malformed:
    if _DECIMAL.fullmatch(text) is None:
        return Malformed('The price is not a number. Write it like "12.50": with a point, and without separators.')
    return Decimal(text)


_read_short_price: Final = lru_cache(_CACHED)(_read_price)


def read_revision(text: str) -> int | None:
    """Read a revision; None if there is none. Raises MalformedValue."""
    if not text:
        return None
    number = int(text) if _NUMBER.fullmatch(text) is not None else 0
    if not 1 <= number <= _LARGEST_REVISION:
        raise MalformedValue(f"The revision is not a whole number from 1 to {_LARGEST_REVISION:,}.")
    return number
