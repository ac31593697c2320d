"""Reads how a file is written from its first line: NDJSON, or CSV with a header (R20)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.imports.facts import (
    COLUMNS_LIMIT,
    DOCUMENT_COLUMN,
    REJECTED_COLUMNS,
    ROW_LENGTH,
    WIDTH_LIMIT,
    ImportFormat,
    Layout,
    TextEncoding,
)
from domain.imports.failures import FileFault, FileRejected
from domain.imports.records import TOO_WIDE, split_record
from domain.text import join_words, quote, shorten

DELIMITERS: Final = (",", ";", "\t")
REQUIRED: Final = ("external_id", "ecp_code", "sold_at", "sku", "quantity", "unit_price", "currency")
OPTIONAL: Final = ("revision", "updated_at", "returns_external_id")
# A name counts without case, spaces, hyphens, and underscores, so externalId is external_id.
_NAMES: Final[Mapping[str, str]] = MappingProxyType({name.replace("_", ""): name for name in (*REQUIRED, *OPTIONAL)})
_SPACES: Final = str.maketrans("", "", " _-")
# Of the name of a column within a sentence.
_NAME_LENGTH: Final = 40


def read_layout(line: str, encoding: TextEncoding, number: int = 1) -> Layout:
    """Read the first line that is not blank. Raises FileRejected for a header that names no sales."""
    if len(line) > ROW_LENGTH:
        raise FileRejected(FileFault.LONG_HEADER)
    if "\0" in line:
        raise FileRejected(FileFault.NOT_TEXT, f"{number:,}")
    start = line.lstrip()[:1]
    if line.strip() == "{":
        raise FileRejected(FileFault.SPREAD_JSON)
    if start == "{":
        return Layout(ImportFormat.NDJSON, encoding)
    if start == "[":
        raise FileRejected(FileFault.JSON_ARRAY)
    candidates = [(delimiter, _split(line, delimiter)) for delimiter in DELIMITERS]
    delimiter, cells = max(candidates, key=lambda candidate: sum(name_of(cell) is not None for cell in candidate[1]))
    for one in DELIMITERS:
        if _names_rejections(split := _split(line, one)):
            delimiter, cells = one, split
    own = len(REJECTED_COLUMNS) if _names_rejections(cells) else 0
    if not own or cells[own:] != [DOCUMENT_COLUMN]:
        _check(line, cells, own)
    return Layout(
        ImportFormat.CSV,
        encoding,
        delimiter=delimiter,
        columns=tuple(cells),
        ignored=tuple(cell for cell in cells[own:] if name_of(cell) is None),
        is_rejected=own > 0,
    )


def name_of(cell: str) -> str | None:
    """Return the name of a known column; None for another one."""
    return _NAMES.get(cell.lower().translate(_SPACES))


def _split(line: str, delimiter: str) -> list[str]:
    cells = split_record(line, delimiter, WIDTH_LIMIT)
    return [cell.strip() for cell in cells] if isinstance(cells, list) else []


def _names_rejections(cells: list[str]) -> bool:
    """Whether a header is that of a file of rejected rows."""
    return tuple(cell.lower() for cell in cells[: len(REJECTED_COLUMNS)]) == REJECTED_COLUMNS


def _check(line: str, cells: list[str], own: int) -> None:
    names = [name for cell in cells if (name := name_of(cell)) is not None]
    if any(split_record(line, one, COLUMNS_LIMIT + own) == TOO_WIDE for one in DELIMITERS):
        widest = max(line.count(one) for one in DELIMITERS) + 1
        raise FileRejected(FileFault.TOO_MANY_COLUMNS, f"{widest:,}")
    if not names:
        raise FileRejected(FileFault.NO_HEADER)
    repeated = next((cell for cell in cells if names.count(name_of(cell) or "") > 1), None)
    if repeated is not None:
        raise FileRejected(FileFault.REPEATED_COLUMN, quote(shorten(repeated, _NAME_LENGTH)))
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise FileRejected(FileFault.MISSING_COLUMNS, join_words(missing, "and"))
