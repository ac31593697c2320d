"""PNG images: what passes, and why others do not."""

import struct
import zlib
from pathlib import Path

import pytest

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


def test_the_header_alone_decides_about_the_size(tmp_path: Path) -> None:
    data = SIGNATURE + header(10_000, 10_000) + PICTURE + END
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
