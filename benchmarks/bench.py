"""Requests per second of this server beside its peers, in one run, alternating, over several rounds.

    .venv/bin/python -m benchmarks.bench [--rounds 5] [--seconds 4] [--connections 8] [--only NAME] [--without NAME]
    .venv/bin/python -m benchmarks.bench --against ../other-checkout [--rounds 15]: see `benchmarks.compare`

Compared are, each as one process, on one database with 2,000 schemes:

- `tessera`: this server as in production: `tessera serve`, authorization on, a signed token with every request;
- `floor`: hand-written for these operations, Starlette and asyncpg, the same data and scoping (`benchmarks/floor.py`);
- `standard`: this server with Strawberry's standard executor instead of ours;
- `postgraphile`: PostGraphile 5 on the same tables, without authorization; skipped with a line where npm is missing.

Operations: `landing_50`, the portal's landing page with 50 schemes; `scheme_detail`, one scheme with all it has; and
`small`, the viewer and a scheme's status. Before the measurement, tessera, the floor and the standard executor must
answer the same bytes, and PostGraphile must answer without errors; its documents ask for the same amount of data.

A round measures every operation on every server in turn, each round beginning with another server, so that a
temporary disturbance of the machine affects all of them. The ratios are made within rounds. Prints a table, and
writes `benchmarks/results/latest.json`.
"""

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import orjson
from rich.console import Console

from benchmarks.compare import compare
from benchmarks.database import SCHEMES, busiest_account, prepared_database, richest_scheme
from benchmarks.load import Measured, generator_name, measure
from benchmarks.operations import OPERATIONS, Operation, leaves, variables_of
from benchmarks.peer import PeerUnavailable, peer_command
from benchmarks.report import Answer, Findings, print_report, write_report
from benchmarks.servers import ROOT, Server, ServerFailed, make_credentials, our_command, running

OURS: Final = ("tessera", "floor", "standard")
PEER: Final = "postgraphile"
# The output of servers, kept until the next run.
LOGS: Final = ROOT / ".tessera" / "bench-logs"
_WARM_SECONDS: Final = 1.0

Bodies = Mapping[tuple[str, str], bytes]


class WrongAnswer(Exception):
    """Servers give different answers where they must agree, so nothing is measured."""


def main() -> None:
    """Run the comparison, print it, and write it to the results file."""
    chosen = _arguments()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    operations = [operation for operation in OPERATIONS if not chosen.only or operation.key in chosen.only]
    if chosen.against is not None:
        sys.exit(0 if compare(chosen.against, operations, chosen, console) else 1)
    with contextlib.ExitStack() as stack:
        console.print("Preparing the database")
        url = stack.enter_context(prepared_database())
        account_id, code = asyncio.run(busiest_account(url)), asyncio.run(richest_scheme(url))
        servers = _started(stack, url, account_id, chosen.without, console)
        bodies = {
            (operation.key, server.name): _body(operation, server, code, account_id)
            for operation in operations
            for server in servers
        }
        answers = _checked(operations, servers, bodies)
        console.print(f"Answers agree. Load by {generator_name()}, {chosen.connections} connections")
        findings = Findings(answers, _measured(operations, servers, bodies, chosen, console))
    console.print()
    print_report(findings, console)
    about = {
        "rounds": chosen.rounds,
        "seconds": chosen.seconds,
        "connections": chosen.connections,
        "schemes": SCHEMES,
        "cores": os.cpu_count(),
        "load": generator_name(),
    }
    console.print(f"Written to {write_report(findings, about)}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of load, for each server, operation and round")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--only", action="append", choices=[operation.key for operation in OPERATIONS])
    parser.add_argument("--against", type=Path, help="another checkout, to compare CPU with")
    parser.add_argument("--without", action="append", default=[], choices=[*OURS[1:], PEER])
    chosen = parser.parse_args()
    if min(chosen.rounds, chosen.seconds, chosen.connections) < 1:
        parser.error("numbers are at least 1")
    return chosen


def _started(
    stack: contextlib.ExitStack, url: str, account_id: UUID, without: Sequence[str], console: Console
) -> list[Server]:
    """The servers, which run as long as the stack is open. Raises ServerFailed, but never for PostGraphile."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tessera-bench-")))
    credentials = make_credentials(folder, account_id)
    LOGS.mkdir(parents=True, exist_ok=True)
    servers = []
    for name, command in _commands(url, without, console).items():
        try:
            servers.append(stack.enter_context(running(name, command, url, credentials, LOGS / f"{name}.log")))
        except ServerFailed as failed:
            if name != PEER:
                raise
            console.print(f"postgraphile is skipped: {failed}")
    return servers


def _commands(url: str, without: Sequence[str], console: Console) -> dict[str, Sequence[str]]:
    """Build the command of each selected server that is available."""
    commands: dict[str, Sequence[str]] = {name: our_command(name) for name in OURS if name not in without}
    if PEER not in without:
        console.print("Preparing PostGraphile")
        try:
            commands[PEER] = peer_command(url)
        except PeerUnavailable as unavailable:
            console.print(f"postgraphile is skipped: {unavailable}")
    return commands


def _body(operation: Operation, server: Server, code: str, account_id: UUID) -> bytes:
    peer = server.name == PEER
    variables = variables_of(operation, code, account_id, peer=peer)
    return operation.peer_body(variables) if peer else operation.body(variables)


def _checked(
    operations: Sequence[Operation], servers: Sequence[Server], bodies: Bodies
) -> dict[tuple[str, str], Answer]:
    """Send each request to every server once and return the sizes of the answers. Raises WrongAnswer."""
    answers = {}
    for operation in operations:
        expected: bytes | None = None
        for server in servers:
            status, answer = server.post(bodies[operation.key, server.name])
            document = orjson.loads(answer) if status == 200 else None  # noqa: PLR2004 - OK
            if document is None or "errors" in document:
                raise WrongAnswer(f"{server.name} answers {operation.key} with {status}: {answer[:1000]!r}; see {LOGS}")
            if server.name != PEER:
                if expected is not None and answer != expected:
                    raise WrongAnswer(f"{operation.key}: {server.name} differs {_difference(expected, answer)}")
                expected = answer
            answers[operation.key, server.name] = Answer(leaves(document["data"]), len(answer))
    return answers


def _difference(expected: bytes, answer: bytes) -> str:
    place = next(
        (index for index, (one, other) in enumerate(zip(expected, answer, strict=False)) if one != other),
        min(len(expected), len(answer)),
    )
    around = slice(max(place - 80, 0), place + 80)
    return f"at byte {place:,}: {expected[around]!r} and {answer[around]!r}"


def _measured(
    operations: Sequence[Operation],
    servers: Sequence[Server],
    bodies: Bodies,
    chosen: argparse.Namespace,
    console: Console,
) -> dict[tuple[str, str], list[Measured]]:
    """Warm every server, and then measure round by round."""
    found: dict[tuple[str, str], list[Measured]] = {
        (operation.key, server.name): [] for operation in operations for server in servers
    }
    for key, server in ((operation.key, server) for operation in operations for server in servers):
        measure(server, bodies[key, server.name], seconds=_WARM_SECONDS, connections=chosen.connections)
    for number in range(chosen.rounds):
        first = number % len(servers)
        for operation in operations:
            for server in (*servers[first:], *servers[:first]):
                body = bodies[operation.key, server.name]
                result = measure(server, body, seconds=chosen.seconds, connections=chosen.connections)
                found[operation.key, server.name].append(result)
        said = ", ".join(
            f"{operation.key} {found[operation.key, servers[0].name][-1].rps:,.0f}" for operation in operations
        )
        console.print(f"Round {number + 1} of {chosen.rounds}: {servers[0].name} {said} req/s")
    return found


if __name__ == "__main__":
    main()
