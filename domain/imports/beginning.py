"""Checks the beginning of a file of sales when it arrives, so that one of another kind is rejected at once (R20)."""

from typing import Final

from domain.imports.reader import SaleReader

# So much of a file is checked: the longest first line, and some rows.
BEGINNING_BYTES: Final = 2**18


def check_beginning(start: bytes, *, whole: bool) -> None:
    """Check the first bytes of a file, or a `whole` short one. Raises FileRejected if it cannot be imported at all.

    What is wrong with single rows, or further behind, the import says.
    """
    reader = SaleReader()
    reader.read(start)
    if whole:
        reader.finish()
