"""Ids of sales and of their lines: the number of the sale, and for lines their positions as well."""

from typing import Final
from uuid import UUID

_POSITION_BITS: Final = 16
LARGEST_SALE: Final = 2**63 - 1


def line_id(sale: int, position: int) -> UUID:
    """The id of a line."""
    return UUID(int=sale << _POSITION_BITS | position)


def read_line_id(key: UUID) -> tuple[int, int] | None:
    """The number of the sale and the position in an id; None if no sale has such a number."""
    sale, position = key.int >> _POSITION_BITS, key.int & ((1 << _POSITION_BITS) - 1)
    return (sale, position) if sale <= LARGEST_SALE else None
