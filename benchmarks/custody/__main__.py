"""Measure custody and print each number beside its goal; see the package for the measurements.

    make bench-custody [ARGS="coupons moves load pages history --rounds 3 --seconds 4 --quick --markdown"]

Without names everything is measured. Exits with 1 when a goal is missed. Writes `benchmarks/results/custody.json`, in
which numbers of other measurements stay as they are. `--quick` measures small numbers in a minute and writes nothing.
`--report` prints the table of the last run.
"""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec
from rich.console import Console

from benchmarks.custody.coupons import measure_coupons
from benchmarks.custody.history import measure_history
from benchmarks.custody.load import measure_load
from benchmarks.custody.moves import Size, measure_moves
from benchmarks.custody.pages import measure_pages
from benchmarks.custody.place import Place, embedded_server, fresh_place
from benchmarks.custody.report import Line, markdown, print_report, read_report, write_report

Found = tuple[list[Line], dict[str, object]]


def main() -> None:
    """Measure, print, write, and return whether all goals are reached."""
    chosen = _arguments()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    names = chosen.names or list(MEASUREMENTS)
    if chosen.report:
        lines = {name: msgspec.convert(found["lines"], list[Line]) for name, found in read_report().items()}
    else:
        lines = _measure(names, chosen, console)
    every = [line for name in names for line in lines.get(name, ())]
    print_report(every, console)
    if chosen.markdown:
        console.print(markdown(every), markup=False, soft_wrap=True)
    sys.exit(not chosen.quick and any(line.reached is False for line in every))


def _measure(names: list[str], chosen: argparse.Namespace, console: Console) -> dict[str, list[Line]]:
    lines, details = {}, {}
    with embedded_server() as server:
        for name in names:
            console.print(f"Measuring {name}")
            began = time.perf_counter()
            with fresh_place(server, f"custody_{name}") as place:
                lines[name], details[name] = MEASUREMENTS[name](place, chosen)
            console.print(f"  in {time.perf_counter() - began:.0f} s")
    if not chosen.quick:
        console.print(f"Written to {write_report(lines, details)}")
    return lines


def _coupons(place: Place, chosen: argparse.Namespace) -> Found:
    if chosen.quick:
        return measure_coupons(place, 1, downloaded=50_000)
    return measure_coupons(place, chosen.rounds)


def _moves(place: Place, chosen: argparse.Namespace) -> Found:
    return measure_moves(place, Size(serials=40_000, batches=20, rounds=1) if chosen.quick else Size())


def _load(place: Place, chosen: argparse.Namespace) -> Found:
    return measure_load(place, 1, 1.0) if chosen.quick else measure_load(place, chosen.rounds, chosen.seconds)


def _pages(place: Place, chosen: argparse.Namespace) -> Found:
    if chosen.quick:
        return measure_pages(place, 1, 1.0, consignments=5)
    return measure_pages(place, chosen.rounds, chosen.seconds)


def _history(place: Place, chosen: argparse.Namespace) -> Found:
    return measure_history(place, 1_000) if chosen.quick else measure_history(place)


MEASUREMENTS: Final[dict[str, Callable[[Place, Any], Found]]] = {
    "coupons": _coupons,
    "moves": _moves,
    "load": _load,
    "pages": _pages,
    "history": _history,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.custody", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *MEASUREMENTS])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of load, for each server and kind of load")
    parser.add_argument("--quick", action="store_true", help="small numbers, to see whether everything runs")
    parser.add_argument("--markdown", action="store_true", help="print the table once more, to paste")
    parser.add_argument("--report", action="store_true", help="print the numbers of the last run, and measure nothing")
    return parser.parse_args()


if __name__ == "__main__":
    main()
