"""Reads sales from NDJSON: each line is an object in the shape of a SaleInput (R20)."""

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct

from domain.imports.facts import ROW_LENGTH, ImportFormat
from domain.imports.reasons import state_problems
from domain.imports.records import TOO_LONG, BrokenRecord, Record
from domain.imports.rows import ReadSale, RejectedRow
from domain.imports.values import MalformedValue, read_id, read_price, read_revision
from domain.sales.reports import ReportedLine, ReportedSale, sale_problems
from domain.text import quote, shorten
from domain.timestamps import read_timestamp

_ERROR_LENGTH: Final = 200
# Of the name of a field within a sentence.
_NAME_LENGTH: Final = 40
# The quote behind a key. One within a text has a backslash in front, and only makes the line be read once more.
_KEY: Final = re.compile(r'"\s*:')


class _Line(Struct, rename="camel", forbid_unknown_fields=True, gc=False):
    sku: str
    quantity: int
    unit_price: str | int | float
    currency: str


class _Sale(Struct, rename="camel", forbid_unknown_fields=True):
    external_id: str
    ecp_code: str
    sold_at: str
    lines: list[_Line]
    revision: int | None = None
    updated_at: str | None = None
    returns_external_id: str | None = None


# Fields that every sale has.
_REQUIRED: Final = 4


class _Named(Struct, rename="camel"):
    external_id: str


# The digits of a price as they were written.
_DECODER: Final = msgspec.json.Decoder(_Sale, float_hook=Decimal)
_NAME_DECODER: Final = msgspec.json.Decoder(_Named)


class SaleDocuments:
    """Reads lines of JSON; `line` counts those that were read."""

    def __init__(self, line: int = 0) -> None:
        self.line = line

    def read(self, lines: Iterable[str]) -> Iterator[ReadSale | RejectedRow]:
        """Yield a sale or a rejected row for each line that is not blank."""
        for text in lines:
            self.line += 1
            if len(text) > ROW_LENGTH:
                yield RejectedRow(self.line, None, TOO_LONG)
            elif text and not text.isspace():
                yield self._read(text)

    def read_cells(self, records: Iterable[Record | BrokenRecord]) -> Iterator[ReadSale | RejectedRow]:
        """Yield them for rows of CSV, each with a line of JSON as its only cell."""
        for record in records:
            self.line = record.line - 1
            if isinstance(record, BrokenRecord):
                yield RejectedRow(record.line, None, record.reason)
            else:
                yield from self.read([",".join(record.cells)])

    def _read(self, text: str) -> ReadSale | RejectedRow:
        try:
            sale = _build(_DECODER.decode(text))
        except msgspec.ValidationError as error:
            found = shorten(str(error).replace("`", ""), _ERROR_LENGTH)
            return RejectedRow(self.line, _find_id(text), f"This line is not a sale: {found}.")
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            reason = "This line is not a JSON object. If it is the last one, the file may be cut off."
            return RejectedRow(self.line, None, reason)
        except MalformedValue as malformed:
            return RejectedRow(self.line, _find_id(text), str(malformed))
        reason = state_problems(sale_problems(sale), ImportFormat.NDJSON)
        if not reason and len(_KEY.findall(text)) != _count_keys(sale) and (repeated := _find_repeated(text)):
            reason = f"This line has the field {quote(shorten(repeated, _NAME_LENGTH))} more than once in an object."
        if reason:
            return RejectedRow(self.line, _find_id(text), reason)
        return ReadSale((self.line,), sale, occurrence=self.line)


def _build(given: _Sale) -> ReportedSale:
    return ReportedSale(
        given.external_id,
        given.ecp_code,
        sold_at=read_timestamp(given.sold_at),
        lines=tuple(
            ReportedLine(line.sku, line.quantity, unit_price=read_price(str(line.unit_price)), currency=line.currency)
            for line in given.lines
        ),
        revision=None if given.revision is None else read_revision(str(given.revision)),
        updated_at=None if given.updated_at is None else read_timestamp(given.updated_at),
        returns_external_id=given.returns_external_id,
    )


def _count_keys(sale: ReportedSale) -> int:
    """How many keys an object has that writes this sale without any that are null."""
    optional = (sale.revision, sale.updated_at, sale.returns_external_id)
    of_lines = len(_Line.__struct_fields__) * len(sale.lines)
    return _REQUIRED + of_lines + sum(value is not None for value in optional)


def _find_repeated(text: str) -> str | None:
    """The first key that an object in a line has twice; None without one."""
    found: list[str] = []

    def check(pairs: list[tuple[str, object]]) -> None:
        names = [name for name, _ in pairs]
        found.extend(name for name in names if names.count(name) > 1)

    json.loads(text, object_pairs_hook=check)
    return found[0] if found else None


def _find_id(text: str) -> str | None:
    try:
        return read_id(_NAME_DECODER.decode(text).external_id)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
