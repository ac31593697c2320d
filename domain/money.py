"""Amounts of money, and the currencies that they can be in."""

from decimal import Decimal
from functools import cache
from typing import Final

from babel import Locale
from babel.numbers import get_currency_precision, get_territory_currencies
from msgspec import Struct

_ENGLISH: Final = "en"


class Money(Struct, frozen=True):
    """An amount in a currency of ISO 4217."""

    amount: Decimal
    currency: str

    @property
    def plain(self) -> "Money":
        """The same amount without trailing zeros and without an exponent, so that equal money is written alike."""
        return Money(Decimal(plain_text(self.amount)), self.currency)


def plain_text(amount: Decimal) -> str:
    """Write a number without trailing zeros and without an exponent: 12.50 is 12.5."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_money(money: Money) -> str:
    """Write money in a sentence: “1,250.50 INR”."""
    return f"{money.amount:,f} {money.currency}"


def minor_digits(currency: str | None) -> int:
    """The decimals of the smallest unit of a currency of ISO 4217: 2 for EUR, 0 for JPY; 2 without a currency."""
    return 2 if currency is None else get_currency_precision(currency)


def is_currency(code: str) -> bool:
    """Whether a text is the code of a currency of ISO 4217 that is legal tender somewhere today."""
    return code in _currencies()


@cache
def _currencies() -> frozenset[str]:
    territories = [str(code) for code in Locale(_ENGLISH).territories if str(code).isalpha()]
    return frozenset(code for territory in territories for code in get_territory_currencies(territory))
