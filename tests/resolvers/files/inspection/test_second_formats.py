"""Files that are two formats at once, and files of the wrong size."""

from pathlib import Path

import pytest

from domain.files.content_failures import ContentFault, ContentRejected
from domain.files.content_types import ContentType
from resolvers.files.inspection.inspect import inspect_file
from tests.support.contents import archive, chunk, digest, inspect, jpeg, pdf, png, reject, svg, written_pdf

IMAGES = (ContentType.PNG, ContentType.JPEG, ContentType.PDF, ContentType.SVG)
GOOD = {ContentType.PNG: png(), ContentType.JPEG: jpeg(), ContentType.PDF: pdf(), ContentType.SVG: svg()}


def comment(data: bytes) -> bytes:
    """A JPEG with a comment."""
    return b"\xff\xd8\xff\xfe" + (len(data) + 2).to_bytes(2, "big") + data + jpeg()[2:]


@pytest.mark.parametrize(
    ("data", "content_type", "also"),
    [
        (png(chunk(b"tEXt", b"a\0<html><body>")), ContentType.PNG, "a web page"),
        (png(chunk(b"tEXt", b"a\0<ScRiPt>x()</ScRiPt>")), ContentType.PNG, "a web page"),
        (png(chunk(b"prVt", archive())), ContentType.PNG, "a ZIP archive"),
        (comment(b"<!DOCTYPE html>"), ContentType.JPEG, "a web page"),
        (comment(b"<?php x ?>"), ContentType.JPEG, "a web page"),
        (comment(archive()), ContentType.JPEG, "a ZIP archive"),
        (written_pdf(b"(<iframe src=x>)"), ContentType.PDF, "a web page"),
        (written_pdf(b"<</Length 114>>stream\n%b\nendstream" % archive()), ContentType.PDF, "a ZIP archive"),
    ],
    ids=digest,
)
def test_second_formats_are_rejected(tmp_path: Path, data: bytes, content_type: ContentType, also: str) -> None:
    rejection = reject(tmp_path, data, content_type)
    assert rejection.message == (
        f"“{rejection.file_name}” also contains {also}. Export it without other formats and upload it again."
    )


@pytest.mark.parametrize("content_type", IMAGES)
def test_a_format_after_another_is_rejected(tmp_path: Path, content_type: ContentType) -> None:
    for after in (archive(), b"<html></html>", png(), pdf()):
        assert reject(tmp_path, GOOD[content_type] + after, content_type).code == "INVALID"


@pytest.mark.parametrize("content_type", IMAGES)
def test_a_format_is_not_another(tmp_path: Path, content_type: ContentType) -> None:
    for other in IMAGES:
        if other is not content_type:
            assert reject(tmp_path, GOOD[other], content_type).fault == ContentFault.WRONG_TYPE
            assert reject(tmp_path, GOOD[other] + GOOD[content_type], content_type).fault == ContentFault.WRONG_TYPE


def test_an_end_record_without_an_archive_is_chance(tmp_path: Path) -> None:
    assert inspect(tmp_path, comment(b"PK\x05\x06" + bytes(18)), ContentType.JPEG).width == 30


@pytest.mark.parametrize("content_type", list(ContentType))
def test_empty_files_are_rejected(tmp_path: Path, content_type: ContentType) -> None:
    assert reject(tmp_path, b"", content_type).fault == ContentFault.EMPTY


def test_larger_files_are_not_read(tmp_path: Path) -> None:
    with (tmp_path / "stored").open("wb") as file:
        file.truncate(100 * 2**20 + 1)
    with pytest.raises(ContentRejected, match=r"^“label\.png” is larger than 100 MB\. Reduce its size"):
        inspect_file(tmp_path / "stored", ContentType.PNG, "label.png")
