"""JPEG images: what passes, and why others do not."""

from pathlib import Path

import pytest

from domain.files.content_failures import ContentFault
from domain.files.content_types import ContentType, Inspection
from tests.support.contents import digest, inspect, jpeg, png, reject

GOOD = jpeg()
FRAME = b"\xff\xc0\x00\x0b\x08\x00\x02\x00\x03\x01\x01\x11\x00"
SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00data"


def written(*segments: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(segments) + b"\xff\xd9"


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        jpeg(progressive=True),
        jpeg(mode="CMYK"),
        jpeg(restart_marker_blocks=1),
        GOOD[:2] + b"\xff\xff\xff" + GOOD[2:],
        GOOD + b"\n",
    ],
    ids=digest,
)
def test_images_pass(tmp_path: Path, data: bytes) -> None:
    assert inspect(tmp_path, data, ContentType.JPEG) == Inspection(ContentType.JPEG, 30, 20)


def test_images_written_by_hand_pass(tmp_path: Path) -> None:
    assert inspect(tmp_path, written(FRAME, SCAN), ContentType.JPEG) == Inspection(ContentType.JPEG, 3, 2)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (png(), ContentFault.WRONG_TYPE),
        (b"\xff\xd8", ContentFault.WRONG_TYPE),
        (GOOD[:-2], ContentFault.CUT_OFF),
        (GOOD[:-1], ContentFault.CUT_OFF),
        (GOOD[:30], ContentFault.CUT_OFF),
        (b"\xff\xd8\xff\xe1\xff\xff", ContentFault.CUT_OFF),
        (GOOD + b"x", ContentFault.TRAILING_DATA),
        (GOOD + GOOD, ContentFault.TRAILING_DATA),
        (written(), ContentFault.DAMAGED),
        (written(FRAME), ContentFault.DAMAGED),
        (written(SCAN), ContentFault.DAMAGED),
        (written(FRAME, FRAME, SCAN), ContentFault.DAMAGED),
        (written(b"\xff\xe1\x00\x01", FRAME, SCAN), ContentFault.DAMAGED),
        (written(b"\xff\xe1\x00\x02between", FRAME, SCAN), ContentFault.DAMAGED),
        (written(FRAME.replace(b"\x00\x02\x00\x03", b"\x00\x00\x00\x03"), SCAN), ContentFault.DAMAGED),
        (written(FRAME.replace(b"\x03\x01\x01", b"\x03\x02\x01"), SCAN), ContentFault.DAMAGED),
        (written(FRAME.replace(b"\xc0", b"\xc9"), SCAN), ContentFault.UNSUPPORTED),
        (written(FRAME.replace(b"\x00\x02\x00\x03", b"\x27\x11\x27\x10"), SCAN), ContentFault.TOO_MANY_PIXELS),
        (written(FRAME, SCAN * 101), ContentFault.TOO_COMPLEX),
        (written(b"\xff\xfe\x00\x02" * 20_000, FRAME, SCAN), ContentFault.TOO_COMPLEX),
    ],
    ids=digest,
)
def test_others_are_rejected(tmp_path: Path, data: bytes, fault: ContentFault) -> None:
    assert reject(tmp_path, data, ContentType.JPEG).fault == fault
