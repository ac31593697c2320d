"""The written form of coupon codes: a 64-bit value as 13 characters and a check character, `XXXX-XXXX-XXXX-XX`."""

import string
import unicodedata
from operator import mul
from typing import Final

from domain.coupons.failures import CodeFault, InvalidCode
from domain.text import to_ascii_digits

# Without characters that people confuse: 0 and O, 1 and I and L. Their number is a prime, so that the check character
# can catch every error below.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BASE: Final = len(ALPHABET)
VALUE_DIGITS: Final = 13
CODE_LENGTH: Final = VALUE_DIGITS + 1
VALUE_LIMIT: Final = 2**64
# Longer texts are rejected unread.
LONGEST_TEXT: Final = 100

_PAIR: Final = BASE * BASE
_PAIRS: Final = tuple(first + second for first in ALPHABET for second in ALPHABET)
# The powers of a primitive root of 31. No two of the 14 are equal, so the weighted sum of a code changes with every
# single character, and with every swap of two different characters, adjacent or not.
_WEIGHTS: Final = tuple(3**place % BASE for place in range(CODE_LENGTH))
_PAIR_WEIGHTS: Final = _WEIGHTS[0 : VALUE_DIGITS - 1 : 2]
# For two characters, the weighted sum relative to the weight of the first.
_PAIR_SUMS: Final = tuple((first + 3 * second) % BASE for first in range(BASE) for second in range(BASE))
# The check character completes the weighted sum to a multiple of 31; it is negated, and divided by its own weight.
_CHECKS: Final = tuple(ALPHABET[-total * pow(_WEIGHTS[-1], -1, BASE) % BASE] for total in range(BASE))
_DIGITS: Final = {mark: digit for digit, mark in enumerate(ALPHABET)}
# The digits that Python reads in the same base.
_PYTHON_DIGITS: Final = str.maketrans(ALPHABET, (string.digits + string.ascii_lowercase)[:BASE])
_CAPITALS: Final = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
_CONFUSED: Final = frozenset("0O1IL")
_MINUS: Final = "\u2212"


def write_code(value: int) -> str:
    """Write a value below 2^64 as a code."""
    w0, w1, w2, w3, w4, w5 = _PAIR_WEIGHTS
    rest, last = divmod(value, BASE)
    rest, f = divmod(rest, _PAIR)
    rest, e = divmod(rest, _PAIR)
    rest, d = divmod(rest, _PAIR)
    rest, c = divmod(rest, _PAIR)
    a, b = divmod(rest, _PAIR)
    sums, pairs = _PAIR_SUMS, _PAIRS
    total = (
        w0 * sums[a]
        + w1 * sums[b]
        + w2 * sums[c]
        + w3 * sums[d]
        + w4 * sums[e]
        + w5 * sums[f]
        + _WEIGHTS[VALUE_DIGITS - 1] * last
    )
    return f"{pairs[a]}{pairs[b]}-{pairs[c]}{pairs[d]}-{pairs[e]}{pairs[f]}-{ALPHABET[last]}{_CHECKS[total % BASE]}"


def read_code(text: str) -> int:
    """Return the value below 2^64 that a code writes.

    Lower case, spaces, dashes of any kind, and digits of any script are accepted. Raises InvalidCode.
    """
    if len(text) > LONGEST_TEXT:
        raise InvalidCode(CodeFault.LENGTH, _wrong_length("many more"))
    marks = _significant(text)
    foreign = marks.strip(ALPHABET) if marks.isascii() else marks
    if foreign and (unknown := [mark for mark in foreign if mark not in _DIGITS]):
        raise InvalidCode(CodeFault.CHARACTER, _wrong_character(unknown[0]))
    if len(marks) != CODE_LENGTH:
        raise InvalidCode(CodeFault.LENGTH, _wrong_length(str(len(marks))))
    if sum(map(mul, _WEIGHTS, map(_DIGITS.__getitem__, marks))) % BASE:
        message = "This code has a typing error: a character is wrong, or two are swapped. Compare it with the coupon."
        raise InvalidCode(CodeFault.CHECK, message)
    value = int(marks[:VALUE_DIGITS].translate(_PYTHON_DIGITS), BASE)
    if value >= VALUE_LIMIT:
        raise unknown_code()
    return value


def unknown_code() -> InvalidCode:
    """The failure for a code that is written correctly but belongs to no coupon."""
    return InvalidCode(CodeFault.UNKNOWN, "No coupon has this code. Compare it with the coupon.")


def mask_code(code: str) -> str:
    """Hide a code, except for its last two characters, from people who may not see it."""
    return f"••••-••••-••••-{code[-2:]}"


def _significant(text: str) -> str:
    """The characters of a code as it was meant, without spaces and dashes."""
    if text.isascii():
        return "".join(text.upper().replace("-", " ").split())
    marks = to_ascii_digits(text).translate(_CAPITALS)
    return "".join(mark for mark in marks if not (mark.isspace() or _is_dash(mark)))


def _is_dash(mark: str) -> bool:
    return mark == _MINUS or unicodedata.category(mark) == "Pd"


def _wrong_character(mark: str) -> str:
    if mark in _CONFUSED:
        return f"Codes never contain 0, O, 1, I, or L, and this one contains {mark}. Compare it with the coupon."
    shown = f"“{mark}”" if mark.isprintable() else "a character that cannot be shown"
    return f"Codes contain only letters and digits, and this one contains {shown}. Compare it with the coupon."


def _wrong_length(count: str) -> str:
    return f"A code has {CODE_LENGTH} letters and digits, and this one has {count}. Compare it with the coupon."
