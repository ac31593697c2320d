"""IDs of lines of sales: the number of the sale and the position of the line."""

import base64
import binascii
from typing import Final
from uuid import UUID

from domain.requests import BadArgument

PREFIX: Final = "sln"
_POSITION_BITS: Final = 16
_LARGEST_SALE: Final = 2**63 - 1


def line_key(sale: int, position: int) -> UUID:
    """The number of a sale and the position of a line as one key."""
    return UUID(int=sale << _POSITION_BITS | position)


def argument_line(text: str, argument: str) -> tuple[int, int]:
    """The number of the sale and the position in an argument. Raises BadArgument if it is no ID of a line."""
    prefix, _, digits = text.partition("_")
    try:
        key = UUID(bytes=base64.b64decode(digits.encode("ascii") + b"==", altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        key = None
    if prefix != PREFIX or key is None or key.int >> _POSITION_BITS > _LARGEST_SALE:
        raise BadArgument("This is not the ID of a line of a sale.", argument)
    return key.int >> _POSITION_BITS, key.int & ((1 << _POSITION_BITS) - 1)
