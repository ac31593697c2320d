"""Arguments of pages, and cursors, without a list."""

import base64
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from msgspec import Struct

from db.keyset import Sort
from db.points.entry_reads import NEWEST_ENTRY
from db.schemes.tables import SchemeTable
from db.settlements.pages import LINES_BY_ECP
from domain.requests import BadArgument
from resolvers.paging import (
    DEFAULT_PAGE,
    LARGEST_PAGE,
    PageArguments,
    decode_page_cursor,
    empty_page,
    encode_page_cursor,
    page_size,
)


class Entry(Struct, frozen=True):
    """A row of a list."""

    id: UUID
    updated_at: datetime


NEWEST, OLDEST = Sort(SchemeTable.updated_at, descending=True), Sort(SchemeTable.updated_at)
ENTRY = Entry(UUID(int=1), datetime(2026, 3, 10, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (PageArguments(), (DEFAULT_PAGE, False)),
        (PageArguments(first=1), (1, False)),
        (PageArguments(first=LARGEST_PAGE, after="x"), (LARGEST_PAGE, False)),
        (PageArguments(last=3), (3, True)),
        (PageArguments(before="x"), (DEFAULT_PAGE, True)),
    ],
)
def test_size_and_direction_follow_from_the_arguments(arguments: PageArguments, expected: tuple[int, bool]) -> None:
    assert page_size(arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        (PageArguments(first=1, last=1), "last"),
        (PageArguments(after="x", before="x"), "before"),
        (PageArguments(last=1, after="x"), "after"),
        (PageArguments(first=1, before="x"), "before"),
        (PageArguments(first=0), "first"),
        (PageArguments(last=LARGEST_PAGE + 1), "last"),
    ],
)
def test_arguments_that_contradict_each_other_are_rejected(arguments: PageArguments, argument: str) -> None:
    with pytest.raises(BadArgument) as raised:
        page_size(arguments)
    assert raised.value.extensions["argument"] == argument


def test_a_cursor_holds_the_place_of_its_row() -> None:
    place = {"cursor_value": ENTRY.updated_at, "cursor_id": ENTRY.id}
    assert decode_page_cursor(NEWEST, encode_page_cursor(NEWEST, ENTRY), "after") == place


def test_a_cursor_is_the_same_moment_in_any_time_zone() -> None:
    elsewhere = Entry(ENTRY.id, ENTRY.updated_at.astimezone(timezone(timedelta(hours=5, minutes=30))))
    found = decode_page_cursor(NEWEST, encode_page_cursor(NEWEST, elsewhere), "after")["cursor_value"]
    assert (found, found.tzinfo) == (ENTRY.updated_at, UTC)


@pytest.mark.parametrize("sort", [NEWEST_ENTRY, LINES_BY_ECP])
@pytest.mark.parametrize("value", ["9223372036854775808", "1" + 30 * "0", "-9223372036854775808", "1e40", "0.5"])
def test_a_number_that_no_row_has_is_no_cursor(sort: Sort, value: str) -> None:
    """Also one that PostgreSQL cannot take."""
    text = base64.urlsafe_b64encode(f'["{sort.name}",{value},"{ENTRY.id}"]'.encode()).decode()
    with pytest.raises(BadArgument) as raised:
        decode_page_cursor(sort, text.rstrip("="), "after")
    assert str(raised.value) == "This cursor was not made by this list; start from the beginning."


@pytest.mark.parametrize(("sort", "largest"), [(NEWEST_ENTRY, 2**62), (LINES_BY_ECP, 2**31 - 1)])
def test_cursors_hold_numbers_that_columns_hold(sort: Sort, largest: int) -> None:
    for number in (largest, 1, -largest):
        text = base64.urlsafe_b64encode(f'["{sort.name}",{number},"{ENTRY.id}"]'.encode()).decode()
        place = decode_page_cursor(sort, text.rstrip("="), "after")
        assert place == {"cursor_value": number, "cursor_id": ENTRY.id}


@pytest.mark.parametrize("text", ["", "x", "é", "bm90aGluZw", encode_page_cursor(OLDEST, ENTRY)])
def test_a_cursor_of_something_else_is_rejected(text: str) -> None:
    with pytest.raises(BadArgument):
        decode_page_cursor(NEWEST, text, "after")
    with pytest.raises(BadArgument):
        empty_page(PageArguments(after=text), NEWEST)
