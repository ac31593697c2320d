"""The results of a run: a table for people, and a file for programs."""

import platform
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import orjson
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from benchmarks.load import Measured

LATEST: Final = Path(__file__).parent / "results" / "latest.json"

# The minimum share of another server's requests per second that tessera must reach.
GOALS: Final[Mapping[str, Mapping[str, float]]] = {
    "landing_50": {"floor": 0.85, "postgraphile": 2.5},
    "scheme_detail": {"floor": 0.75, "postgraphile": 1.5},
    "small": {"floor": 0.6, "postgraphile": 1.2},
}
_VERSIONS: Final = ("strawberry-graphql", "graphql-core", "asyncpg", "starlette", "uvicorn", "orjson")


class Answer(Struct, frozen=True):
    """The size of the answer that a server gives to an operation."""

    leaves: int
    bytes: int


class Findings(Struct, frozen=True):
    """For each operation and server: its answer, and the measurements of each round."""

    answers: Mapping[tuple[str, str], Answer]
    rounds: Mapping[tuple[str, str], Sequence[Measured]]

    def ratios(self, operation: str, server: str) -> list[float]:
        """Tessera's requests per second over another server's, round by round; empty when one was not measured."""
        ours, theirs = self.rounds.get((operation, "tessera"), ()), self.rounds.get((operation, server), ())
        return [our.rps / their.rps for our, their in zip(ours, theirs, strict=False)]


def print_report(findings: Findings, console: Console) -> None:
    """A table of servers by operation, and the ratios beside their goals."""
    table = Table(title="Requests per second: median (least to most) over the rounds", title_justify="left")
    for heading in ("operation", "server", "req/s", "p50 ms", "p99 ms", "CPU ms", "values", "KB"):
        table.add_column(heading, justify="left" if heading in {"operation", "server"} else "right")
    last = None
    for (operation, server), rounds in findings.rounds.items():
        if last not in {None, operation}:
            table.add_section()
        answer = findings.answers[operation, server]
        row = summary(rounds)
        spread = f"{row['rps']:,.0f} ({row['rps_min']:,.0f} to {row['rps_max']:,.0f})"
        cpu = "" if row.get("cpu_ms") is None else f"{row['cpu_ms']:.2f}"
        sizes = (f"{answer.leaves:,}", f"{answer.bytes / 1024:,.1f}")
        label = "postgraphile*" if server == "postgraphile" else server
        table.add_row(
            operation if last != operation else "",
            label,
            spread,
            f"{row['p50_ms']:.2f}",
            f"{row['p99_ms']:.2f}",
            cpu,
            *sizes,
        )
        last = operation
    console.print(table)
    if any(server == "postgraphile" for _, server in findings.rounds):
        console.print(
            "* without authorization, in its favor: it verifies no token and scopes no rows; no rule sentences"
        )
    console.print("CPU is that of the server's own process for each request, without PostgreSQL.\n")
    _print_ratios(findings, console)


def write_report(findings: Findings, about: Mapping[str, Any]) -> Path:
    """Write the numbers of the run to `LATEST`, and return it."""
    document: dict[str, Any] = {}
    for (operation, server), rounds in findings.rounds.items():
        document.setdefault(operation, {})[server] = summary(rounds)
    document["ratios"] = {
        f"{operation} tessera/{server}": round(statistics.median(found), 3)
        for operation, server in findings.rounds
        if server != "tessera" and (found := findings.ratios(operation, server))
    }
    document["about"] = {
        "at": datetime.now(UTC),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "versions": {name: version(name) for name in _VERSIONS},
        **about,
    }
    LATEST.parent.mkdir(parents=True, exist_ok=True)
    LATEST.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z) + b"\n")
    return LATEST


def summary(rounds: Sequence[Measured]) -> dict[str, float | None]:
    """Medians over the rounds, and the spread of the requests per second."""
    speeds = [found.rps for found in rounds]
    times = [found.cpu_ms for found in rounds if found.cpu_ms is not None]
    return {
        "rps": round(statistics.median(speeds), 1),
        "rps_min": round(min(speeds), 1),
        "rps_max": round(max(speeds), 1),
        "p50_ms": round(statistics.median(found.p50_ms for found in rounds), 3),
        "p99_ms": round(statistics.median(found.p99_ms for found in rounds), 3),
        "cpu_ms": round(statistics.median(times), 3) if times else None,
    }


def _print_ratios(findings: Findings, console: Console) -> None:
    table = Table(title="Tessera over others: median (least to most) of the rounds' ratios", title_justify="left")
    for heading in ("operation", "over", "ratio", "of CPU", "goal", ""):
        table.add_column(heading, justify="right" if heading in {"ratio", "of CPU", "goal"} else "left")
    for operation, server in findings.rounds:
        found = findings.ratios(operation, server)
        if server == "tessera" or not found:
            continue
        ratio = statistics.median(found)
        goal = GOALS.get(operation, {}).get(server)
        table.add_row(
            operation,
            server,
            f"{ratio:.2f} ({min(found):.2f} to {max(found):.2f})",
            _cpu_ratio(findings, operation, server),
            "" if goal is None else f"{goal:.2f}",
            "" if goal is None else "[green]reached[/green]" if ratio >= goal else "[red]missed[/red]",
        )
    console.print(table)


def _cpu_ratio(findings: Findings, operation: str, server: str) -> str:
    """The same ratio by CPU of the server's process, which a noisy machine disturbs less."""
    ours = summary(findings.rounds[operation, "tessera"])["cpu_ms"]
    theirs = summary(findings.rounds[operation, server])["cpu_ms"]
    return f"{theirs / ours:.2f}" if ours and theirs else ""
