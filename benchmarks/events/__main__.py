"""Measure live events and print each number beside its goal; see the package for the measurements.

    .venv/bin/python -m benchmarks.events [delay] [fanout] [slow] [--rounds 3] [--seconds 20]
    .venv/bin/python -m benchmarks.events soak [--events 50000] [--kill SECONDS]

Without names everything but the soak is measured. Exits with 1 when a goal is missed. Writes
`benchmarks/results/events.json`, where numbers of other measurements stay as they are.
"""

import argparse
import asyncio
import statistics
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

import uvloop
from rich.console import Console

from benchmarks.events import delay, fanout, slow
from benchmarks.events.observing import Delays
from benchmarks.events.place import embedded_server, fresh_place
from benchmarks.events.report import Line, print_report, write_report
from benchmarks.events.servers import allow_many_files, serving, workers_of
from benchmarks.events.soak import Outcome, Say, Size, Soak

# Milliseconds from commit to delivery at the 99th percentile, with wake-ups and with NOTIFY cut off.
_DELAY_GOALS: Final = {True: 100.0, False: 500.0}
_CPU_GOAL_US: Final = 30.0
_IDLE_GOAL_KB: Final = 50.0
_GROWTH_GOAL_MB: Final = 50.0
_SLOWDOWN_GOAL: Final = 2.0
_WORKERS: Final = 4
_SCHEMES: Final = 5

Found = tuple[list[Line], dict[str, Any]]


def main() -> None:
    """Measure, print, write, and return whether all goals are reached."""
    chosen = _arguments()
    allow_many_files()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    lines, found = {}, {}
    with embedded_server() as server_url:
        for name in chosen.names or list(MEASUREMENTS)[:-1]:
            console.print(f"Measuring {name}")
            lines[name], found[name] = MEASUREMENTS[name](server_url, chosen, console.print)
    print_report([line for some in lines.values() for line in some], console)
    console.print(f"Written to {write_report(found, lines)}")
    sys.exit(any(line.reached is False for some in lines.values() for line in some))


def measure_delay(server_url: str, chosen: argparse.Namespace, say: Say) -> Found:
    """From commit to delivery, for one worker and several, with wake-ups and without."""
    rounds: dict[str, list[Delays]] = {}
    for number in range(chosen.rounds):
        for workers, wakes in delay.CASES:
            name = f"{workers} worker{'s' * (workers > 1)}, {'wake-ups' if wakes else 'NOTIFY cut off'}"
            found = delay.measure(server_url, workers=workers, wakes=wakes, seconds=chosen.seconds)
            assert not found.missing, found
            rounds.setdefault(name, []).append(found)
            say(f"Round {number + 1}: {name}: p50 {found.p50_ms:.0f} ms, p99 {found.p99_ms:.0f} ms")
    lines = []
    for name, some in rounds.items():
        goal = _DELAY_GOALS["wake" in name]
        lines.append(_line(f"commit to delivery, {name}, p50", [one.p50_ms for one in some], "ms"))
        lines.append(_line(f"commit to delivery, {name}, p99", [one.p99_ms for one in some], "ms", goal))
    return lines, {"rounds": rounds}


def measure_fanout(server_url: str, chosen: argparse.Namespace, say: Say) -> Found:
    """CPU of a delivery, beside the floor and the standard path, and memory of an idle subscriber."""
    rounds: dict[str, list[fanout.Fanout]] = {"ours": [], "floor": [], "standard": []}
    for number in range(chosen.rounds):
        ours = fanout.measure_ours(server_url, chosen.seconds)
        rounds["ours"].append(ours)
        rounds["floor"].append(fanout.measure_floor(server_url, chosen.seconds, ours.bytes_each))
        rounds["standard"].append(fanout.measure_standard(server_url, chosen.seconds))
        said = ", ".join(f"{name} {some[-1].cpu_us:.1f} µs" for name, some in rounds.items())
        say(f"Round {number + 1}: {said}; {ours.idle_kb:.1f} KB")
    who = f"{fanout.SUBSCRIBERS:,} subscribers"
    pairs = list(zip(rounds["ours"], rounds["floor"], rounds["standard"], strict=True))
    lines = [
        _line(f"CPU of a delivery, {who}", [one.cpu_us for one in rounds["ours"]], "µs", _CPU_GOAL_US),
        _line("CPU of a delivery, floor", [one.cpu_us for one in rounds["floor"]], "µs"),
        _line("CPU of a delivery, standard path", [one.cpu_us for one in rounds["standard"]], "µs"),
        _line("CPU of a delivery over the floor's", [ours.cpu_us / floor.cpu_us for ours, floor, _ in pairs], ""),
        _line("CPU of the standard path over ours", [peer.cpu_us / ours.cpu_us for ours, _, peer in pairs], ""),
        _line("memory of an idle subscriber", [one.idle_kb for one in rounds["ours"]], "KB", _IDLE_GOAL_KB),
    ]
    return lines, {"rounds": rounds}


def measure_slow(server_url: str, chosen: argparse.Namespace, say: Say) -> Found:
    """Clients that stop reading: growth of the process, and the delay of the others."""
    alone: list[slow.SlowClientCost] = []
    beside: list[slow.SlowClientCost] = []
    for number in range(chosen.rounds):
        alone.append(slow.measure(server_url, stopped=0, events=slow.EVENTS))
        beside.append(slow.measure(server_url, stopped=slow.STOPPED, events=slow.EVENTS))
        for one in (alone[-1], beside[-1]):
            assert not one.delays.missing, one
        p99s = f"{alone[-1].delays.p99_ms:.0f} ms alone, {beside[-1].delays.p99_ms:.0f} ms beside {slow.STOPPED}"
        say(f"Round {number + 1}: p99 {p99s} of whom {beside[-1].ended} were ended, grown {beside[-1].grown_mb:.1f} MB")
    ratios = [two.delays.p99_ms / one.delays.p99_ms for one, two in zip(alone, beside, strict=True)]
    who = f"{slow.STOPPED} who stopped reading"
    lines = [
        _line(f"growth with {who}", [one.grown_mb for one in beside], "MB", _GROWTH_GOAL_MB),
        _line("growth without them", [one.grown_mb for one in alone], "MB"),
        _line("p99 of the others without them", [one.delays.p99_ms for one in alone], "ms"),
        _line(f"p99 of the others with {who}", [one.delays.p99_ms for one in beside], "ms"),
        _line("p99 with over p99 without", ratios, "", _SLOWDOWN_GOAL),
    ]
    return lines, {"alone": alone, "beside": beside}


def measure_soak(server_url: str, chosen: argparse.Namespace, say: Say) -> Found:
    """Completeness and order for all subscribers, and losses of naive polling."""
    size = Size(events=chosen.events, subscribers=50, kill=chosen.kill)
    with (
        fresh_place(server_url, "soak", _SCHEMES) as place,
        serving(place, _WORKERS) as (server, address),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        soak = Soak(
            place=place, address=address, size=size, say=say, seed=chosen.seed, workers=lambda: workers_of(server)
        )
        outcome: Outcome = runner.run(soak.run())
    verdict = outcome.verdict
    lines = [
        Line("events written", outcome.events, ""),
        Line("events for which time was too short", chosen.events - outcome.events, ""),
        Line("subscribers", outcome.subscribers, ""),
        Line("connections they had", outcome.connections, ""),
        Line("deliveries", outcome.deliveries, ""),
        Line("subscribers that lack something", outcome.subscribers - outcome.complete, "", goal=0),
        Line("deliveries lost", verdict.lost, "", goal=0),
        Line("deliveries out of order", verdict.disordered, "", goal=0),
        Line("deliveries of what was not written", verdict.strange, "", goal=0),
        Line("deliveries that came again", verdict.repeated, ""),
        *(Line("lost by a naive poller, which proves the check", naive.lost, "") for naive in outcome.naive),
        Line("naive pollers that lost nothing", sum(not naive.lost for naive in outcome.naive), "", goal=0),
    ]
    return lines, {"outcome": outcome}


MEASUREMENTS: Final[dict[str, Callable[[str, argparse.Namespace, Say], Found]]] = {
    "delay": measure_delay,
    "fanout": measure_fanout,
    "slow": measure_slow,
    "soak": measure_soak,
}


def _line(what: str, values: Sequence[float], unit: str, goal: float | None = None) -> Line:
    return Line(what=what, value=statistics.median(values), unit=unit, least=min(values), most=max(values), goal=goal)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.events", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[*MEASUREMENTS, []], help="what to measure")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20, help="of load, for each server and round")
    parser.add_argument("--events", type=int, default=50_000, help="of the soak")
    parser.add_argument("--seed", type=int, default=1, help="of the soak's dice")
    parser.add_argument("--kill", type=float, default=0, metavar="SECONDS", help="between two deaths of workers in it")
    chosen = parser.parse_args()
    if min(chosen.rounds, chosen.seconds, chosen.events) < 1:
        parser.error("numbers are at least 1")
    return chosen


if __name__ == "__main__":
    main()
