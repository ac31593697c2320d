"""The results of a run: a table with goals for people, and a file for programs."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import orjson
from msgspec import Struct, to_builtins
from rich.console import Console
from rich.table import Table

LATEST: Final = Path(__file__).parent.parent / "results" / "events.json"
_VERSIONS: Final = ("strawberry-graphql", "graphql-core", "asyncpg", "starlette", "uvicorn", "uvloop", "websockets")


class Line(Struct, frozen=True):
    """A number with its unit and, if it has one, its goal, which is a maximum."""

    what: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None
    goal: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        return None if self.goal is None else self.value <= self.goal


def print_report(lines: Sequence[Line], console: Console) -> None:
    """A table of all numbers."""
    table = Table(title="Live events: median (least to most) of the rounds", title_justify="left")
    for heading in ("what", "measured", "goal", ""):
        table.add_column(heading, justify="right" if heading in {"measured", "goal"} else "left")
    for line in lines:
        spread = "" if line.least is None else f" ({_number(line.least)} to {_number(line.most)})"
        reached = {True: "[green]reached[/green]", False: "[red]missed[/red]", None: ""}[line.reached]
        goal = "" if line.goal is None else f"≤ {_number(line.goal)} {line.unit}".rstrip()
        table.add_row(line.what, f"{_number(line.value)} {line.unit}".rstrip() + spread, goal, reached)
    console.print(table)


def write_report(found: Mapping[str, Mapping[str, Any]], lines: Mapping[str, Sequence[Line]]) -> Path:
    """Replace the measured numbers in the results file, keep the others, and return the file."""
    document: dict[str, Any] = orjson.loads(LATEST.read_bytes()) if LATEST.exists() else {}
    about = {
        "at": datetime.now(UTC),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "versions": {name: version(name) for name in _VERSIONS},
    }
    for name, rounds in found.items():
        document[name] = {"lines": to_builtins(lines[name]), **to_builtins(rounds), "about": about}
    LATEST.parent.mkdir(parents=True, exist_ok=True)
    LATEST.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z) + b"\n")
    return LATEST


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"  # noqa: PLR2004 - digits enough
