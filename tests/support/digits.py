"""Digits of all scripts, and texts in which they stand for the digits 0 to 9."""

import sys
import unicodedata
from typing import Final

from hypothesis import strategies as st

# Each numeral system of Unicode has its ten digits in a row: Arabic, Devanagari, fullwidth, mathematical ones, ….
ZEROS: Final = tuple(
    mark for mark in map(chr, range(sys.maxunicode + 1)) if unicodedata.decimal(mark, None) == 0 and mark != "0"
)
# Python calls these digits or numbers, too, although they are no decimal digits.
OTHER_NUMBERS: Final = ("²", "①", "½", "五", "Ⅷ", "௰")


def in_script(text: str, zero: str) -> str:
    """The same text with the digits of the script that has this zero."""
    return "".join(chr(ord(zero) + int(mark)) if mark in "0123456789" else mark for mark in text)


def with_other_digits(text: str) -> st.SearchStrategy[str]:
    """The text with at least one digit in another script."""
    places = [index for index, mark in enumerate(text) if mark in "0123456789"]
    changes = st.dictionaries(st.sampled_from(places), st.sampled_from(ZEROS), min_size=1)
    return changes.map(lambda zeros: "".join(in_script(mark, zeros.get(index, "0")) for index, mark in enumerate(text)))
