"""Characters that nobody sees: where they shape visible neighbors, and where they only disguise a text.

Controls of direction make “txt.exe” read “exe.txt”, and a zero-width space makes two equal names differ. Joiners,
variation selectors and tags are needed to write Persian, the scripts of India, and emoji; they are valid exactly
there. Compare Unicode Technical Standard 39, section 3.1.1, and RFC 5892, appendix A.1 and A.2.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_NONJOINER: Final = "\u200c"
_JOINER: Final = "\u200d"
_EMOJI_STYLE: Final = "\ufe0f"
# A flag of a region, such as Scotland: a black flag, tag characters, and the tag that ends them.
_TAGGED_FLAG: Final = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,32}\U000e007f")
_VIRAMA: Final = 9
# Format characters that are drawn: signs before numbers, and the mark of abbreviation in Syriac.
_DRAWN: Final = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# Letters, marks and symbols that look like nothing: a grapheme joiner, Hangul fillers, Khmer vowels, blank Braille.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_LINE_ENDS: Final = frozenset("\u2028\u2029")
_JOINED_SCRIPTS: Final = frozenset(
    {"ARABIC", "BENGALI", "DEVANAGARI", "GUJARATI", "GURMUKHI", "KANNADA", "KHMER", "MALAYALAM", "MANDAIC", "MONGOLIAN"}
    | {"MYANMAR", "NKO", "ORIYA", "SINHALA", "SYRIAC", "TAMIL", "TELUGU", "TIBETAN"}
)
_KEYCAPS: Final = frozenset("0123456789#*")
# Letters and punctuation that have an emoji form: information, double exclamation, exclamation question, dashes.
_DUAL_STYLE: Final = frozenset("\u2139\u203c\u2049\u3030\u303d")
_SKIN_TONES: Final = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_CHARACTERS: Final = 4_096


def find_invisible(text: str) -> int | None:
    """Find the first character that is invisible and not valid between its neighbors. None if there is no such one."""
    if text.isascii() or not any(_is_invisible(mark) for mark in text):
        return None
    # What a flag of a region consists of is valid as a whole; the flag stays for what follows it.
    shown = _TAGGED_FLAG.sub(lambda flag: "\U0001f3f4" * len(flag.group()), text)
    return next((at for at, mark in enumerate(shown) if _is_invisible(mark) and not _is_valid(shown, at)), None)


@lru_cache(maxsize=_CHARACTERS)
def _is_invisible(mark: str) -> bool:
    is_format = unicodedata.category(mark) == "Cf" and mark not in _DRAWN
    return is_format or mark in _BLANK or mark in _LINE_ENDS or _is_selector(mark)


def _is_selector(mark: str) -> bool:
    return "\ufe00" <= mark <= "\ufe0f" or "\U000e0100" <= mark <= "\U000e01ef" or mark in "\u180b\u180c\u180d\u180f"


def _is_valid(text: str, at: int) -> bool:
    before, mark, after = text[at - 1 : at], text[at], text[at + 1 : at + 2]
    if not before:
        return False
    if mark in {_JOINER, _NONJOINER}:
        return _joins_letters(before, after) or (mark == _JOINER and _joins_emoji(before, after))
    return _is_selector(mark) and _selects(before, mark)


def _joins_letters(before: str, after: str) -> bool:
    """Whether a joiner is after a virama, or between letters or marks of a script whose letters join."""
    if unicodedata.combining(before) == _VIRAMA:
        return True
    return bool(after) and _script(before) in _JOINED_SCRIPTS and _script(before) == _script(after)


def _joins_emoji(before: str, after: str) -> bool:
    return (before == _EMOJI_STYLE or before in _SKIN_TONES or _is_symbol(before)) and bool(after) and _is_symbol(after)


def _selects(before: str, mark: str) -> bool:
    """Whether a selector chooses a form of the character before it."""
    if mark in "\ufe0e\ufe0f":
        return before in _KEYCAPS or before in _DUAL_STYLE or _is_symbol(before)
    if mark in "\u180b\u180c\u180d\u180f":
        return _script(before) == "MONGOLIAN"
    return _script(before) in {"CJK", "MYANMAR", "PHAGS-PA"} or unicodedata.category(before) == "Sm"


def _is_symbol(mark: str) -> bool:
    """Whether this may be an emoji; newer ones than Python knows are unassigned."""
    return unicodedata.category(mark) in {"So", "Sm", "Cn"} and mark not in _BLANK


@lru_cache(maxsize=_CHARACTERS)
def _script(mark: str) -> str:
    """The first word of the name of a letter or a mark: its script."""
    return unicodedata.name(mark, "").partition(" ")[0] if unicodedata.category(mark)[0] in "LM" else ""
