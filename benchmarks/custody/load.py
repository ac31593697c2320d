"""Fifty vendors at once: movements a second over HTTP, on fifty lines and on one, beside a server by hand."""

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import uvloop
from msgspec import Struct

from benchmarks.custody.acting import Actors
from benchmarks.custody.clients import Load, Route, drive, token_route
from benchmarks.custody.cpu import backends_cpu_ms, cpu_ms, used_since
from benchmarks.custody.place import LOGS, SECRETS, VENDORS, Place, analyze, opened
from benchmarks.custody.report import Line, line_of
from benchmarks.custody.schemes import approved_scheme
from benchmarks.events.servers import workers_of
from benchmarks.servers import Credentials, Server, ServerFailed, Signer, our_command, running

ON_MANY: Final = "50 vendors on 50 lines"
ON_ONE: Final = "50 clients on one line"
_GOALS: Final = {ON_MANY: (300.0, 500.0), ON_ONE: (150.0, 1_000.0)}
_RATIO: Final = 0.5
_WARM_SECONDS: Final = 1.5
_START_SECONDS: Final = 60
_LINE: Final = 200_000


class Period(Struct, frozen=True):
    """One period of load on one server; CPU is in milliseconds for each movement."""

    rate: float
    p50: float
    p99: float
    python: float
    postgres: float
    clients: float
    failures: Sequence[str]


def measure_load(place: Place, rounds: int, seconds: float) -> tuple[list[Line], dict[str, object]]:
    """Measure every server on both kinds of lines, in turn, round by round."""
    with tempfile.TemporaryDirectory(prefix="tessera-custody-") as folder:
        signer = Signer(Path(folder))
        routes = asyncio.run(_routes(place, signer))
        with contextlib.ExitStack() as stack:
            servers = {
                name: stack.enter_context(_serving(place, signer, name, command))
                for name, command in {
                    "one worker": our_command("tessera"),
                    "two workers": [*our_command("tessera"), "--workers", "2"],
                    "by hand": our_command("custody.by_hand"),
                }.items()
            }
            found = _rounds(place, servers, routes, rounds, seconds)
    return _lines(found), {f"{kind}, {server}": periods for (kind, server), periods in found.items()}


async def _routes(place: Place, signer: Signer) -> dict[str, list[Route]]:
    catalog = place.catalog
    variant = catalog.variant_ids[0]
    async with opened(place) as environment:
        actors = Actors(environment, place)
        scheme_id = await approved_scheme(environment, place, "Fifty Lines", ((VENDORS + 10) * _LINE,))
        await actors.generate(scheme_id)

        async def route(printer: int, quantity: int) -> Route:
            chain = catalog.chain(printer)
            consignment_id = await actors.create(scheme_id, chain, quantity)
            await actors.produce(consignment_id, chain[0], quantity)
            ends = (_account(place, chain[0]), _account(place, chain[1]))
            # Enough that a line never becomes empty on either side.
            await actors.receive(await actors.dispatch(consignment_id, chain[0], quantity=100), chain[1], 100)
            return token_route(signer, consignment_id, variant, ends)

        many = [await route(printer, _LINE) for printer in range(VENDORS)]
        one = await route(0, 10 * _LINE)
    await analyze(place)
    return {ON_MANY: many, ON_ONE: [one] * VENDORS}


def _account(place: Place, vendor_id: UUID) -> UUID:
    return place.viewer(vendor_id).account_id


@contextlib.contextmanager
def _serving(place: Place, signer: Signer, name: str, command: Sequence[str]) -> Iterator[Server]:
    log = LOGS / f"custody {name}.log"
    credentials = Credentials(signer.keys, "")
    with running(name, command, place.url, credentials, log, settings=SECRETS) as server:
        if "--workers" in command:
            _await_workers(log)
        yield server


def _await_workers(log: Path) -> None:
    """Wait for all workers: earlier connections would all reach the first one."""
    deadline = time.monotonic() + _START_SECONDS
    while "Serving http" not in log.read_text("utf-8", "replace"):
        if time.monotonic() > deadline:
            raise ServerFailed(f"not all workers started: {log.read_text('utf-8', 'replace')[-2000:]}")
        time.sleep(0.05)


def _rounds(
    place: Place, servers: dict[str, Server], routes: dict[str, list[Route]], rounds: int, seconds: float
) -> dict[tuple[str, str], list[Period]]:
    found: dict[tuple[str, str], list[Period]] = {(kind, name): [] for kind in routes for name in servers}
    for kind, name in found:
        _period(place, servers[name], routes[kind], _WARM_SECONDS)
    for number in range(rounds):
        turn = number % len(servers)
        names = [*list(servers)[turn:], *list(servers)[:turn]]
        for kind, some in routes.items():
            for name in names:
                found[kind, name].append(_period(place, servers[name], some, seconds))
    return found


def _period(place: Place, server: Server, routes: Sequence[Route], seconds: float) -> Period:
    pids = [server.process.pid, *workers_of(server)]

    python = {pid: cpu_ms(pid) for pid in pids}
    postgres, clients = backends_cpu_ms(place.postmaster), time.process_time()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        load: Load = runner.run(drive(server.port, routes, seconds))
    moved = max(len(load.times), 1)
    return Period(
        rate=load.rate,
        p50=load.quantile(0.5) if load.times else 0.0,
        p99=load.quantile(0.99) if load.times else 0.0,
        python=used_since(python, {pid: cpu_ms(pid) for pid in pids}) / moved,
        postgres=used_since(postgres, backends_cpu_ms(place.postmaster)) / moved,
        clients=1000 * (time.process_time() - clients) / moved,
        failures=load.failures[:10],
    )


def _lines(found: dict[tuple[str, str], list[Period]]) -> list[Line]:
    lines = []
    for kind, (rate, p99) in _GOALS.items():
        ours = {name: found[kind, name] for name in ("one worker", "two workers")}
        best = max(ours, key=lambda name, ours=ours: statistics.median(period.rate for period in ours[name]))  # type: ignore[misc]
        for name, periods in ours.items():
            goals = (rate, p99) if name == best else (None, None)
            what = f"{kind}, {name}"
            lines += [
                line_of(f"{what}: movements a second", "", [one.rate for one in periods], goals[0], at_least=True),
                line_of(f"{what}: 99th percentile", "ms", [one.p99 for one in periods], goals[1]),
                line_of(f"{what}: CPU of Python for a movement", "ms", [one.python for one in periods]),
                line_of(f"{what}: CPU of PostgreSQL for a movement", "ms", [one.postgres for one in periods]),
            ]
        by_hand = found[kind, "by hand"]
        pairs = list(zip(ours["one worker"], by_hand, strict=True))
        ratios = [one.rate / max(hand.rate, 1e-9) for one, hand in pairs]
        failures = sum(len(one.failures) for name in ours for one in ours[name])
        lines += [
            line_of(f"{kind}, by hand: movements a second", "", [one.rate for one in by_hand]),
            line_of(f"{kind}: of by hand, one worker each", "", ratios, _RATIO, at_least=True),
            # The same by CPU of the server and PostgreSQL, which a noisy machine disturbs less.
            line_of(f"{kind}: of by hand, by CPU", "", [_cpu(hand) / _cpu(one) for one, hand in pairs]),
            Line(what=f"{kind}: failed requests", value=failures, unit="", goal=0),
        ]
    return lines


def _cpu(period: Period) -> float:
    return max(period.python + period.postgres, 1e-9)
