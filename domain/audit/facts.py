"""Where a request came from, as the audit log keeps it."""

import unicodedata
from typing import Final

from msgspec import Struct

# An IPv6 address with a zone.
LONGEST_ADDRESS: Final = 64
LONGEST_USER_AGENT: Final = 300


class Origin(Struct, frozen=True):
    """The address and the program of a client; None where they are not known, as for tasks of the server."""

    address: str | None = None
    user_agent: str | None = None


def origin_of(address: str | None, user_agent: str | None) -> Origin:
    """An origin of bounded length that can be stored and shown."""
    return Origin(_bounded(address, LONGEST_ADDRESS), _bounded(user_agent, LONGEST_USER_AGENT))


def _bounded(text: str | None, limit: int) -> str | None:
    if text is None:
        return None
    shown = "".join(" " if unicodedata.category(mark)[0] == "C" else mark for mark in text[:limit]).strip()
    return shown or None
