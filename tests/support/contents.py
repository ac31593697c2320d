"""Contents of files, made small: good ones, and the parts from which tests make hostile ones."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

import pikepdf
from PIL import Image

from domain.files.content_failures import ContentRejected
from domain.files.content_types import ContentType, Inspection
from resolvers.files.inspection.inspect import inspect_file

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def digest(value: object) -> str | None:
    """Name the case of a test by the checksum of its bytes, which are no readable name."""
    if isinstance(value, str) and not isinstance(value, StrEnum):
        value = value.encode()
    return f"{zlib.crc32(value):08x}" if isinstance(value, bytes) else None


def reject(path: Path, data: bytes, content_type: ContentType) -> ContentRejected:
    """Inspect bytes that must be rejected, as `label` with the usual extension, and return the failure."""
    try:
        found = inspect(path, data, content_type)
    except ContentRejected as rejection:
        return rejection
    raise AssertionError(found)


def inspect(path: Path, data: bytes, content_type: ContentType) -> Inspection:
    """Write bytes to a folder and inspect them there."""
    file = path / "stored"
    file.write_bytes(data)
    return inspect_file(file, content_type, f"label.{content_type.name.lower()}")


def chunk(kind: bytes, data: bytes) -> bytes:
    """Write a chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int, height: int, *, bits: int = 8, color: int = 2) -> bytes:
    """Write the header of a PNG."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0))


END = chunk(b"IEND", b"")


def png(*extra: bytes, size: tuple[int, int] = (3, 2)) -> bytes:
    """Write a PNG of red pixels, with more chunks before its picture."""
    rows = (b"\0" + b"\xc0\x20\x20" * size[0]) * size[1]
    return SIGNATURE + header(*size) + b"".join(extra) + chunk(b"IDAT", zlib.compress(rows)) + END


def jpeg(size: tuple[int, int] = (30, 20), mode: str = "RGB", **options: object) -> bytes:
    """Write a JPEG of one color."""
    target = io.BytesIO()
    Image.new(mode, size, "#c02020" if mode == "RGB" else 0).save(target, "JPEG", **options)
    return target.getvalue()


def svg(body: str = '<rect width="9" height="9"/>', attributes: str = 'width="30" height="20"') -> bytes:
    """Write an SVG."""
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {names} {attributes}>{body}</svg>".encode()


def pdf(edit: Callable[[pikepdf.Pdf], None] = lambda _: None, *, pages: int = 1, **options: object) -> bytes:
    """Write a PDF of empty pages after an edit."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(200, 100))
    edit(document)
    target = io.BytesIO()
    document.save(target, deterministic_id="encryption" not in options, **options)  # type: ignore[arg-type]
    return target.getvalue()


def written_pdf(*objects: bytes, pages: bytes = b"<</Type/Pages/Kids[3 0 R]/Count 1>>") -> bytes:
    """Write a PDF by hand: its catalog, its pages, and more objects as they are."""
    basics = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        pages,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>",
    )
    target = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate((*basics, *objects), 1):
        offsets.append(len(target))
        target += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start, size = len(target), len(offsets) + 1
    target += b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(b"%010d 00000 n \n" % place for place in offsets)
    target += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(target)


def archive() -> bytes:
    """Write a ZIP archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        # With a date of its own, the bytes would differ from one process to the next.
        file.writestr(zipfile.ZipInfo("run.class"), "x")
    return target.getvalue()
