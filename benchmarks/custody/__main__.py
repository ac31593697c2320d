"""Measure custody and print each number beside its goal; see the package for the measurements.

    make bench-custody [ARGS="coupons moves load pages history --rounds 3 --seconds 4 --quick --markdown"]

Without names everything is measured. Exits with 1 when a goal is missed. Writes `benchmarks/results/custody.json`, in
which numbers of other measurements stay as they are. `--quick` measures small numbers in a minute and writes nothing.
`--report` prints the table of the last run.
"""

import argparse
from typing import Final

from benchmarks.custody.coupons import measure_coupons
from benchmarks.custody.history import measure_history
from benchmarks.custody.load import measure_load
from benchmarks.custody.moves import Size, measure_moves
from benchmarks.custody.pages import measure_pages
from benchmarks.custody.place import Place
from benchmarks.suite import Found, Suite


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


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=4.0, help="of load, for each server and kind of load")


SUITE: Final = Suite(
    name="custody",
    description=__doc__.partition("\n")[0],
    measurements={
        "coupons": _coupons,
        "moves": _moves,
        "load": _load,
        "pages": _pages,
        "history": _history,
    },
)

if __name__ == "__main__":
    SUITE.run(_add_options)
