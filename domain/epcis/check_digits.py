"""The check digit of GS1 keys."""

import re
from typing import Final

_KEY: Final = re.compile(r"[0-9]{2,20}")


def check_digit(digits: str) -> str:
    """The check digit that completes the digits of a GS1 key: weights 3 and 1 alternate from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def has_check_digit(key: str) -> bool:
    """Whether the last digit of a key is its check digit."""
    return _KEY.fullmatch(key) is not None and check_digit(key[:-1]) == key[-1]
