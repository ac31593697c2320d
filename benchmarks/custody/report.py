"""The results of a run: a table with goals for people, one for a README, and a file for programs."""

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import orjson
from msgspec import Struct, to_builtins
from rich.console import Console
from rich.table import Table

_VERSIONS: Final = ("strawberry-graphql", "graphql-core", "asyncpg", "starlette", "uvicorn", "uvloop", "cryptography")


class Line(Struct, frozen=True):
    """A number with its unit: the median of the rounds, the lowest and the highest round, and a goal if it has one.

    The goal is the most that the number may be, or with `at_least` the least.
    """

    what: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None
    goal: float | None = None
    at_least: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal


def line_of(
    what: str, unit: str, rounds: Sequence[float], goal: float | None = None, *, at_least: bool = False
) -> Line:
    """The line of a number that every round measured."""
    several = len(rounds) > 1
    return Line(
        what=what,
        value=statistics.median(rounds),
        unit=unit,
        least=min(rounds) if several else None,
        most=max(rounds) if several else None,
        goal=goal,
        at_least=at_least,
    )


def print_report(lines: Sequence[Line], console: Console, subject: str) -> None:
    """A table of all numbers."""
    table = Table(title=f"{subject}: median (least to most) of the rounds", title_justify="left")
    for heading in ("what", "measured", "goal", ""):
        table.add_column(heading, justify="right" if heading in {"measured", "goal"} else "left")
    for line in lines:
        reached = {True: "[green]reached[/green]", False: "[red]missed[/red]", None: ""}[line.reached]
        table.add_row(line.what, _measured(line, " to "), _goal(line), reached)
    console.print(table)


def markdown(lines: Sequence[Line]) -> str:
    """The numbers as a table for a README; a number that misses its goal is bold."""
    rows = ["| what | measured | goal |", "|---|--:|--:|"]
    for line in lines:
        measured = _measured(line, "–")  # noqa: RUF001 - as in the other tables
        rows.append(f"| {line.what} | {f'**{measured}**' if line.reached is False else measured} | {_goal(line)} |")
    return "\n".join(rows)


def read_report(path: Path) -> dict[str, Any]:
    """The document of the results file; empty without one."""
    document: dict[str, Any] = orjson.loads(path.read_bytes()) if path.exists() else {}
    return document


def write_report(lines: Mapping[str, Sequence[Line]], details: Mapping[str, Any], path: Path) -> Path:
    """Replace the measured numbers in the results file, keep the others, and return the file."""
    document = read_report(path)
    about = {
        "at": datetime.now(UTC),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "versions": {name: version(name) for name in _VERSIONS},
    }
    for name, measured in lines.items():
        document[name] = {"lines": to_builtins(measured), "details": to_builtins(details.get(name)), "about": about}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z) + b"\n")
    return path


def _measured(line: Line, to: str) -> str:
    spread = "" if line.least is None else f" ({_number(line.least)}{to}{_number(line.most)})"
    return f"{_number(line.value)} {line.unit}".rstrip() + spread


def _goal(line: Line) -> str:
    if line.goal is None:
        return ""
    return f"{'≥' if line.at_least else '≤'} {_number(line.goal)} {line.unit}".rstrip()


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.2g}"  # noqa: PLR2004 - digits enough
