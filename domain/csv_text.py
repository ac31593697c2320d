"""Cells of CSV files that people open in spreadsheets (RFC 4180)."""

from typing import Final

# Spreadsheets read a text that begins so as a formula, which can send the sheet elsewhere; some of them also where the
# character is of full width.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Where the comma separates decimals, spreadsheets split rows at semicolons.
_QUOTED: Final = frozenset(',;"\r\n')


def csv_cell(text: str) -> str:
    """Write a text as a cell. One that a spreadsheet would run as a formula gets an apostrophe in front."""
    shown = f"'{text}" if text.startswith(FORMULA_STARTS) else text
    return '"' + shown.replace('"', '""') + '"' if _QUOTED.intersection(shown) else shown
