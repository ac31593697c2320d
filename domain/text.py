"""Text that people read: what counts as visible, and how numbers, lists, quotations, and reasons are written."""

import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final


def is_visible(text: str) -> bool:
    """Whether a text has anything to see: joiners and the like are part of words, but alone nobody sees them."""
    return any(unicodedata.category(mark)[0] not in "CZ" for mark in text)


def has_unprintable(text: str, *, lines: bool = False) -> bool:
    """Whether a text has control characters or half a surrogate pair; `lines` allows line breaks and tabs."""
    allowed = "\n\r\t" if lines else ""
    return any(unicodedata.category(mark) in {"Cc", "Cs"} and mark not in allowed for mark in text)


# Python refuses to print far larger integers; no rule that passed validation comes near this one.
LARGEST_PRINTED: Final = 10**30
# A reason may be pages long; where it was given it is told in full.
LONGEST_REASON: Final = 300
_ENDS: Final = (".", "!", "?", "…", ".”", "!”", "?”")


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words in order, without those already said."""
    return tuple(dict.fromkeys(words))


def listing(words: Sequence[str], conjunction: str) -> str:
    """Write “a”, “a or b”, “a, b or c”."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def number(value: int) -> str:
    """Write an integer with thousands separators."""
    return f"{value:,}" if abs(value) < LARGEST_PRINTED else "a number too large to print"


def decimal(value: Decimal) -> str:
    """Write a decimal with thousands separators and without trailing zeros."""
    text = f"{value:,f}" if value.is_finite() and abs(value.adjusted()) < len(str(LARGEST_PRINTED)) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(value: int, singular: str, plural: str | None = None) -> str:
    """Write “1 unit” or “2 units”."""
    return f"{number(value)} {singular if value == 1 else plural or f'{singular}s'}"


def times(value: int) -> str:
    """Write “once” or “3 times”."""
    return "once" if value == 1 else f"{number(value)} times"


def quoted(words: str) -> str:
    """Write “words”, with whitespace collapsed, so that it stays in one piece in a sentence."""
    return f"“{' '.join(words.split())}”"


def explained(sentence: str, reason: str | None) -> str:
    """Write “sentence: reason” on one line, with a long reason cut off; without a reason the sentence alone."""
    words = " ".join((reason or "").split())
    if not words:
        return f"{sentence}."
    if len(words) > LONGEST_REASON:
        words = f"{words[: LONGEST_REASON - 1].rstrip()}…"
    return f"{sentence}: {words}{'' if words.endswith(_ENDS) else '.'}"
