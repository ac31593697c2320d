"""Codes that people and connected systems enter: their patterns, and how they are looked up."""

import re
import string
from typing import Final

ACTIVITY_KIND: Final = re.compile(r"[A-Z][A-Z0-9_]{1,59}")
CODE_PATTERN: Final = re.compile(r"[A-Z0-9][A-Z0-9._/-]{0,39}")
_CAPITALS: Final = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)


def normalize_code(text: str) -> str:
    """Return a code as it is stored, from what somebody typed: trimmed, in capital letters.

    Only ASCII letters change, because Python also turns a dotless i and a long s into the I and S of codes.
    """
    trimmed = text.strip()
    return trimmed.upper() if trimmed.isascii() else trimmed.translate(_CAPITALS)
