"""Checks for inputs of every area: texts, numbers, lists of choices, codes, e-mail addresses and phone numbers.

A function `*_problems` yields the problems of a value, none for a valid one. It never raises.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final
from uuid import UUID

from domain.codes import CODE_PATTERN
from domain.failures import Path, Problem, UserErrorCode
from domain.invisible import find_invisible
from domain.text import has_unprintable, is_visible, trim_text

# In characters: the longest address that fits into a path of RFC 5321, section 4.5.3.1.3.
EMAIL_LENGTH: Final = 254
# Deliberately loose: only a message proves that an address exists, and only a call proves a number.
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_PHONE: Final = re.compile(r"(?=[^0-9]*[0-9])[0-9 +()-]{5,32}")


def email_problems(email: str | None, path: Path, *, required: bool = False) -> Iterator[Problem]:
    """Problems of an e-mail address. None is a problem only if an address is `required`."""
    yield from text_problems(email, path, "The e-mail address", (1 if required else 0, EMAIL_LENGTH))
    if email is not None and not _EMAIL.fullmatch(email):
        yield Problem(UserErrorCode.INVALID, "This is not an e-mail address.", path)


def is_phone(text: str) -> bool:
    """Whether this could be a telephone number: 5 to 32 digits, spaces and + - ( )."""
    return _PHONE.fullmatch(text) is not None


def phone_problems(phone: str | None, path: Path) -> Iterator[Problem]:
    """Problems of a telephone number. None has no problems."""
    if phone is not None and not is_phone(phone):
        yield Problem(UserErrorCode.INVALID, "A phone number has 5 to 32 digits, spaces and + - ( ).", path)


NAME_LENGTH: Final = (1, 120)


def code_problems(code: str, path: Path, noun: str) -> Iterator[Problem]:
    """Problems of a code or SKU: 1 to 40 capital letters, digits, dots, slashes, hyphens and underscores."""
    if not code.strip():
        yield Problem(UserErrorCode.REQUIRED, f"{noun} is missing.", path)
    elif CODE_PATTERN.fullmatch(code) is None:
        message = f"{noun} takes 1 to 40 capital letters, digits and . _ / - and starts with a letter or digit."
        yield Problem(UserErrorCode.INVALID, message, path)


REASON_LENGTH: Final = (3, 1_000)


def text_problems(
    value: str | None, path: Path, noun: str, length: tuple[int, int], *, multiline: bool = False
) -> Iterator[Problem]:
    """Problems of one text: blank, too short, too long, or with characters that nobody can see.

    `length` is the inclusive range in characters after trimming; a range from 0 also allows None. `multiline` allows
    line breaks and tabs. `noun` starts the sentences: “The title”.
    """
    shortest, longest = length
    text = trim_text(value or "")
    if not is_visible(text) and shortest > 0:
        yield Problem(UserErrorCode.REQUIRED, f"{noun} is missing.", path)
    elif len(text) < shortest:
        yield Problem(UserErrorCode.INVALID, f"{noun} needs at least {shortest} characters.", path)
    elif len(text) > longest:
        message = f"{noun} has {len(text):,} characters; at most {longest:,} are allowed."
        yield Problem(UserErrorCode.INVALID, message, path)
    else:
        yield from hidden_problems(text, path, noun, multiline=multiline)


def reason_problems(reason: str) -> Iterator[Problem]:
    """Problems of a reason, which is required."""
    yield from text_problems(reason, ("reason",), "The reason", REASON_LENGTH, multiline=True)


def note_problems(note: str) -> Iterator[Problem]:
    """Problems of a note, which is required."""
    yield from text_problems(note, ("note",), "The note", REASON_LENGTH, multiline=True)


def hidden_problems(text: str, path: Path, noun: str, *, multiline: bool = False) -> Iterator[Problem]:
    """Problems of characters that cannot be shown, or that nobody sees; `multiline` allows line breaks and tabs.

    Joiners, variation selectors and tags are valid where a script or an emoji needs them.
    """
    if has_unprintable(text, multiline=multiline):
        yield Problem(UserErrorCode.INVALID, f"{noun} contains characters that cannot be shown.", path)
    elif (at := find_invisible(text)) is not None:
        message = f"{noun} contains an invisible character (U+{ord(text[at]):04X}, character {at + 1:,}); remove it."
        yield Problem(UserErrorCode.INVALID, message, path)


def number_problems(value: int, path: Path, noun: str, *, lowest: int, highest: int) -> Iterator[Problem]:
    """Problems of a whole number outside the inclusive range from `lowest` to `highest`."""
    if value < lowest:
        yield Problem(UserErrorCode.INVALID, f"{noun} must be {lowest:,} or more, not {value:,}.", path)
    elif value > highest:
        yield Problem(UserErrorCode.INVALID, f"{noun} must be {highest:,} or less, not {value:,}.", path)


def choice_problems(
    chosen: Sequence[UUID], known: Collection[UUID], field: str, noun: str, limit: int
) -> Iterator[Problem]:
    """Problems of a list of chosen ids: more than `limit`, a duplicate, or an id that is not `known`."""
    if len(chosen) > limit:
        plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
        message = f"{len(chosen):,} {plural} are too many; choose at most {limit:,}."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, (field,))
        return
    seen: set[UUID] = set()
    for index, item in enumerate(chosen):
        if item in seen:
            yield Problem(UserErrorCode.DUPLICATE, f"This {noun} is chosen twice.", (field, str(index)))
        elif item not in known:
            yield Problem(UserErrorCode.NOT_FOUND, f"This {noun} does not exist.", (field, str(index)))
        seen.add(item)
