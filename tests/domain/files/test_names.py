"""Names of files, and where their contents lie."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.files.names import attachment_header, content_key, name_problems, sha256_of_key

PATH = ("fileName",)
HIDDEN = "The name of the file contains an invisible character"
SLASH = "The name of the file contains a slash. Send its name without folders."
REJECTED = [
    ("", "The name of the file is missing."),
    (" \t", "The name of the file is missing."),
    ("a/b.png", SLASH),
    ("../../etc/passwd", SLASH),
    ("..\\boot.ini", SLASH),
    ("/etc/passwd", SLASH),
    ("..", "The name of the file needs a letter or a digit."),
    ("a\nb.png", "The name of the file contains characters that cannot be shown."),
    ("a\0b.png", "The name of the file contains characters that cannot be shown."),
    ("a\x1bb.png", "The name of the file contains characters that cannot be shown."),
    ("gnp\u202eexe.png", f"{HIDDEN} (U+202E, character 4); remove it."),
    ("a\u2066b.png", f"{HIDDEN} (U+2066, character 2); remove it."),
    ("a\u200bb.png", f"{HIDDEN} (U+200B, character 2); remove it."),
    ("x" * 256, "The name of the file has 256 characters; at most 255 are allowed."),
]


@pytest.mark.parametrize(("name", "message"), REJECTED)
def test_a_name_without_folders_and_tricks_is_needed(name: str, message: str) -> None:
    assert [(problem.message, problem.path) for problem in name_problems(name, PATH)] == [(message, PATH)]


@pytest.mark.parametrize(
    "name", ["logo.png", "Etikett 1 L (neu).pdf", "लेबल.svg", "ラベル.png", "x" * 255, "…", "a;b%20.png"]
)
def test_names_in_all_scripts_are_accepted(name: str) -> None:
    assert list(name_problems(name, PATH)) == []


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("logo.png", 'attachment; filename="logo.png"'),
        ("Etikett (neu).pdf", 'attachment; filename="Etikett (neu).pdf"'),
        ('a"b.png', "attachment; filename=\"a_b.png\"; filename*=UTF-8''a%22b.png"),
        ("100%.png", "attachment; filename=\"100_.png\"; filename*=UTF-8''100%25.png"),
        ("Größe.png", "attachment; filename=\"Gr__e.png\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.png"),
    ],
)
def test_a_download_is_saved_under_the_name(name: str, header: str) -> None:
    """RFC 6266, with a plain name for old programs."""
    assert attachment_header(name) == header


@given(st.text(min_size=1, max_size=60))
def test_a_header_is_one_line_of_ascii(name: str) -> None:
    """No name ends the quoted string or the header, whatever it contains."""
    try:
        header = attachment_header(name)
    except UnicodeEncodeError:
        # Surrogates never get past the parser of JSON.
        return
    assert header.isascii()
    assert header.isprintable()
    plain, _, rest = header.removeprefix('attachment; filename="').partition('"')
    assert not {"\\", "/", "%"} & set(plain)
    assert rest == "" or rest.startswith("; filename*=UTF-8''")


def test_a_content_lies_under_its_sha256() -> None:
    digest = hashlib.sha256(b"").digest()
    key = "sha256/e3/b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert content_key(digest) == key
    assert sha256_of_key(key) == digest
    for other in ("", key[:-1], f"{key}0", key.upper(), key.replace("e3", "../e3"), f"x/{key}", "sha256/e3/new-abc"):
        assert sha256_of_key(other) is None, other
