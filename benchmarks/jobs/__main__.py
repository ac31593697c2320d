"""Measure imports, settlements, and simulations, and print each number beside its goal; see the package.

    make bench-jobs [ARGS="import settle simulate --rounds 3 --quick --markdown"]

Without names everything is measured. Exits with 1 when a goal is missed. Writes `benchmarks/results/jobs.json`, in
which numbers of other measurements stay as they are. `--quick` measures small numbers in minutes and writes nothing.
`--report` prints the table of the last run. Where other programs use the machine, what the CPU says counts.
"""

import argparse
from typing import Final

from benchmarks.custody.place import Place
from benchmarks.jobs.importing import ImportSize, measure_importing
from benchmarks.jobs.settling import SettlingSize, measure_settling
from benchmarks.jobs.simulation import SimulationSize, measure_simulation
from benchmarks.suite import Found, Suite


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
    return measure_simulation(place, SimulationSize(rounds=min(chosen.rounds, 2)))


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lines", type=int, default=150_000, help="how many lines a file has that is imported")


SUITE: Final = Suite(
    name="jobs",
    description=__doc__.partition("\n")[0],
    measurements={
        "import": _import,
        "settle": _settle,
        "simulate": _simulate,
    },
)

if __name__ == "__main__":
    SUITE.run(_add_options)
