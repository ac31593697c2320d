"""Files that are two formats at once, and files of the wrong size."""

import random
from pathlib import Path

import pytest

from domain.files.content_failures import ContentFault, ContentRejected
from domain.files.content_types import ContentType
from resolvers.files.inspection.content import Content
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


@pytest.mark.parametrize(
    "page",
    [
        b"<body>",
        b"<HEAD>",
        b"<img src=x>",
        b"<img/src=x>",
        b"<SVG\nonload = x()>",
        b"<svg>",
        b"<object data=x>",
        b"<embed src=x>",
        b"<link rel=x>",
        b"<meta charset=x>",
        b"<style>",
        b"<form action=x>",
        b"<base href=x>",
        b"<a href=x>",
        b"<A title='x y' HREF='x'>",
        b"<b id=x onerror=x()>",
        b"<x-y/OnFocus =x() autofocus>",
    ],
)
@pytest.mark.parametrize("content_type", [ContentType.PNG, ContentType.JPEG, ContentType.PDF])
def test_elements_of_web_pages_are_rejected_in_comments(tmp_path: Path, content_type: ContentType, page: bytes) -> None:
    carriers = {
        ContentType.PNG: lambda: png(chunk(b"tEXt", b"Comment\0" + page)),
        ContentType.JPEG: lambda: comment(page),
        ContentType.PDF: lambda: written_pdf(b"(%b)" % page),
    }
    rejection = reject(tmp_path, carriers[content_type](), content_type)
    assert (rejection.fault, rejection.detail) == (ContentFault.SECOND_FORMAT, "a web page")


@pytest.mark.parametrize(
    "note",
    [
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF><rdf:li xml:lang='x-default'>on sale = now</rdf:li>",
        b"<photoshop:Headline>a<b, c>a</photoshop:Headline>",
        b"<svg <a >link <metadata> <header> <linked> <imgs src=x> <a name=x>",
        b"<r a='x'>onload=x",
    ],
)
def test_metadata_is_no_web_page(tmp_path: Path, note: bytes) -> None:
    assert inspect(tmp_path, comment(note), ContentType.JPEG).width == 30


def test_random_bytes_are_no_web_page() -> None:
    Content("label.png", random.Random(7).randbytes(8 * 2**20)).require_one_format()  # noqa: S311 - the same bytes each time


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
