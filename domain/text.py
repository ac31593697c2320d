"""Text that people read: whether it can be shown, and how numbers, lists, quotations and reasons are written."""

import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final


def is_visible(text: str) -> bool:
    """Whether a text has a visible character. Joiners and other format characters are invisible on their own."""
    return any(unicodedata.category(mark)[0] not in "CZ" for mark in text)


def has_unprintable(text: str, *, multiline: bool = False) -> bool:
    """Whether a text has control characters or half a surrogate pair; `multiline` allows line breaks and tabs."""
    allowed = "\n\r\t" if multiline else ""
    return any(unicodedata.category(mark) in {"Cc", "Cs"} and mark not in allowed for mark in text)


def to_ascii_digits(text: str) -> str:
    """The same text, of the same length, with the digits 0 to 9 instead of those of other scripts."""
    return "".join(str(unicodedata.decimal(mark, mark)) for mark in text)


# Python raises when it prints far larger integers. No valid rule comes near this one.
_LARGEST_PRINTED: Final = 10**30
# In characters. A reason may be pages long; it is shown in full where it was given.
LONGEST_REASON: Final = 300
_ENDS: Final = (".", "!", "?", "…", ".”", "!”", "?”")


def drop_repeats(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words in order, each once."""
    return tuple(dict.fromkeys(words))


def join_words(words: Sequence[str], conjunction: str) -> str:
    """Write “a”, “a or b”, “a, b or c”."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def format_number(value: int) -> str:
    """Write an integer with thousands separators."""
    return f"{value:,}" if abs(value) < _LARGEST_PRINTED else "a number too large to print"


def format_decimal(value: Decimal) -> str:
    """Write a decimal with thousands separators and without trailing zeros."""
    text = f"{value:,f}" if value.is_finite() and abs(value.adjusted()) < len(str(_LARGEST_PRINTED)) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_count(value: int, singular: str, plural: str | None = None) -> str:
    """Write “1 unit” or “2 units”."""
    return f"{format_number(value)} {singular if value == 1 else plural or f'{singular}s'}"


def format_times(value: int) -> str:
    """Write “once” or “3 times”."""
    return "once" if value == 1 else f"{format_number(value)} times"


def quote(words: str) -> str:
    """Write “words”, with whitespace collapsed to single spaces, so that the quotation stays on one line."""
    return f"“{' '.join(words.split())}”"


def add_reason(sentence: str, reason: str | None) -> str:
    """Write “sentence: reason.” on one line; a long reason is cut off, and without one the sentence stands alone."""
    words = " ".join((reason or "").split())
    if not words:
        return f"{sentence}."
    if len(words) > LONGEST_REASON:
        words = f"{words[: LONGEST_REASON - 1].rstrip()}…"
    return f"{sentence}: {words}{'' if words.endswith(_ENDS) else '.'}"
