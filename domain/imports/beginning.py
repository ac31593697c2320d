"""Checks the beginning of a file of sales when it arrives, so that one of another kind is rejected at once (R20)."""

from typing import Final

from domain.imports.facts import Layout
from domain.imports.reader import SaleReader

# So much of a file is checked: the first line, and some rows.
BEGINNING_BYTES: Final = 2**16


def check_beginning(start: bytes, *, whole: bool) -> Layout | None:
    """Check the first bytes of a file, or a `whole` short one, and return how it is written, if its first line ends.

    What is wrong with single rows, or further behind, the import says. Raises FileRejected if the file cannot be
    imported at all.
    """
    reader = SaleReader()
    reader.read(start)
    if whole:
        reader.finish()
    return reader.layout
