"""The costs of lists of ECPs: a table for people, one for a README, and a file for programs."""

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from msgspec import Struct
from rich.console import Console
from rich.table import Table

LATEST: Final = Path(__file__).parent / "results" / "ecp_lists.json"
# Milliseconds of database time that a page may take; clients request a count only if they show it.
GOAL_MS: Final = 20.0
PAGES: Final = ("first", "middle", "last")
PARTS: Final = (*PAGES, "count")


class Explained(Struct, frozen=True):
    """The cost of one statement."""

    milliseconds: float
    buffers: int
    rows: int
    plan: str


# By list and then by part.
Measured = Mapping[str, Mapping[str, Explained]]


def print_report(measured: Measured, console: Console, *, plans: bool) -> None:
    """A table of all lists with the goal of their pages."""
    table = Table("list", *(f"{part}: ms" for part in PARTS), "buffers", "pages within the goal")
    for name, found in measured.items():
        buffers = " / ".join(f"{found[part].buffers:,}" for part in PARTS)
        table.add_row(name, *_milliseconds(found), buffers, "yes" if _reached(found) else "NO")
        if plans:
            for part, value in found.items():
                console.print(f"{name} / {part}: {value.plan}")
    console.print(table)


def markdown(measured: Measured) -> str:
    """The numbers as a table for a README."""
    lines = [f"| list | {' | '.join(PARTS)} |", "|---" * (1 + len(PARTS)) + "|"]
    lines += [f"| {name} | {' | '.join(_milliseconds(found))} |" for name, found in measured.items()]
    return "\n".join(lines)


def write_report(measured: Measured, about: Mapping[str, Any]) -> Path:
    """Write the numbers of the run to `LATEST`, and return it."""
    document = {
        "about": {
            "at": datetime.now(UTC),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "machine": platform.machine(),
            "system": platform.system(),
            "goal_ms": GOAL_MS,
            **about,
        },
        "lists": {
            name: {
                part: {"ms": round(value.milliseconds, 2), "buffers": value.buffers, "rows": value.rows}
                for part, value in found.items()
            }
            for name, found in measured.items()
        },
        "missed": [name for name, found in measured.items() if not _reached(found)],
    }
    LATEST.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z) + b"\n")
    return LATEST


def _milliseconds(found: Mapping[str, Explained]) -> list[str]:
    return [f"{found[part].milliseconds:.1f}" for part in PARTS]


def _reached(found: Mapping[str, Explained]) -> bool:
    return all(found[part].milliseconds < GOAL_MS for part in PAGES)
