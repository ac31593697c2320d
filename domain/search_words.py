"""The words of a text that search finds: folded so that people need not type capitals, accents, or joiners.

Accents are folded for Latin, Greek and Cyrillic letters only. In other scripts marks are vowels or join letters, so
they belong to the word: cutting a Hindi word at its virama would leave letters that nobody searches for.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from domain.text import drop_repeats, text_key

# In characters. Longer words are cut, in stored texts and in searches alike; PostgreSQL takes 2,046 bytes.
LONGEST_WORD: Final = 100
_ASCII_WORD: Final = re.compile("[a-z0-9]+")
_SCRIPTS_WITH_ACCENTS: Final = ("LATIN ", "GREEK ", "CYRILLIC ")
# Letters that people type as others, although Unicode does not compose them of a letter and an accent.
_TYPED_AS: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "ł": "l", "ŧ": "t", "þ": "th"}
)
_CHARACTERS: Final = 4_096


def search_words(text: str) -> tuple[str, ...]:
    """Return the distinct words of a text in their order; a word has at least one letter or digit."""
    if text.isascii():
        found = _ASCII_WORD.findall(text.lower())
    else:
        spaced = "".join(mark if _is_of_word(mark) else " " for mark in _fold(text))
        found = [word for word in spaced.split() if any(map(str.isalnum, word))]
    return drop_repeats(word[:LONGEST_WORD] for word in found)


def _fold(text: str) -> str:
    """Fold case, compatibility forms, joiners, and accents; the result is composed."""
    folded = unicodedata.normalize("NFKD", text_key(text)).casefold().translate(_TYPED_AS)
    kept: list[str] = []
    takes_accents = False
    for mark in unicodedata.normalize("NFKD", folded):
        if not unicodedata.combining(mark):
            takes_accents = _takes_accents(mark)
        elif takes_accents:
            continue
        kept.append(mark)
    return unicodedata.normalize("NFC", "".join(kept))


@lru_cache(maxsize=_CHARACTERS)
def _takes_accents(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_SCRIPTS_WITH_ACCENTS)


@lru_cache(maxsize=_CHARACTERS)
def _is_of_word(mark: str) -> bool:
    """Whether this is a letter, a digit or a mark of a letter."""
    return unicodedata.category(mark)[0] in "LMN"
