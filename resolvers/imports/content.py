"""The content of staged sales: what was read of a file, with the lines in which the rows begin."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.sales.reports import ReportedSale

_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(tuple[tuple[int, ...], ReportedSale])


class StagedSale(Struct, frozen=True):
    """A sale to record, and the lines of the file in which its rows begin."""

    lines: tuple[int, ...]
    sale: ReportedSale


def write_content(lines: Sequence[int], sale: ReportedSale) -> bytes:
    """Write a sale, or some rows of it."""
    return _ENCODER.encode((lines, sale))


def read_content(contents: Sequence[bytes]) -> StagedSale:
    """Read a sale; its rows in the file may be in several places."""
    (lines, sale), *others = (_DECODER.decode(content) for content in contents)
    if not others:
        return StagedSale(lines, sale)
    sold = sale.lines + tuple(line for _, other in others for line in other.lines)
    return StagedSale(lines + tuple(line for more, _ in others for line in more), replace(sale, lines=sold))
