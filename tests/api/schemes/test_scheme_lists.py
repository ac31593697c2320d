"""Lists of schemes: invalid arguments, broken cursors, and the cost of a count."""

import base64
import json
from typing import Any

import pytest

from db.sessions import Reading
from db.statement import Statement
from tests.support.client import Client, Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.world import key

LIST = """query($orderBy: SchemeOrder, $first: Int, $after: String, $last: Int, $before: String) {
  schemes(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
COUNTED = "{ schemes(first: 1) { totalCount nodes { code } } }"
UNCOUNTED = "{ schemes(first: 1) { nodes { code } } }"
VARIANTS = "{ variants(first: 1) { edges { cursor } } }"
BOTH_ENDS = "Ask for the first rows or for the last ones, not for both."
BOTH_CURSORS = "Read after one cursor or before one, not both."
NOT_OURS = "This cursor was not made by this list; start from the beginning."
OF_ANOTHER = "This cursor belongs to another list or order; start from the beginning."
SIZES = (0, -1, -(2**31), 201, 100_000, 2**31 - 1)


async def test_a_page_has_one_to_two_hundred_rows(clients: Clients) -> None:
    analyst = clients["ANALYST"]
    for size in SIZES:
        message = f"A page has 1 to 200 rows, not {size:,}."
        for argument in ("first", "last"):
            assert await _expect_error(analyst, **{argument: size}) == (message, argument)
            queue = f"{{ workQueues {{ schemes({argument}: {size}) {{ nodes {{ id }} }} }} }}"
            if argument == "first":
                (error,) = (await clients["PROGRAM_MANAGER"].send(queue)).errors[:1]
                assert (error["extensions"]["code"], error["message"]) == ("BAD_USER_INPUT", message)
    for size in (1, 200):
        assert (await analyst.send(LIST, first=size)).data["schemes"]["nodes"] == []


async def test_arguments_that_contradict_each_other_are_rejected(clients: Clients, factory: SchemeFactory) -> None:
    await factory.created()
    analyst = clients["ANALYST"]
    (cursor,) = await _cursors(analyst)
    assert await _expect_error(analyst, first=1, last=1) == (BOTH_ENDS, "last")
    assert await _expect_error(analyst, first=1, last=1, after=cursor) == (BOTH_ENDS, "last")
    assert await _expect_error(analyst, after=cursor, before=cursor) == (BOTH_CURSORS, "before")
    assert await _expect_error(analyst, first=1, after=cursor, before=cursor) == (BOTH_CURSORS, "before")
    backward = "“last” reads backward: give “before”, not “after”."
    assert await _expect_error(analyst, last=1, after=cursor) == (backward, "after")
    forward = "“first” reads forward: give “after”, not “before”."
    assert await _expect_error(analyst, first=1, before=cursor) == (forward, "before")


@pytest.mark.parametrize("order", ["UPDATED_AT_DESC", "STARTS_ON_ASC", "TITLE_ASC"])
async def test_a_broken_cursor_is_a_clear_error(clients: Clients, factory: SchemeFactory, order: str) -> None:
    await factory.created()
    analyst = clients["ANALYST"]
    (cursor,) = await _cursors(analyst, order)
    name, value, row = json.loads(base64.urlsafe_b64decode(f"{cursor}=="))
    shapes: list[Any] = [
        None,
        {},
        [],
        [name],
        [name, value],
        [name, value, row, row],
        [name, value, "no uuid"],
        [name, None, row],
        [name, 5, row],
        [None, value, row],
        [name, [value], row],
    ]
    broken = [
        "",
        "garbage",
        "é",
        " ",
        "\x00",
        f"{cursor}\x00",
        cursor[:-3],
        cursor[3:],
        f"{cursor}!",
        base64.urlsafe_b64encode(b"nonsense").decode(),
        base64.urlsafe_b64encode(b"\xff\xfe\x00").decode(),
        *(_cursor(document) for document in shapes),
    ]
    for text in broken:
        for argument in ("after", "before"):
            assert await _expect_error(analyst, orderBy=order, **{argument: text}) == (NOT_OURS, argument), text


async def test_a_cursor_of_another_order_or_list_is_rejected(clients: Clients, factory: SchemeFactory) -> None:
    await factory.created()
    analyst = clients["ANALYST"]
    same_shape = (
        ("UPDATED_AT_DESC", "CREATED_AT_DESC"),
        ("STARTS_ON_ASC", "STARTS_ON_DESC"),
        ("TITLE_ASC", "CODE_ASC"),
    )
    for pair in same_shape:
        for order, other in (pair, pair[::-1]):
            (cursor,) = await _cursors(analyst, order)
            assert await _expect_error(analyst, orderBy=other, after=cursor) == (OF_ANOTHER, "after")
    (title,) = await _cursors(analyst, "TITLE_ASC")
    assert await _expect_error(analyst, orderBy="UPDATED_AT_DESC", after=title) == (OF_ANOTHER, "after")
    (edge,) = (await analyst.send(VARIANTS)).data["variants"]["edges"]
    assert await _expect_error(analyst, orderBy="TITLE_ASC", after=edge["cursor"]) == (OF_ANOTHER, "after")
    assert await _expect_error(analyst, orderBy="STARTS_ON_ASC", after=edge["cursor"]) == (OF_ANOTHER, "after")


@pytest.mark.parametrize(
    ("order", "name", "value"),
    [
        ("TITLE_ASC", "scheme.sort_title asc", "Mon\x00soon"),
        ("UPDATED_AT_DESC", "scheme.updated_at desc", "9999-12-31T23:59:59-12:00"),
        ("UPDATED_AT_DESC", "scheme.updated_at desc", "0001-01-01T00:00:00+12:00"),
    ],
)
async def test_a_forged_cursor_with_an_impossible_value_is_rejected(
    clients: Clients, order: str, name: str, value: str
) -> None:
    """Clients can forge cursors. A value that the database cannot hold must not become an internal error."""
    forged = _cursor([name, value, str(key("some scheme"))])
    answer = await clients["ANALYST"].send(LIST, orderBy=order, after=forged)
    assert (answer.codes, [error["path"] for error in answer.errors]) == (["BAD_USER_INPUT"], [["schemes"]])


async def test_a_forged_cursor_at_the_ends_of_time_is_just_a_place(clients: Clients, factory: SchemeFactory) -> None:
    await factory.created()
    for order, name, value in (
        ("TITLE_ASC", "scheme.sort_title asc", ""),
        ("STARTS_ON_ASC", "scheme.starts_on asc", "0001-01-01"),
        ("STARTS_ON_DESC", "scheme.starts_on desc", "9999-12-31"),
        ("CREATED_AT_DESC", "scheme.created_at desc", "9999-12-31T23:59:59.999999Z"),
    ):
        cursor = _cursor([name, value, str(key("some scheme"))])
        page = (await clients["ANALYST"].send(LIST, orderBy=order, after=cursor)).data["schemes"]
        assert len(page["nodes"]) == 1
        assert page["pageInfo"]["hasPreviousPage"] is True


@pytest.mark.parametrize("text", ["\x00", "'", "\\", ":* & | !", "x" * 3_000, "%", "é", "🎉", "a " * 2_000])
async def test_any_text_can_be_searched_for(clients: Clients, factory: SchemeFactory, text: str) -> None:
    """A text that no title contains finds nothing, and neither does one without a letter or a digit."""
    await factory.created("Monsoon Care")
    query = "query($text: String) { schemes(filter: { search: $text }) { nodes { title } } }"
    found = (await clients["ANALYST"].send(query, text=text)).data["schemes"]["nodes"]
    assert found == []


async def test_the_count_is_made_only_when_it_is_selected(
    clients: Clients, factory: SchemeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    await factory.created()
    await factory.created()
    asked: list[str] = []
    fetch = Reading.fetch

    async def noting(self: Reading, statement: Statement[Any], **parameters: Any) -> list[Any]:
        asked.append(statement.sql)
        return await fetch(self, statement, **parameters)

    monkeypatch.setattr(Reading, "fetch", noting)
    assert len((await clients["ANALYST"].send(UNCOUNTED)).data["schemes"]["nodes"]) == 1
    assert [sql for sql in asked if "count(" in sql.lower()] == []
    pages = [sql for sql in asked if "FROM scheme" in sql]
    assert len(pages) == 1
    asked.clear()
    assert (await clients["ANALYST"].send(COUNTED)).data["schemes"]["totalCount"] == 2
    assert len([sql for sql in asked if "count(" in sql.lower()]) == 1


async def _expect_error(client: Client, **arguments: Any) -> tuple[str, str]:
    """Message and argument of the one error of a list."""
    (error,) = (await client.send(LIST, **arguments)).errors
    assert error["path"] == ["schemes"]
    assert error["extensions"].keys() == {"code", "argument"}
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    return error["message"], error["extensions"]["argument"]


async def _cursors(client: Client, order: str | None = None) -> list[str]:
    return [edge["cursor"] for edge in (await client.send(LIST, orderBy=order)).data["schemes"]["edges"]]


def _cursor(document: Any) -> str:
    """A cursor as the server would write it."""
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")
