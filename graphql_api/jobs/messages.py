"""What a server and its processes for heavy computation send to each other; it imports little, so they start fast."""

import struct
from typing import Any, Final

from msgspec import Struct

# Bytes of one call or one answer.
MESSAGE_LIMIT: Final = 256 * 1024 * 1024
# Every message comes behind its length.
LENGTH: Final = struct.Struct("!Q")


class Call(Struct, frozen=True, array_like=True):
    """A function, by its module and name, and its arguments."""

    module: str
    name: str
    arguments: tuple[Any, ...]


class Answer(Struct, frozen=True, array_like=True):
    """What a function returned, or why it did not: a sentence, or the name and the text of the error that it raised."""

    result: Any = None
    error: str | None = None
    raised: tuple[str, str] | None = None
