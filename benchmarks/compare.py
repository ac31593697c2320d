"""CPU of this checkout beside another one, interleaved round by round in one run.

    make bench ARGS="--against ../other-checkout --rounds 15"

Both checkouts run with the interpreter of this one, each from its own folder and on a separate database, which its
own benchmark prepares. Rows are the operations of the benchmark, by CPU of the server's process for each request; the
decoding of 1,000 sales from variables; and the evaluation of one line against ten rules. Every round measures each row
in both checkouts, in turns, so that a busy machine slows both. Exits with 1 when a row takes more than 5 % more CPU.
"""

import argparse
import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import orjson
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from benchmarks.load import measure
from benchmarks.operations import Operation, leaves, variables_of
from benchmarks.servers import ROOT, Server, make_credentials, our_command, running

# The most CPU that a row may take, as a share of the other checkout's.
LIMIT: Final = 1.05
_WARM_SECONDS: Final = 2.0
# How much more values an answer may have in one checkout.
_ALIKE: Final = 1.05
# Holds the benchmark database of the checkout in whose folder it runs, until its input ends.
_HOLD_DATABASE: Final = """
import asyncio, json, sys
from benchmarks.database import busiest_account, prepared_database, richest_scheme
with prepared_database() as url:
    account, code = asyncio.run(busiest_account(url)), asyncio.run(richest_scheme(url))
    print(json.dumps([url, str(account), code]), flush=True)
    sys.stdin.read()
"""
# Benchmarks without a server: the command, what finds the median in its table, and the unit.
_PROGRAMS: Final = {
    "variables": (["-m", "benchmarks.inputs", "--repeats", "20"], r"^\W*ours\W+([0-9.]+)", "ms"),
    "evaluation": (
        ["-m", "benchmarks.evaluation", "--rounds", "3", "--times", "1000"],
        r"^\W*Tessera[^0-9]+([0-9.]+)",
        "µs",
    ),
}


class Checkout(Struct, frozen=True):
    """A checkout that takes part: its folder, its server, and the credentials for its requests."""

    name: str
    folder: Path
    server: Server
    account_id: UUID
    code: str


def compare(other: Path, operations: Sequence[Operation], chosen: argparse.Namespace, console: Console) -> bool:
    """Measure and print; return whether every row is within the limit."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tessera-compare-")))
        checkouts = []
        for name, root in (("this", ROOT), ("other", other.resolve())):
            console.print(f"Preparing {name}: {root}")
            checkouts.append(stack.enter_context(_running_checkout(name, root, folder)))
        bodies = {(row.key, found.name): _body(row, found) for row in operations for found in checkouts}
        for row in operations:
            _check_answers(row, checkouts, bodies)
            for found in checkouts:
                body = bodies[row.key, found.name]
                measure(found.server, body, seconds=_WARM_SECONDS, connections=chosen.connections)
        rows: dict[tuple[str, str], list[float]] = {}
        for number in range(chosen.rounds):
            turns = checkouts if number % 2 else checkouts[::-1]
            for row in operations:
                for found in turns:
                    taken = measure(
                        found.server,
                        bodies[row.key, found.name],
                        seconds=chosen.seconds,
                        connections=chosen.connections,
                    )
                    rows.setdefault((row.key, found.name), []).append(taken.cpu_ms or float("nan"))
            for key in _PROGRAMS if not chosen.only else ():
                for found in turns:
                    rows.setdefault((key, found.name), []).append(_run_program(key, found.folder))
            console.print(f"Round {number + 1} of {chosen.rounds}")
    return _print_rows(rows, console)


@contextlib.contextmanager
def _running_checkout(name: str, root: Path, folder: Path) -> Iterator[Checkout]:
    with _held_database(root) as (url, account_id, code):
        (folder / name).mkdir()
        credentials = make_credentials(folder / name, account_id)
        with running(name, our_command("tessera"), url, credentials, folder / f"{name}.log", root) as server:
            yield Checkout(name=name, folder=root, server=server, account_id=account_id, code=code)


@contextlib.contextmanager
def _held_database(root: Path) -> Iterator[tuple[str, UUID, str]]:
    """Prepare the benchmark database of a checkout, and stop it afterwards."""
    with subprocess.Popen(  # noqa: S603 - this interpreter
        [sys.executable, "-c", _HOLD_DATABASE], cwd=root, env=_environment(root), stdin=-1, stdout=-1, text=True
    ) as process:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise SystemExit(f"{root} could not prepare its database; see above.")
        url, account_id, code = orjson.loads(line)
        yield url, UUID(account_id), code
        # Leaving the block closes its input, which ends it.


def _environment(root: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(root)}


def _body(operation: Operation, checkout: Checkout) -> bytes:
    return operation.body(variables_of(operation, checkout.code, checkout.account_id))


def _check_answers(row: Operation, checkouts: Sequence[Checkout], bodies: dict[tuple[str, str], bytes]) -> None:
    """Send each request to both servers once. Raises SystemExit when one fails or the amounts of data differ."""
    sizes = []
    for found in checkouts:
        status, answer = found.server.post(bodies[row.key, found.name])
        document = orjson.loads(answer) if status == 200 else {"errors": answer.decode()}  # noqa: PLR2004 - OK
        if "errors" in document:
            raise SystemExit(f"{found.name} answers {row.key} with {status}: {document['errors']}")
        sizes.append(leaves(document["data"]))
    message = f"{row.key} has {sizes[0]:,} values in this checkout, and {sizes[1]:,} in the other one."
    if max(sizes) > _ALIKE * min(sizes):
        raise SystemExit(message)
    if len(set(sizes)) > 1:
        # Ids are random, so pages of objects that changed at the same moment differ a little.
        print(message)


def _run_program(key: str, root: Path) -> float:
    """Run a benchmark without a server in a checkout; return the median that it prints."""
    words, pattern, _ = _PROGRAMS[key]
    found = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, *words], cwd=root, env=_environment(root), capture_output=True, text=True, check=False
    )
    match = re.search(pattern, found.stdout, re.MULTILINE)
    if match is None:
        raise SystemExit(f"{root} prints no number for {key}: {found.stdout}{found.stderr}")
    return float(match[1])


def _print_rows(rows: dict[tuple[str, str], list[float]], console: Console) -> bool:
    table = Table(title="CPU: medians, and the median (least to most) of the rounds' ratios", title_justify="left")
    for heading in ("row", "unit", "this", "other", "this / other", ""):
        table.add_column(heading, justify="right" if heading in {"this", "other", "this / other"} else "left")
    within = True
    for key in dict.fromkeys(key for key, _ in rows):
        ours, theirs = rows[key, "this"], rows[key, "other"]
        ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
        ratio = statistics.median(ratios)
        within = within and ratio <= LIMIT
        table.add_row(
            key,
            _PROGRAMS[key][2] if key in _PROGRAMS else "ms",
            f"{statistics.median(ours):.3f}",
            f"{statistics.median(theirs):.3f}",
            f"{ratio:.3f} ({min(ratios):.3f} to {max(ratios):.3f})",
            "[green]within 5 %[/green]" if ratio <= LIMIT else "[red]slower[/red]",
        )
    console.print(table)
    return within
