"""Sizes of files within sentences."""

from typing import Final

_MEGABYTE: Final = 2**20


def format_size(size: int) -> str:
    """Write a size: “2 MB” if it is a whole number of megabytes, and “1,234 bytes” otherwise."""
    if size >= _MEGABYTE and size % _MEGABYTE == 0:
        return f"{size // _MEGABYTE:,} MB"
    return f"{size:,} byte{'' if size == 1 else 's'}"
