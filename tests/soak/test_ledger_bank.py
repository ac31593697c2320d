"""Nothing that the ledger acknowledged is lost or doubled, and no limit is exceeded, whatever is killed (R20, R22, N6).

Callers record, correct, return, and redeem at once, and repeat calls whose answers were lost. PostgreSQL that forgets
what it acknowledged must fail the same check, or the check could not fail at all. `make soak-ledger` runs it longer.
"""

import os
import subprocess
from collections.abc import Iterator
from typing import Final

import pytest

from benchmarks.ledger.bank import BankSize
from benchmarks.ledger.bank_place import BankPlace, Limits
from benchmarks.ledger.bank_server import make_forgetful, open_bank, run_bank
from benchmarks.servers import Launch, Server, our_command
from db.embedded.server import EmbeddedPostgres
from tests.support.nursery import forked

pytestmark = [pytest.mark.long, pytest.mark.process]

SOAKS: Final = "TESSERA_SOAK" in os.environ
# The process that writes is killed, not the machine, so commits need to reach the file, and not the disk. Settings that
# a test changes are not among them: those of the command line are fixed.
SETTINGS: Final = {"fsync": "off", "full_page_writes": "off", "max_connections": "60"}
SIZE: Final = BankSize() if SOAKS else BankSize(seconds=1.0, worker_kills=1, database_kills=1, draining=4)
FORGETFUL: Final = BankSize(seconds=5.0 if SOAKS else 0.5, worker_kills=0, database_kills=1, draining=0)
LIMITS: Final = Limits(shared=20_011, budget=30_011) if SOAKS else Limits(shared=403, budget=601)
COUPONS: Final = 10_000 if SOAKS else 100
COMMAND: Final = our_command("tessera") if SOAKS else ["tests.support.forked_server", "serve"]
LAUNCH: Final[Launch] = subprocess.Popen if SOAKS else forked

Opened = tuple[EmbeddedPostgres, BankPlace, Server]


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A bank on a PostgreSQL of its own, which is killed."""
    folder = tmp_path_factory.mktemp("bank")
    postgres = EmbeddedPostgres(folder / "postgres", SETTINGS)
    try:
        opened = open_bank(postgres, LIMITS, COUPONS, log=folder / "serve.log", command=COMMAND, launch=LAUNCH)
        with postgres.hold(), opened as (place, server):
            yield postgres, place, server
    finally:
        postgres.remove()


def test_nothing_acknowledged_is_lost_or_doubled_and_limits_hold_exactly(bank: Opened) -> None:
    postgres, place, server = bank
    outcome = run_bank(postgres, place, server, SIZE, print)
    assert outcome.faults == ()
    assert {name: count for name, count in outcome.audit.wrong.items() if count} == {}
    assert (outcome.audit.shared, outcome.audit.budget) == (LIMITS.shared, LIMITS.budget)
    assert (outcome.worker_kills, outcome.database_kills) == (SIZE.worker_kills, SIZE.database_kills)
    assert outcome.repeated > 0
    assert outcome.reads > 0
    assert {"RECORDED", "CORRECTED", "DUPLICATE", "redeemed"} <= outcome.answers.keys()


def test_a_database_that_forgets_what_it_acknowledged_fails_the_same_check(bank: Opened) -> None:
    postgres, place, server = bank
    make_forgetful(place)
    outcome = run_bank(postgres, place, server, FORGETFUL, print)
    assert outcome.answers["RECORDED"] > 0
    assert outcome.audit.wrong["lost sales"] > 0
    assert not outcome.audit.good
