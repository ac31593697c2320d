"""CSV files: text in UTF-8 or UTF-16, whatever its rows say."""

from pathlib import Path

import pytest

from domain.files.content_failures import ContentFault
from domain.files.content_types import ContentType, Inspection
from tests.support.contents import digest, inspect, pdf, png, reject


@pytest.mark.parametrize(
    "data",
    [
        b"code,points\r\nA-1,5\r\n",
        "कोड,अंक\n".encode(),
        "\ufeffcode\tpoints\n".encode(),
        "code;points\n".encode("utf-16"),
        b"note\n<b>bold</b>\n",
        ("é" * 600_000).encode(),
    ],
    ids=digest,
)
def test_texts_pass(tmp_path: Path, data: bytes) -> None:
    assert inspect(tmp_path, data, ContentType.CSV) == Inspection(ContentType.CSV)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ("é,1".encode("latin-1"), ContentFault.NOT_UNICODE),
        ("é,1".encode()[:1], ContentFault.NOT_UNICODE),
        ("a,1".encode("utf-16")[:-1], ContentFault.NOT_UNICODE),
        (png(), ContentFault.NOT_UNICODE),
        ("a,1".encode("utf-16-le"), ContentFault.WRONG_TYPE),
        (b"a\x00b", ContentFault.WRONG_TYPE),
        (b"a\x1b[2J", ContentFault.WRONG_TYPE),
        (pdf(), ContentFault.WRONG_TYPE),
        (b"%PDF-1.7 text", ContentFault.WRONG_TYPE),
        (b" \n<!DOCTYPE html><p>", ContentFault.WRONG_TYPE),
        ("\ufeff<html>".encode(), ContentFault.WRONG_TYPE),
        (b"", ContentFault.EMPTY),
    ],
    ids=digest,
)
def test_others_are_rejected(tmp_path: Path, data: bytes, fault: ContentFault) -> None:
    assert reject(tmp_path, data, ContentType.CSV).fault == fault
