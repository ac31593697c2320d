"""Good files with bytes that changed: the inspection accepts or rejects them, and always ends."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from domain.files.content_failures import ContentRejected
from domain.files.content_types import ContentType
from tests.support.contents import chunk, inspect, jpeg, pdf, png, svg

GOOD = {
    ContentType.PNG: png(chunk(b"iCCP", b"a\0\0x\x9c\x03\0\0\0\0\1"), chunk(b"tEXt", b"a\0b")),
    ContentType.JPEG: jpeg(progressive=True),
    ContentType.SVG: svg('<style>.a{fill:url(#g)}</style><g id="g"><use href="#x"/></g><a href="#g" style="x:\\75 "/>'),
    ContentType.PDF: pdf(pages=2),
    ContentType.CSV: "code,पॉइंट\r\n".encode(),
}
# A change: where, in thousandths of the file, how many bytes it takes out, and what it puts there.
CHANGES = st.lists(
    st.tuples(
        st.integers(0, 1000),
        st.integers(0, 8),
        st.binary(max_size=8) | st.sampled_from([b"/JS", b"<", b"\xff", b"\0\0\0\0", b"url(", b"obj", b"99999999"]),
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("content_type", list(ContentType))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
@example(changes=[(500, 8, b"")])
def test_changed_files_pass_or_are_rejected(
    tmp_path: Path, content_type: ContentType, changes: list[tuple[int, int, bytes]]
) -> None:
    data = GOOD[content_type]
    for place, removed, added in changes:
        start = len(data) * place // 1000
        data = data[:start] + added + data[start + removed :]
    assert outcome(tmp_path, data, content_type) in {"passed", "rejected"}


@pytest.mark.parametrize("content_type", [ContentType.PNG, ContentType.JPEG, ContentType.SVG, ContentType.PDF])
def test_no_beginning_of_a_file_passes(tmp_path: Path, content_type: ContentType) -> None:
    data = GOOD[content_type].rstrip()
    step = max(1, len(data) // 40)
    for length in (*range(1, len(data), step), len(data) - 1):
        assert outcome(tmp_path, data[:length], content_type) == "rejected"


def outcome(path: Path, data: bytes, content_type: ContentType) -> str:
    """What the inspection says; any other exception is a bug and fails the test."""
    try:
        inspect(path, data, content_type)
    except ContentRejected:
        return "rejected"
    return "passed"
