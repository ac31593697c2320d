"""Measure imports, settlements, and simulations, and print each number beside its goal; see the package.

    make bench-jobs [ARGS="import settle simulate --rounds 3 --quick --markdown"]

Without names everything is measured. Exits with 1 when a goal is missed. Writes `benchmarks/results/jobs.json`, in
which numbers of other measurements stay as they are. `--quick` measures small numbers in minutes and writes nothing.
`--report` prints the table of the last run. Where other programs use the machine, what the CPU says counts.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.console import Console

from benchmarks.custody.place import Place, embedded_server, fresh_place
from benchmarks.custody.report import Line, markdown, print_report, read_report, write_report
from benchmarks.jobs.importing import ImportSize, measure_importing
from benchmarks.jobs.settling import SettlingSize, measure_settling
from benchmarks.jobs.simulation import SimulationSize, measure_simulation
from benchmarks.servers import ROOT

LATEST: Final = Path(__file__).parent.parent / "results" / "jobs.json"
FOLDER: Final = ROOT / ".tessera" / "bench-jobs"
Found = tuple[list[Line], dict[str, object]]


def main() -> None:
    """Measure, print, write, and return whether all goals are reached."""
    chosen = _arguments()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    names = chosen.names or list(MEASUREMENTS)
    if chosen.report:
        lines = {name: msgspec.convert(found["lines"], list[Line]) for name, found in read_report(LATEST).items()}
    else:
        lines = _measure(names, chosen, console)
    every = [line for name in names for line in lines.get(name, ())]
    print_report(every, console, "Jobs")
    if chosen.markdown:
        console.print(markdown(every), markup=False, soft_wrap=True)
    sys.exit(not chosen.quick and any(line.reached is False for line in every))


def _measure(names: list[str], chosen: argparse.Namespace, console: Console) -> dict[str, list[Line]]:
    lines, details = {}, {}
    with embedded_server(FOLDER) as server:
        for name in names:
            console.print(f"Measuring {name}")
            began = time.perf_counter()
            with fresh_place(server, f"jobs_{name}") as place:
                lines[name], details[name] = MEASUREMENTS[name](place, chosen)
            console.print(f"  in {time.perf_counter() - began:.0f} s")
            if not chosen.quick:
                # A run takes minutes: what is measured is kept, whatever comes.
                console.print(f"  written to {write_report(lines, details, LATEST)}")
    return lines


def _import(place: Place, chosen: argparse.Namespace) -> Found:
    if chosen.quick:
        return measure_importing(place, ImportSize(ecps=200, sales=2_000, coupons=5_000, rounds=1))
    return measure_importing(place, ImportSize(sales=chosen.lines // 2, rounds=chosen.rounds))


def _settle(place: Place, chosen: argparse.Namespace) -> Found:
    if chosen.quick:
        return measure_settling(place, SettlingSize(ecps=2_000, rounds=1))
    return measure_settling(place, SettlingSize(rounds=chosen.rounds))


def _simulate(place: Place, chosen: argparse.Namespace) -> Found:
    if chosen.quick:
        return measure_simulation(place, SimulationSize(lines=10_000))
    return measure_simulation(place, SimulationSize(rounds=chosen.rounds))


MEASUREMENTS: Final[dict[str, Callable[[Place, Any], Found]]] = {
    "import": _import,
    "settle": _settle,
    "simulate": _simulate,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.jobs", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *MEASUREMENTS])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lines", type=int, default=200_000, help="how many lines a file has that is imported")
    parser.add_argument("--quick", action="store_true", help="small numbers, to see whether everything runs")
    parser.add_argument("--markdown", action="store_true", help="print the table once more, to paste")
    parser.add_argument("--report", action="store_true", help="print the numbers of the last run, and measure nothing")
    return parser.parse_args()


if __name__ == "__main__":
    main()
