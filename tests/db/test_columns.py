"""Rows by name: columns are derived from row types, and a statement with other columns is never made."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from msgspec import Struct
from sqlalchemy import literal, literal_column, select, text

import db
from db.accounts.tables import AccountTable
from db.catalog.reads import GEOGRAPHY_COLUMNS
from db.catalog.rows import GeographyRow, TierRow
from db.catalog.tables import GeographyTable, TierTable
from db.columns import columns, flags, scalar
from db.database import Database
from db.statement import Statement


class Placed(Struct, frozen=True):
    """A row that holds another one, and perhaps a third."""

    rank: int
    place: GeographyRow
    above: GeographyRow | None


class Renamed(NamedTuple):
    """A row whose first column has another name in its table."""

    title: str
    code: str


class Choice(StrEnum):
    """Two flags."""

    FIRST = "first"
    SECOND = "second"


def statements() -> Iterator[tuple[str, Statement[Any]]]:
    """All statements that modules of the layer hold, with their names."""
    for module in pkgutil.walk_packages(db.__path__, "db."):
        found = importlib.import_module(module.name)
        yield from ((f"{module.name}.{name}", it) for name, it in vars(found).items() if isinstance(it, Statement))


def test_columns_are_those_of_the_row_in_the_order_of_its_fields() -> None:
    """A table column of the same name, or an expression that gets the name."""
    assert [column.key for column in columns(TierTable, TierRow)] == ["id", "code", "name", "rank"]
    assert str(select(*columns(TierTable, Renamed, title=TierTable.name))).startswith(
        "SELECT tier.name AS title, tier.code"
    )


def test_a_row_within_a_row_has_columns_named_for_its_field() -> None:
    """So two rows of the same type, and two ids, never compare equal."""
    query = select(*columns(TierTable, Placed, place=GEOGRAPHY_COLUMNS, above=GEOGRAPHY_COLUMNS))
    names = [f"{field}__{name}" for field in ("place", "above") for name in GeographyRow.__struct_fields__]
    assert [column.key for column in query.selected_columns] == ["rank", *names]
    row = Statement(query, Placed).row
    city = (UUID(int=1), "MUM", "Mumbai", "CITY", UUID(int=2))
    region = (UUID(int=2), "MH", "Maharashtra", "REGION", UUID(int=3))
    place = GeographyRow(id=UUID(int=1), code="MUM", name="Mumbai", level="CITY", parent_id=UUID(int=2))
    above = GeographyRow(id=UUID(int=2), code="MH", name="Maharashtra", level="REGION", parent_id=UUID(int=3))
    assert row(7, *city, *region) == Placed(7, place, above)
    assert row(7, *city, *[None] * 5) == Placed(7, place, None)


def test_a_field_without_a_column_is_a_mistake() -> None:
    """And so is an expression without a field."""
    with pytest.raises(TypeError, match=r"^No column gives the field title of Renamed\.$"):
        columns(TierTable, Renamed)
    with pytest.raises(TypeError, match=r"^TierRow has no field named size, title\.$"):
        columns(TierTable, TierRow, title=TierTable.name, size=literal(1))


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("id", "name", "code", "rank"), "id, name, code, rank"),
        (("id", "code", "name"), "id, code, name"),
        (("id", "code", "name", "rank", "id"), "id, code, name, rank, id"),
    ],
    ids=["two of the same type swapped", "one dropped", "one added"],
)
def test_a_statement_with_other_columns_than_its_row_is_not_made(names: tuple[str, ...], found: str) -> None:
    """The error names the row, the columns that it needs, and those that are there."""
    query = select(*(getattr(TierTable, name) for name in names))
    message = rf"^TierRow needs the columns id, code, name, rank, but the statement has {found}\.$"
    with pytest.raises(TypeError, match=message):
        Statement(query, TierRow)
    with pytest.raises(TypeError, match=message):
        Statement(query.union_all(query), TierRow)


def test_columns_of_a_row_within_a_row_are_checked_too() -> None:
    """Two columns of the same type, swapped within the inner row."""
    swapped = list(GEOGRAPHY_COLUMNS)
    swapped[1], swapped[2] = swapped[2], swapped[1]
    with pytest.raises(TypeError, match=r"^Placed needs the columns rank, place__id, place__code, .*, but the "):
        Statement(select(*columns(TierTable, Placed, place=swapped, above=GEOGRAPHY_COLUMNS)), Placed)


def test_a_scalar_is_one_column() -> None:
    """Text that SQLAlchemy does not know as a column is none."""
    assert Statement(select(GeographyTable.code), scalar(str)).row("MUM") == "MUM"
    with pytest.raises(TypeError, match=r"^str needs one column, but the statement has 2\.$"):
        Statement(select(GeographyTable.code, GeographyTable.name), scalar(str))
    with pytest.raises(TypeError, match=r"^int needs one column, but the statement has 0\.$"):
        Statement(select(text("1")), scalar(int))


def test_flags_are_columns_named_for_their_members() -> None:
    """Swapped ones are caught, as in a row."""
    first: Any = literal_column("true").label("FIRST")
    second: Any = literal_column("true").label("SECOND")
    assert Statement(select(first, second), flags(Choice)).row(False, True) == {Choice.SECOND}  # noqa: FBT003 - columns
    with pytest.raises(TypeError, match=r"^Choice needs the columns FIRST, SECOND, but the statement has SECOND, FI"):
        Statement(select(second, first), flags(Choice))


async def test_rows_within_rows_come_out_of_the_database(shared_database: Database) -> None:
    """The same from a read and from a transaction, also where an outer join finds nothing."""
    rank: Any = literal_column("3")
    code: Any = literal_column("'X'")
    nothing: Any = literal_column("NULL")
    key = literal(UUID(int=1))
    place = columns(AccountTable, GeographyRow, id=key, code=code, name=code, level=code, parent_id=nothing)
    above = columns(AccountTable, GeographyRow, id=nothing, code=code, name=code, level=code, parent_id=nothing)
    statement = Statement(select(*columns(TierTable, Placed, rank=rank, place=place, above=above)), Placed)
    row = Placed(3, GeographyRow(id=UUID(int=1), code="X", name="X", level="X", parent_id=None), None)
    reading = shared_database.reading()
    assert await reading.fetch(statement) == [row]
    await reading.close()
    async with shared_database.writing() as session:
        assert await session.fetch(statement) == [row]


def test_every_statement_of_the_layer_is_checked() -> None:
    """Those that modules hold have the columns of their shapes; no statement is made with anything but a shape."""
    found = dict(statements())
    assert len(found) > 60
    for name, statement in found.items():
        statement.shape.check(statement.query)
        assert statement.row is statement.shape.build, name
    calls = [
        (path, call)
        for path in Path(db.__path__[0]).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Statement"
    ]
    assert len(calls) > len(found)
    for path, call in calls:
        given = call.args[1]
        named = given.func if isinstance(given, ast.Call) else given
        assert isinstance(named, ast.Name), f"{path}:{call.lineno}"
        if path.name in {"verify_reads.py", "verify_rows.py"} and named.id == "row":
            # Statements written as text, whose columns are declared from the fields of the row.
            continue
        assert named.id.endswith(("Row", "Count", "Record", "Holder", "Secrets", "Facts")) or named.id in {
            "scalar",
            "flags",
        }, f"{path}:{call.lineno} makes rows with {named.id}, which is no row type."
