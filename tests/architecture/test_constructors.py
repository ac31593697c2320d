"""Constructors take their values by name: of more than three in a row, two are swapped without an error."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDERS: Final = ("domain", "db", "resolvers", "schema", "graphql_api", "benchmarks", "tests")
MOST: Final = 3
# These take any number of values of one kind: columns of an index, key, or bar, problems of an input, headings.
# The last one is Python's own, and takes no names.
VARIADIC: Final = frozenset(
    {"Index", "InvalidInput", "PrimaryKeyConstraint", "Progress", "Table", "UnicodeDecodeError"}
)


def positional_constructions(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of each call of a class with more than three positional values, or with an unknown number."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = called_class(call)
        starred = any(isinstance(value, ast.Starred) for value in call.args)
        if name is not None and name not in VARIADIC and (starred or len(call.args) > MOST):
            yield call.lineno, name


def called_class(call: ast.Call) -> str | None:
    """The name that is called, if it is one of a class: CapWords, perhaps private, and no CONSTANT."""
    target = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    bare = target.lstrip("_")
    return target if bare[:1].isupper() and (len(bare) == 1 or not bare.isupper()) else None


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_constructor_takes_more_than_three_positional_values(folder: str) -> None:
    """Not in the product, the benchmarks or the tests. Statements build rows from columns that they have checked."""
    found = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, name in positional_constructions(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Row(1, 2, 3, 4)", [(1, "Row")]),
        ("\nrows.Row(1, 2, 3, 4, five=5)", [(2, "Row")]),
        ("_Row(*record)", [(1, "_Row")]),
        ("Row(1, 2, 3, four=4)", []),
        ("Row(one=1, two=2, three=3, four=4)", []),
        ("row(*record)", []),
        ("LIMITS(1, 2, 3, 4)", []),
        ("Index('name', 'one', 'two', 'three')", []),
    ],
)
def test_the_check_finds_positional_constructor_calls(source: str, found: list[tuple[int, str]]) -> None:
    """Private and qualified names too; functions and constants are not constructors."""
    assert list(positional_constructions(source)) == found
