"""Names: the names that people give their files, the names of contents in the store, and the header of downloads."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from domain.checks import text_problems
from domain.failures import Path, Problem, UserErrorCode
from domain.files.facts import NAME_ENDINGS
from domain.text import join_words

NAME_LENGTH: Final = (1, 255)
# Beneath this, a store has only contents: sha256/ab/cdef….
CONTENT_PREFIX: Final = "sha256"
_KEY: Final = re.compile(rf"{CONTENT_PREFIX}/([0-9a-f]{{2}})/([0-9a-f]{{62}})")
# What a quoted string of RFC 9110 may contain without escapes, in ASCII; % would be decoded by some browsers.
_UNSAFE: Final = re.compile(r"[^ !#$&-.0-\[\]-~]")


def name_problems(name: str, path: Path) -> Iterator[Problem]:
    """Problems of the name of a file: a folder in it, or characters that cannot be shown or that nobody sees.

    The name is only shown and sent in the header of downloads. Nothing is ever stored under it.
    """
    problems = list(text_problems(name, path, "The name of the file", NAME_LENGTH))
    yield from problems
    if not problems and ("/" in name or "\\" in name):
        message = "The name of the file contains a slash. Send its name without folders."
        yield Problem(UserErrorCode.INVALID, message, path)
    elif not problems and not name.strip(". "):
        yield Problem(UserErrorCode.INVALID, "The name of the file needs a letter or a digit.", path)


def ending_problems(name: str, content_type: str, path: Path) -> Iterator[Problem]:
    """Problems of the last ending of a name, by which programs decide how to open a download."""
    endings = NAME_ENDINGS[content_type]
    if not name.lower().endswith(endings):
        message = f"The name of a file of type {content_type} must end in {join_words(endings, 'or')}. Rename the file."
        yield Problem(UserErrorCode.INVALID, message, path)


def content_key(sha256: bytes) -> str:
    """The name under which a store has a content."""
    digits = sha256.hex()
    return f"{CONTENT_PREFIX}/{digits[:2]}/{digits[2:]}"


def sha256_of_key(key: str) -> bytes | None:
    """The SHA-256 of the content that a store has under a name; None for any other name."""
    found = _KEY.fullmatch(key)
    return bytes.fromhex(found[1] + found[2]) if found else None


def attachment_header(name: str) -> str:
    """The value of Content-Disposition that saves a download under `name`: RFC 6266, with the name in ASCII, too."""
    plain = _UNSAFE.sub("_", name)
    if plain == name:
        return f'attachment; filename="{name}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
