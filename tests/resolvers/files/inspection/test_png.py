"""PNG images: what passes, and why others do not."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from domain.files.content_failures import ContentFault
from domain.files.content_types import ContentType, Inspection
from tests.support.contents import END, SIGNATURE, chunk, digest, header, inspect, png, reject

BOMB = b"profile\0\0" + zlib.compress(bytes(9 * 2**20))
PICTURE = chunk(b"IDAT", b"x")


@pytest.mark.parametrize(
    "data",
    [
        png(),
        png(chunk(b"tEXt", b"Title\0Label"), chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta/>")),
        png(chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(bytes(3000))), chunk(b"zTXt", b"a\0\0" + zlib.compress(b"b"))),
        png() + b"\r\n\0",
    ],
    ids=digest,
)
def test_images_pass(tmp_path: Path, data: bytes) -> None:
    assert inspect(tmp_path, data, ContentType.PNG) == Inspection(ContentType.PNG, 3, 2)


def test_the_largest_image_passes(tmp_path: Path) -> None:
    rows = chunk(b"IDAT", zlib.compress(bytes(10_000 * 1_251)))
    data = SIGNATURE + header(10_000, 10_000, bits=1, color=0) + rows + END
    assert inspect(tmp_path, data, ContentType.PNG) == Inspection(ContentType.PNG, 10_000, 10_000)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"\x89PNG", ContentFault.WRONG_TYPE),
        (b"GIF89a" + png(), ContentFault.WRONG_TYPE),
        (png()[:-1], ContentFault.CUT_OFF),
        (png()[:40], ContentFault.CUT_OFF),
        (SIGNATURE, ContentFault.CUT_OFF),
        (SIGNATURE + header(3, 2) + b"\xff\xff\xff\xffIDAT", ContentFault.CUT_OFF),
        (SIGNATURE + header(10_001, 10_000) + PICTURE + END, ContentFault.TOO_MANY_PIXELS),
        (SIGNATURE + header(2**32 - 1, 2**32 - 1) + PICTURE + END, ContentFault.TOO_MANY_PIXELS),
        (SIGNATURE + header(0, 2) + PICTURE + END, ContentFault.DAMAGED),
        (SIGNATURE + header(3, 2, bits=3) + PICTURE + END, ContentFault.DAMAGED),
        (SIGNATURE + header(3, 2, color=5) + PICTURE + END, ContentFault.DAMAGED),
        (SIGNATURE + chunk(b"IHDR", b"short") + PICTURE + END, ContentFault.DAMAGED),
        (SIGNATURE + PICTURE + END, ContentFault.DAMAGED),
        (SIGNATURE + header(3, 2) + END, ContentFault.DAMAGED),
        (png(header(3, 2)), ContentFault.DAMAGED),
        (png(PICTURE, chunk(b"tEXt", b"a\0b")), ContentFault.DAMAGED),
        (SIGNATURE + header(3, 2) + PICTURE + chunk(b"PLTE", bytes(3)) + END, ContentFault.DAMAGED),
        (SIGNATURE + header(3, 2) + PICTURE + chunk(b"IEND", b"x"), ContentFault.DAMAGED),
        (png(chunk(b"EVIL", b"")), ContentFault.UNSUPPORTED),
        (png(chunk(b"e\0il", b"")), ContentFault.UNSUPPORTED),
        (png(chunk(b"acTL", struct.pack(">II", 2, 0))), ContentFault.ANIMATION),
        (png(chunk(b"iCCP", BOMB)), ContentFault.TOO_COMPLEX),
        (png(chunk(b"zTXt", BOMB)), ContentFault.TOO_COMPLEX),
        (png(chunk(b"iTXt", b"a\0\1\0en\0a\0" + zlib.compress(bytes(9 * 2**20)))), ContentFault.TOO_COMPLEX),
        (png(*[chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(3 * 2**20)))] * 3), ContentFault.TOO_COMPLEX),
        (png(chunk(b"zTXt", b"a\0\0garbage")), ContentFault.DAMAGED),
        (png() + b"x", ContentFault.TRAILING_DATA),
        (png() + bytes(1025), ContentFault.TRAILING_DATA),
    ],
    ids=digest,
)
def test_others_are_rejected(tmp_path: Path, data: bytes, fault: ContentFault) -> None:
    assert reject(tmp_path, data, ContentType.PNG).fault == fault


def image(head: bytes, rows: bytes, *, pieces: int = 1) -> bytes:
    """A PNG whose rows are compressed and then divided."""
    packed = zlib.compress(rows)
    step = -(-len(packed) // pieces)
    parts = (chunk(b"IDAT", packed[start : start + step]) for start in range(0, len(packed), step))
    return SIGNATURE + head + b"".join(parts) + END


def interlaced(width: int, height: int) -> bytes:
    """The header of an interlaced image in gray."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1))


FEWER = "“label.png” is damaged: its picture has fewer rows than its header states. Export it again and upload it."
MORE = "“label.png” is damaged: its picture has more rows than its header states. Export it again and upload it."


@pytest.mark.parametrize(
    ("head", "length"),
    [
        (header(3, 2), 2 * 10),
        (header(3, 2, bits=16), 2 * 19),
        (header(3, 2, bits=8, color=6), 2 * 13),
        (header(3, 2, bits=16, color=4), 2 * 13),
        (header(3, 2, bits=8, color=3), 2 * 4),
        (header(9, 2, bits=1, color=0), 2 * 3),
        (header(9, 2, bits=4, color=3), 2 * 6),
        (header(2000, 1000), 1000 * 6001),
        (interlaced(8, 8), 2 + 2 + 3 + 2 * 3 + 2 * 5 + 4 * 5 + 4 * 9),
        (interlaced(1, 1), 2),
        (interlaced(5, 5), 2 + 2 + 3 + 2 * 2 + 4 + 3 * 3 + 2 * 6),
        (interlaced(2, 1), 2 + 2),
    ],
    ids=digest,
)
def test_a_picture_has_the_rows_that_its_header_states(tmp_path: Path, head: bytes, length: int) -> None:
    for pieces in (1, 7):
        assert inspect(tmp_path, image(head, bytes(length), pieces=pieces), ContentType.PNG).width
    assert reject(tmp_path, image(head, bytes(length - 1)), ContentType.PNG).message == FEWER
    assert reject(tmp_path, image(head, b""), ContentType.PNG).message == FEWER
    assert reject(tmp_path, image(head, bytes(length + 1)), ContentType.PNG).message == MORE
    assert reject(tmp_path, image(head, bytes(length + 3 * 2**20)), ContentType.PNG).message == MORE


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_images_of_other_programs_have_their_rows(tmp_path: Path, mode: str) -> None:
    target = io.BytesIO()
    Image.new(mode, (13, 7)).save(target, "PNG")
    assert inspect(tmp_path, target.getvalue(), ContentType.PNG) == Inspection(ContentType.PNG, 13, 7)


def test_a_picture_that_is_cut_off_or_has_an_appendix_is_damaged(tmp_path: Path) -> None:
    packed = zlib.compress(bytes(20))
    for data, message in ((packed[:-1], FEWER), (packed + b"x", MORE)):
        whole = SIGNATURE + header(3, 2) + chunk(b"IDAT", data) + END
        assert reject(tmp_path, whole, ContentType.PNG).message == message
    apart = SIGNATURE + header(3, 2) + chunk(b"IDAT", packed) + chunk(b"IDAT", b"x") + END
    assert reject(tmp_path, apart, ContentType.PNG).message == MORE
    garbage = SIGNATURE + header(3, 2) + PICTURE + END
    assert reject(tmp_path, garbage, ContentType.PNG).fault == ContentFault.DAMAGED


def test_a_wrong_checksum_is_damage(tmp_path: Path) -> None:
    data = bytearray(png())
    data[-14] ^= 1
    assert reject(tmp_path, bytes(data), ContentType.PNG).message == (
        "“label.png” is damaged: a checksum is wrong. Export it again and upload it."
    )


def test_chunks_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolvers.files.inspection.png.MAX_CHUNKS", 3)
    assert inspect(tmp_path, png(), ContentType.PNG).width == 3
    monkeypatch.setattr("resolvers.files.inspection.png.MAX_CHUNKS", 2)
    assert reject(tmp_path, png(), ContentType.PNG).fault == ContentFault.TOO_COMPLEX
