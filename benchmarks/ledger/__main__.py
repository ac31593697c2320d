"""Measure sales, redemptions, and the ledger, and print each number beside its goal; see the package.

    make bench-ledger [ARGS="record redeem late home --rounds 3 --quick --markdown"]

Without names everything is measured. Exits with 1 when a goal is missed. Writes `benchmarks/results/ledger.json`, in
which numbers of other measurements stay as they are. `--quick` measures small numbers in a minute and writes nothing.
`--report` prints the table of the last run.
"""

import argparse
from typing import Final

from benchmarks.custody.place import Place
from benchmarks.ledger.home import HomeSize, measure_home
from benchmarks.ledger.late import measure_late
from benchmarks.ledger.recording import RecordingSize, measure_recording
from benchmarks.ledger.redeeming import RedeemingSize, measure_redeeming
from benchmarks.suite import Found, Suite


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


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--entries", type=int, default=10_000_000, help="how many entries the larger ledger has")


SUITE: Final = Suite(
    name="ledger",
    description=__doc__.partition("\n")[0],
    measurements={
        "record": _record,
        "redeem": _redeem,
        "late": _late,
        "home": _home,
    },
)

if __name__ == "__main__":
    SUITE.run(_add_options)
