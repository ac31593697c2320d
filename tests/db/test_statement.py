"""Statements: compiled once, their arguments in order, and each row one typed value."""

from typing import NamedTuple
from uuid import UUID

import msgspec
import pytest
from msgspec import Struct
from sqlalchemy import Integer, bindparam, column, func, literal, select, values

from db.catalog.tables import TierTable
from db.columns import scalar
from db.counting import counting
from db.database import Database
from db.keyset import Sort, keyset
from db.statement import Statement, moment, number, string, texts, uuid, uuids


class Pair(Struct, frozen=True):
    """A row of two columns."""

    left: int
    right: str


class Ranked(NamedTuple):
    """A row of a list in the order of its rank."""

    place: int
    rank: int
    id: UUID


ROWS = values(column("place", Integer), column("name", Integer), name="rows").data([(n, n // 2) for n in range(6)])


def test_arguments_come_in_the_order_of_the_placeholders() -> None:
    """For any order of names. A parameter that is used twice is sent once."""
    query = select(literal(1)).where(string("b") == string("a"), string("b") != number("c"), uuid("d").is_not(None))
    statement = Statement(query, scalar(int))
    given = {"a": "A", "b": "B", "c": 3, "d": UUID(int=4)}
    arguments = statement.arguments(given)
    for name, value in given.items():
        assert arguments.count(value) == 1, name
        assert f"${arguments.index(value) + 1}::" in statement.sql
    assert statement.sql.count(f"${arguments.index('B') + 1}::") == 2
    assert statement.arguments(dict(reversed(given.items()))) == arguments


def test_a_parameter_that_the_statement_does_not_have_is_a_bug() -> None:
    """A misspelled name never silently means another query."""
    statement = Statement(select(string("word")), scalar(str))
    with pytest.raises(TypeError, match=r"^no such parameter: else, words$"):
        statement.arguments({"word": "x", "words": "y", "else": 1})


def test_constants_of_the_statement_are_arguments_too() -> None:
    """A literal in the query needs no value of its own."""
    statement = Statement(select(literal("constant").label("left"), string("given").label("right")), Pair)
    assert sorted(statement.arguments({"given": "x"})) == ["constant", "x"]


@pytest.mark.parametrize(
    ("parameter", "cast"),
    [
        (uuids("x"), "UUID[]"),
        (texts("x"), "TEXT[]"),
        (uuid("x"), "UUID"),
        (string("x"), "TEXT"),
        (moment("x"), "TIMESTAMP WITH TIME ZONE"),
        (number("x"), "BIGINT"),
    ],
)
def test_parameters_carry_their_type_to_the_database(parameter: object, cast: str) -> None:
    """So that the database never has to guess it."""
    assert Statement(select(parameter), scalar(str)).sql.replace("VARCHAR", "TEXT") == f"SELECT $1::{cast} AS anon_1"  # type: ignore[call-overload]


async def test_rows_become_typed_values(shared_database: Database) -> None:
    """The same from a read and from a transaction."""
    query = select(literal(1).label("left"), string("right").label("right")).union_all(
        select(literal(2), literal("two"))
    )
    statement = Statement(query, Pair)
    reading = shared_database.reading()
    expected = [Pair(1, "one"), Pair(2, "two")]
    assert sorted(await reading.fetch(statement, right="one"), key=msgspec.structs.astuple) == expected
    await reading.close()
    async with shared_database.writing() as session:
        assert sorted(await session.fetch(statement, right="one"), key=msgspec.structs.astuple) == expected


async def test_counting_counts_the_rows_of_a_query(shared_database: Database) -> None:
    """With the parameters of the query, and without its columns."""
    query = select(ROWS.c.place).where(ROWS.c.place >= bindparam("least", type_=Integer(), required=True))
    reading = shared_database.reading()
    assert await reading.fetch(counting(query), least=2) == [4]
    assert await reading.fetch(counting(query), least=9) == [0]
    await reading.close()


@pytest.mark.parametrize("descending", [False, True])
async def test_keyset_pages_cover_a_list_with_ties(shared_database: Database, *, descending: bool) -> None:
    """Rows with equal values are told apart by their ids, in both directions."""
    key = func.lpad(ROWS.c.place.cast(Integer).op("||")(""), 32, "0").cast(uuid("x").type)
    ranked = select(ROWS.c.place, ROWS.c.name.label("rank"), key.label("id")).subquery()
    sort = Sort(TierTable.rank, descending=descending)
    whole = [(n, n // 2) for n in range(6)]
    if descending:
        whole.reverse()
    reading = shared_database.reading()
    for backward in (False, True):
        expected = whole[::-1] if backward else whole
        found: list[tuple[int, int]] = []
        cursor: dict[str, object] = {}
        while True:
            query = keyset(select(ranked), sort, rows=ranked.c, backward=backward, resumed=bool(cursor))
            rows = await reading.fetch(Statement(query, Ranked), limit=2, **cursor)
            if not rows:
                break
            found += [(place, name) for place, name, _ in rows]
            cursor = {"cursor_value": sort.value(rows[-1]), "cursor_id": rows[-1].id}
        assert found == expected
    await reading.close()
