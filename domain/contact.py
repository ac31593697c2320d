"""How people are reached: what counts as an e-mail address or a telephone number."""

import re
from collections.abc import Iterator
from typing import Final

from domain.failures import Path, Problem, UserErrorCode
from domain.schemes.inputs import text_problems

# RFC 5321 limits a path to 254 characters.
EMAIL_LENGTH: Final = 254
# Deliberately loose: only a message sent to an address proves it, and only a call proves a number.
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_PHONE: Final = re.compile(r"(?=[^0-9]*[0-9])[0-9 +()-]{5,32}")


def email_problems(email: str | None, path: Path, *, required: bool = False) -> Iterator[Problem]:
    """Problems of an e-mail address; None is one only where it is `required`."""
    yield from text_problems(email, path, "The e-mail address", (1 if required else 0, EMAIL_LENGTH))
    if email is not None and not _EMAIL.fullmatch(email):
        yield Problem(UserErrorCode.INVALID, "This is not an e-mail address.", path)


def is_phone(text: str) -> bool:
    """Whether this could be a telephone number."""
    return _PHONE.fullmatch(text) is not None


def phone_problems(phone: str | None, path: Path) -> Iterator[Problem]:
    """Problems of a telephone number; None is none."""
    if phone is not None and not is_phone(phone):
        yield Problem(UserErrorCode.INVALID, "A phone number has 5 to 32 digits, spaces and + - ( ).", path)
