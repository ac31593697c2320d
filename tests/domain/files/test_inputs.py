"""What may be uploaded for each purpose (R16)."""

from typing import Any

import pytest

from domain.files.content_types import ContentType
from domain.files.facts import NAME_ENDINGS, PURPOSE_RULES, SALES_TYPES, UploadLimits, UploadPurpose
from domain.files.inputs import upload_problems
from domain.files.signatures import may_begin
from domain.files.sizes import format_size

MEGABYTE = 2**20
GOOD: dict[str, Any] = {
    "purpose": UploadPurpose.LOGO,
    "file_name": "logo.png",
    "content_type": "image/png",
    "byte_size": 2 * MEGABYTE,
}
PNG, JPEG, PDF = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff\xe0\0\x10JFIF", b"%PDF-1.7\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def problems(**changed: Any) -> list[tuple[str, str, str]]:
    """The problems of an upload, as (code, field, message)."""
    found = upload_problems(**{**GOOD, **changed}, limits=UploadLimits())
    return [(problem.code.value, ".".join(problem.path), problem.message) for problem in found]


@pytest.mark.parametrize(
    ("purpose", "most"),
    [(UploadPurpose.ARTWORK, 100), (UploadPurpose.MARKETING_MATERIAL, 50), (UploadPurpose.LOGO, 2)],
)
def test_each_purpose_has_a_largest_size(purpose: UploadPurpose, most: int) -> None:
    noun = PURPOSE_RULES[purpose].noun
    assert problems(purpose=purpose, byte_size=most * MEGABYTE) == []
    message = f"The file has {most * MEGABYTE + 1:,} bytes; {noun} may have at most {most} MB."
    assert problems(purpose=purpose, byte_size=most * MEGABYTE + 1) == [("LIMIT_EXCEEDED", "byteSize", message)]


@pytest.mark.parametrize("size", [0, -1])
def test_an_empty_file_is_rejected(size: int) -> None:
    assert problems(byte_size=size) == [("INVALID", "byteSize", "The file is empty. Upload a file with content.")]


@pytest.mark.parametrize("content_type", ["application/pdf", "text/html", "image/gif", "", "image/png; charset=x"])
def test_a_logo_is_a_picture(content_type: str) -> None:
    message = "The content type of a logo must be image/svg+xml (SVG), image/png (PNG) or image/jpeg (JPEG)."
    assert problems(content_type=content_type) == [("INVALID", "contentType", message)]


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("image/png", "logo.png"),
        ("image/png", "LOGO.PNG"),
        ("image/png", "invoice.exe.png"),
        ("image/jpeg", "logo.jpg"),
        ("image/jpeg", "logo.JPeG"),
        ("image/svg+xml", "logo.svg"),
        ("application/pdf", "लेबल.pdf"),
    ],
)
def test_a_name_ends_like_its_type(content_type: str, name: str) -> None:
    assert problems(purpose=UploadPurpose.ARTWORK, content_type=content_type, file_name=name) == []


@pytest.mark.parametrize(
    ("content_type", "name", "endings"),
    [
        ("image/png", "invoice.html", ".png"),
        ("image/png", "x.hta", ".png"),
        ("image/png", "invoice.exe", ".png"),
        ("image/png", "x.pdf.lnk", ".png"),
        ("image/png", "logo.png.", ".png"),
        ("image/png", "logo", ".png"),
        ("image/png", "logopng", ".png"),
        ("image/png", "logo.svg", ".png"),
        ("image/png", "logo.jpg", ".png"),
        ("image/jpeg", "logo.png", ".jpg or .jpeg"),
        ("image/svg+xml", "logo.svgz", ".svg"),
        ("application/pdf", "label.pdf.exe", ".pdf"),
    ],
)
def test_a_name_that_ends_like_another_type_is_rejected(content_type: str, name: str, endings: str) -> None:
    message = f"The name of a file of type {content_type} must end in {endings}. Rename the file."
    found = problems(purpose=UploadPurpose.ARTWORK, content_type=content_type, file_name=name)
    assert found == [("INVALID", "fileName", message)]


def test_every_type_has_an_ending_of_names() -> None:
    assert NAME_ENDINGS.keys() == {*(str(kind) for kind in ContentType), *SALES_TYPES}


def test_all_problems_are_reported_together() -> None:
    found = problems(file_name="a/b", content_type="text/html", byte_size=0)
    assert [field for _, field, _ in found] == ["fileName", "contentType", "byteSize"]


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("text/csv", "march.csv"),
        ("text/csv", "march.tsv"),
        ("text/csv", "march.TXT"),
        ("application/x-ndjson", "march.ndjson"),
        ("application/x-ndjson", "march.jsonl"),
    ],
)
def test_files_of_sales_are_text(content_type: str, name: str) -> None:
    assert problems(purpose=UploadPurpose.SALES_IMPORT, content_type=content_type, file_name=name) == []


def test_compressed_sales_are_rejected_by_their_type_and_name() -> None:
    message = "The content type of a file of sales must be text/csv (CSV) or application/x-ndjson (NDJSON)."
    found = problems(purpose=UploadPurpose.SALES_IMPORT, content_type="application/gzip", file_name="march.csv.gz")
    assert found == [("INVALID", "contentType", message)]
    ending = "The name of a file of type text/csv must end in .csv, .tsv or .txt. Rename the file."
    found = problems(purpose=UploadPurpose.SALES_IMPORT, content_type="text/csv", file_name="march.csv.gz")
    assert found == [("INVALID", "fileName", ending)]


@pytest.mark.parametrize(
    ("content_type", "start"),
    [
        ("image/png", PNG),
        ("image/jpeg", JPEG),
        ("application/pdf", PDF),
        ("application/pdf", b"\0" * 100 + PDF),
        ("image/svg+xml", SVG),
        ("image/svg+xml", b"\xef\xbb\xbf \n" + SVG),
        ("image/svg+xml", b"\xff\xfe" + SVG.decode().encode("utf-16-le")),
        ("image/svg+xml", b"<!-- a drawing -->"),
    ],
)
def test_a_file_may_begin_like_its_type(content_type: str, start: bytes) -> None:
    assert may_begin(content_type, start)


@pytest.mark.parametrize(
    ("content_type", "start"),
    [
        ("image/png", JPEG),
        ("image/png", b"MZ\x90\0"),
        ("image/jpeg", PNG),
        ("application/pdf", SVG),
        ("image/svg+xml", PDF),
        ("image/svg+xml", b"alert(1)"),
        ("image/svg+xml", b"\x1f\x8b\x08"),
    ],
)
def test_a_file_of_another_type_is_noticed_early(content_type: str, start: bytes) -> None:
    assert not may_begin(content_type, start)


def test_sizes_within_sentences() -> None:
    sizes = [1, 999, 1_048_575, MEGABYTE, MEGABYTE + 1, 200 * MEGABYTE]
    written = ["1 byte", "999 bytes", "1,048,575 bytes", "1 MB", "1,048,577 bytes", "200 MB"]
    assert [format_size(size) for size in sizes] == written
