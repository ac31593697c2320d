"""Decodes a file piece by piece and splits it into lines, with a bounded part of it in memory."""

import codecs
from typing import Final

from domain.imports.facts import ROW_LENGTH, TextEncoding
from domain.imports.failures import FileFault, FileRejected

# The longest of the marks and signatures below.
_START_BYTES: Final = 6
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, TextEncoding.UTF_8),
    (codecs.BOM_UTF16_LE, TextEncoding.UTF_16_LE),
    (codecs.BOM_UTF16_BE, TextEncoding.UTF_16_BE),
)
_COMPRESSED: Final = (
    (b"\x1f\x8b", "compressed with gzip"),
    (b"PK\x03\x04", "a ZIP archive, such as an Excel workbook"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ\x00", "compressed with xz"),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook"),
)


class TextLines:
    """Turns pieces of a file into its lines, however the pieces are cut.

    A line with more than ROW_LENGTH characters comes with some of them only, but more than ROW_LENGTH.
    """

    def __init__(self) -> None:
        self.encoding: TextEncoding | None = None
        # The lines that ended so far.
        self.count = 0
        self._start = b""
        self._decoder: codecs.IncrementalDecoder | None = None
        self._rest = ""
        # What ends lines; "\r" is that of old programs. None until the first line ends.
        self._break: str | None = None

    @property
    def ends_open(self) -> bool:
        """Whether there is text behind the last line break."""
        return self._rest != ""

    def read(self, piece: bytes) -> list[str]:
        """Return the lines that end in a piece. Raises FileRejected."""
        if self._decoder is None:
            self._start += piece
            if len(self._start) < _START_BYTES:
                return []
            piece = self._begin()
        return self._split(self._decode(piece, final=False))

    def finish(self) -> list[str]:
        """Return what is left: the last line, if it has no line break. Raises FileRejected."""
        piece = self._begin() if self._decoder is None else b""
        lines = self._split(self._decode(piece, final=True))
        if self._rest:
            lines.append(self._rest.removesuffix("\r"))
            self.count += 1
        return lines

    def _begin(self) -> bytes:
        """Find the encoding; return what follows the byte order mark."""
        start = self._start
        for signature, noun in _COMPRESSED:
            if start.startswith(signature):
                raise FileRejected(FileFault.COMPRESSED, noun)
        mark, self.encoding = next(
            (found for found in _BYTE_ORDER_MARKS if start.startswith(found[0])), (b"", TextEncoding.UTF_8)
        )
        # Further below, it spoils only its row.
        if not mark and b"\0" in start.partition(b"\n")[0]:
            raise FileRejected(FileFault.NOT_TEXT, "1")
        self._decoder = codecs.getincrementaldecoder(self.encoding.value)()
        self._start = b""
        return start.removeprefix(mark)

    def _decode(self, piece: bytes, *, final: bool) -> str:
        assert self._decoder is not None  # noqa: S101 - the beginning of the file was read
        try:
            return self._decoder.decode(piece, final)
        except UnicodeDecodeError as error:
            raise self._rejection(error, is_end=final) from None

    def _rejection(self, error: UnicodeDecodeError, *, is_end: bool) -> FileRejected:
        assert self.encoding is not None  # noqa: S101 - something was decoded
        before = error.object[: error.start].decode(self.encoding.value, "ignore")
        ended = self._break or _find_break(self._rest + before) or "\n"
        line = f"{self.count + before.count(ended) + 1:,}"
        if is_end and error.reason in {"unexpected end of data", "truncated data"}:
            return FileRejected(FileFault.CUT_OFF, line)
        return FileRejected(FileFault.WRONG_ENCODING, line, self.encoding.value)

    def _split(self, text: str) -> list[str]:
        joined = self._rest + text
        self._break = self._break or _find_break(joined)
        lines = joined.split(self._break or "\n")
        self._rest = lines.pop()
        if len(self._rest) > ROW_LENGTH + 1:
            # What was lost between does not matter: the line is too long anyway.
            self._rest = self._rest[:ROW_LENGTH] + self._rest[-1]
        self.count += len(lines)
        if self._break == "\r":
            return [line.removeprefix("\n") for line in lines]
        has_returns = "\r" in text or (bool(lines) and lines[0].endswith("\r"))
        return [line.removesuffix("\r") for line in lines] if has_returns else lines


def _find_break(text: str) -> str | None:
    """What ends the first line; None if it has not ended, or if more text decides."""
    if (place := text.find("\r")) < 0 or "\n" in text[: place + 2]:
        return "\n" if "\n" in text else None
    is_quoted = text.count('"', 0, place) % 2 == 1
    if is_quoted:
        return "\n" if "\n" in text else None
    return "\r" if place + 1 < len(text) else None
