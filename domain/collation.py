"""The order of names: the Unicode Collation Algorithm, with its default table for all languages.

https://www.unicode.org/reports/tr10/. Names are compared by letters first, then by accents, and then by case. Spaces
and punctuation come before letters.
"""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

from pyuca.collator import Collator_10_0_0 as Collator  # type: ignore[import-untyped]

# In bytes. Some characters expand to 18 others, and an index of PostgreSQL takes 2,704 bytes.
LONGEST_SORT_KEY: Final = 1_000
# In characters: what comes after does not fit into the key of any usual name.
_COMPARED: Final = 250
_WORDS: Final = 16_384
# The lowest weights of the second and third level; nearly all characters have them.
_PLAIN_ACCENT: Final = 0x20
_PLAIN_CASE: Final = 0x02
_LARGEST_BYTE: Final = 0xFF

_Levels = tuple[bytes, bytes, bytes]


def sort_key(name: str) -> bytes:
    """Return bytes that sort as the name does. Names that differ in invisible characters only have the same key."""
    words = [_weigh(word) for word in name[:_COMPARED].split(" ")]
    space = _weigh(" ")
    letters, accents, cases = (space[level].join([word[level] for word in words]) for level in range(3))
    # A zero ends a level: it is less than each byte that begins a weight. Trailing plain weights decide nothing.
    ends = (accents.rstrip(bytes([_encode(_PLAIN_ACCENT)])), cases.rstrip(bytes([_PLAIN_CASE])))
    return b"\0".join([letters, *ends])[:LONGEST_SORT_KEY]


def sort_names(names: Iterable[str]) -> list[str]:
    """Sort names; those that sort alike are sorted by their characters, so that the order is always the same."""
    return sorted(names, key=lambda name: (sort_key(name), name))


@cache
def _collator() -> Collator:
    """The table, loaded when the first name is weighed: it takes 0.15 s and 10 MB."""
    return Collator()


@lru_cache(maxsize=_WORDS)
def _weigh(word: str) -> _Levels:
    """Return the weights of a word on each level. No character combines with a space, so words are independent."""
    if len(word) > 1 and word.isascii():
        # No ASCII characters combine with each other. Most names are new words of these few characters.
        letters, accents, cases = zip(*map(_weigh, word), strict=True)
        return b"".join(letters), b"".join(accents), b"".join(cases)
    weights = _collator().sort_key(word)
    first = weights.index(0)
    second = weights.index(0, first + 1)
    third = weights.index(0, second + 1)
    return (
        b"".join(weight.to_bytes(2) for weight in weights[:first]),
        bytes(_encode(weight) for weight in weights[first + 1 : second]),
        bytes(weights[second + 1 : third]),
    )


def _encode(accent: int) -> int:
    """Fit the weight of an accent into one byte that is not zero: version 10 of the table has 0x20 to 0x115."""
    return min(accent - _PLAIN_ACCENT + 1, _LARGEST_BYTE)
