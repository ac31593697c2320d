"""Text that people read: how it is stored, compared and shown, and its numbers, lists, quotations and reasons."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

# Characters that change how their neighbors are drawn and are not seen themselves: joiners and variation selectors.
_JOINING: Final = re.compile("[\u200c\u200d\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def trim_text(text: str) -> str:
    """Return a text as it is stored: without space around it, and in the composed form of Unicode (NFC)."""
    return unicodedata.normalize("NFC", text).strip()


def text_key(text: str) -> str:
    """Return the key of a text: two texts are the same name, group, category, or address if their keys are equal.

    The key is case-folded and in NFC, its whitespace is single spaces without any around it, and it has no joiners and
    variation selectors. It is for comparison, never for display, and the key of a key is the key. Languages do not
    matter: a dotless i differs from i, and “ß” equals “ss”.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    # Unicode, section 3.13, D145: fold what is decomposed, because some marks fold to letters.
    folded = unicodedata.normalize("NFD", _JOINING.sub("", text)).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def is_visible(text: str) -> bool:
    """Whether a text has a visible character. Joiners and other format characters are invisible on their own."""
    return any(unicodedata.category(mark)[0] not in "CZ" for mark in text)


def has_unprintable(text: str, *, multiline: bool = False) -> bool:
    """Whether a text has control characters or half a surrogate pair; `multiline` allows line breaks and tabs."""
    if text.isprintable():
        return False
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


def shorten(words: str, length: int) -> str:
    """Return a text with at most so many characters; a longer one ends with “…”."""
    return words if len(words) <= length else f"{words[: length - 1]}…"


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
