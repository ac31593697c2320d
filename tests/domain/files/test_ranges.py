"""Ranges of bytes in HTTP headers: RFC 9110, section 14."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.files.ranges import ByteRange, MalformedRange, Unsatisfiable, requested_range, sent_range


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-99", (0, 100)),
        ("bytes=10-19", (10, 10)),
        ("bytes=90-", (90, 10)),
        ("bytes=90-1000", (90, 10)),
        ("bytes=-1", (99, 1)),
        ("bytes=-100", (0, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes= 5-6 ", (5, 2)),
    ],
)
def test_a_range_is_read(header: str, expected: tuple[int, int]) -> None:
    found = requested_range(header, 100)
    assert found is not None
    assert (found.first, found.length) == expected


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "items=0-1", "bytes=0-1,3-4", "bytes=1--2"),
        *("bytes=+1-2", "bytes=0x1-2", "bytes=1_0-20", "bytes=٣-٤", f"bytes={'9' * 19}-", "Bytes=0-1"),
    ],
)
def test_another_header_means_the_whole_file(header: str | None) -> None:
    """The RFC lets servers ignore it, and an ignored range is never a wrong one."""
    assert requested_range(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=999999999999-", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        requested_range(header, 100)


@given(st.integers(1, 10**12), st.data())
def test_every_range_lies_within_the_file(size: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, size - 1))
    last = data.draw(st.integers(first, size + 10))
    found = requested_range(f"bytes={first}-{last}", size)
    assert found is not None
    assert (found.first, found.last) == (first, min(last, size - 1))


def test_a_part_says_where_it_begins() -> None:
    assert sent_range("bytes 0-99/1000", 1000) == ByteRange(0, 100)
    assert sent_range("bytes 999-999/*", 1000) == ByteRange(999, 1)


@pytest.mark.parametrize(
    "header",
    [
        *("", "bytes 0-99", "bytes=0-99/1000", "bytes 5-4/1000", "bytes 0-1000/1000", "bytes 0-99/999"),
        *("bytes -1-99/1000", "bytes */1000", "bytes 0-99/1000 ", "bytes ٠-٩/1000", "items 0-99/1000"),
    ],
)
def test_a_part_that_does_not_fit_is_malformed(header: str) -> None:
    with pytest.raises(MalformedRange):
        sent_range(header, 1000)
