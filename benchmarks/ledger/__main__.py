"""Measure sales, redemptions, and the ledger, and print each number beside its goal; see the package.

    make bench-ledger [ARGS="record redeem late home --rounds 3 --quick --markdown"]

Without names everything is measured. Exits with 1 when a goal is missed. Writes `benchmarks/results/ledger.json`, in
which numbers of other measurements stay as they are. `--quick` measures small numbers in a minute and writes nothing.
`--report` prints the table of the last run.
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
from benchmarks.ledger.home import HomeSize, measure_home
from benchmarks.ledger.late import measure_late
from benchmarks.ledger.recording import RecordingSize, measure_recording
from benchmarks.ledger.redeeming import RedeemingSize, measure_redeeming
from benchmarks.servers import ROOT

LATEST: Final = Path(__file__).parent.parent / "results" / "ledger.json"
FOLDER: Final = ROOT / ".tessera" / "bench-ledger"
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
    print_report(every, console, "Ledger")
    if chosen.markdown:
        console.print(markdown(every), markup=False, soft_wrap=True)
    sys.exit(not chosen.quick and any(line.reached is False for line in every))


def _measure(names: list[str], chosen: argparse.Namespace, console: Console) -> dict[str, list[Line]]:
    lines, details = {}, {}
    with embedded_server(FOLDER) as server:
        for name in names:
            console.print(f"Measuring {name}")
            began = time.perf_counter()
            with fresh_place(server, f"ledger_{name}") as place:
                lines[name], details[name] = MEASUREMENTS[name](place, chosen)
            console.print(f"  in {time.perf_counter() - began:.0f} s")
            if not chosen.quick:
                # A run takes minutes: what is measured is kept, whatever comes.
                console.print(f"  written to {write_report(lines, details, LATEST)}")
    return lines


def _record(place: Place, chosen: argparse.Namespace) -> Found:
    if chosen.quick:
        return measure_recording(place, RecordingSize(ecps=200, calls=1, rounds=1))
    return measure_recording(place, RecordingSize(rounds=chosen.rounds))


def _redeem(place: Place, chosen: argparse.Namespace) -> Found:
    if chosen.quick:
        return measure_redeeming(place, RedeemingSize(ecps=100, coupons=5_000, seconds=1.0, rounds=1))
    return measure_redeeming(place, RedeemingSize(rounds=chosen.rounds))


def _late(place: Place, chosen: argparse.Namespace) -> Found:
    return measure_late(place, 1 if chosen.quick else chosen.rounds)


def _home(place: Place, chosen: argparse.Namespace) -> Found:
    if chosen.quick:
        return measure_home(place, HomeSize(entries=100_000, requests=100, rounds=1))
    return measure_home(place, HomeSize(entries=chosen.entries, rounds=chosen.rounds))


MEASUREMENTS: Final[dict[str, Callable[[Place, Any], Found]]] = {
    "record": _record,
    "redeem": _redeem,
    "late": _late,
    "home": _home,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *MEASUREMENTS])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--entries", type=int, default=10_000_000, help="how many entries the larger ledger has")
    parser.add_argument("--quick", action="store_true", help="small numbers, to see whether everything runs")
    parser.add_argument("--markdown", action="store_true", help="print the table once more, to paste")
    parser.add_argument("--report", action="store_true", help="print the numbers of the last run, and measure nothing")
    return parser.parse_args()


if __name__ == "__main__":
    main()
