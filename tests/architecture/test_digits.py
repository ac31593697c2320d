r"""Only 0 to 9 are digits: Python's `\d`, `str.isdigit` and the like also accept the digits of other scripts."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDERS: Final = ("domain", "db", "resolvers", "schema", "graphql_api", "migrations", "benchmarks")
METHODS: Final = frozenset({"isdigit", "isdecimal", "isnumeric"})
# The functions of `re` that take a pattern.
PATTERN_FUNCTIONS: Final = frozenset(
    {"compile", "match", "fullmatch", "search", "findall", "finditer", "split", "sub", "subn"}
)


def digits_of_any_script(source: str) -> Iterator[tuple[int, str]]:
    r"""Line and text of what accepts digits of other scripts.

    A module whose strings contain `\d` must give re.ASCII to each of its patterns, because a pattern may be composed.
    """
    tree = ast.parse(source)
    names_digits = any(
        isinstance(node, ast.Constant) and isinstance(node.value, str) and ("\\d" in node.value or "\\D" in node.value)
        for node in ast.walk(tree)
    )
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            yield node.lineno, node.attr
        if isinstance(node, ast.Call) and names_digits and is_pattern(node) and "re.ASCII" not in ast.unparse(node):
            yield node.lineno, ast.unparse(node)


def is_pattern(call: ast.Call) -> bool:
    """Whether this calls a function of `re` that takes a pattern."""
    return any(ast.unparse(call.func) == f"re.{name}" for name in PATTERN_FUNCTIONS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_pattern_accepts_digits_of_other_scripts(folder: str) -> None:
    """A Decimal of Devanagari digits was stored, and others gave an internal error (N1)."""
    found = [
        f"{path.relative_to(ROOT)}:{line} {text}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, text in digits_of_any_script(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (r"re.compile(r'\d+')", [(1, r"re.compile('\\d+')")]),
        (r"re.fullmatch(r'\D', text, re.IGNORECASE)", [(1, r"re.fullmatch('\\D', text, re.IGNORECASE)")]),
        ("PART = r'\\d'\nre.search(PART, text)", [(2, "re.search(PART, text)")]),
        (r"re.compile(r'\d+', re.ASCII)", []),
        (r"re.compile(r'\d+', re.ASCII | re.DOTALL)", []),
        (r"re.compile(r'[0-9]+\w')", []),
        ("text.isdigit()", [(1, "isdigit")]),
        ("map(str.isdecimal, texts)", [(1, "isdecimal")]),
    ],
)
def test_the_check_finds_digits_of_other_scripts(source: str, found: list[tuple[int, str]]) -> None:
    assert list(digits_of_any_script(source)) == found
