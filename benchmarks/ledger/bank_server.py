"""The PostgreSQL and the server of the bank test: both of its own, because both are killed."""

import asyncio
import contextlib
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.custody.place import SECRETS, fresh_place
from benchmarks.events.servers import workers_of
from benchmarks.ledger.bank import Bank, BankSize, Outcome, Say
from benchmarks.ledger.bank_place import BankPlace, Limits, prepare_bank
from benchmarks.servers import Credentials, Launch, Server, Signer, running
from benchmarks.sql import change_settings
from db.embedded.server import EmbeddedPostgres

_WORKERS: Final = 2
_START_S: Final = 60
# What is acknowledged before it is on the disk is lost with the process: the proof that the test finds losses.
FORGETFUL: Final = (
    "ALTER SYSTEM SET synchronous_commit = off",
    "ALTER SYSTEM SET wal_writer_delay = '10s'",
    "SELECT pg_reload_conf()",
)


@contextlib.contextmanager
def open_bank(  # noqa: PLR0913 - what a bank needs
    postgres: EmbeddedPostgres,
    limits: Limits,
    coupons: int,
    *,
    log: Path,
    command: Sequence[str],
    launch: Launch = subprocess.Popen,
) -> Iterator[tuple[BankPlace, Server]]:
    """A bank on a new database of this PostgreSQL, and the server that serves it, whose workers have all started."""
    with fresh_place(postgres, "ledger_bank") as place, tempfile.TemporaryDirectory(prefix="tessera-bank-") as folder:
        prepared = asyncio.run(prepare_bank(place, limits, coupons))
        signer = Signer(Path(folder))
        settings: Mapping[str, str] = {**SECRETS, "TESSERA_LOG_LEVEL": "warning"}
        credentials = Credentials(signer.keys, "")
        workers = [*command, "--workers", str(_WORKERS)]
        with running("tessera", workers, place.url, credentials, log, settings=settings, launch=launch) as server:
            _await_workers(server)
            yield prepared.served(place, server.port, signer), server


def run_bank(postgres: EmbeddedPostgres, bank: BankPlace, server: Server, size: BankSize, say: Say) -> Outcome:
    """Run the bank test."""
    return asyncio.run(Bank(postgres, bank, size, say=say, workers=lambda: workers_of(server)).run())


def make_forgetful(bank: BankPlace) -> None:
    """Let PostgreSQL acknowledge commits that only it remembers."""
    asyncio.run(change_settings(bank.place.owner_url, *FORGETFUL))


def _await_workers(server: Server) -> None:
    deadline = time.monotonic() + _START_S
    while len(workers_of(server)) < _WORKERS and time.monotonic() < deadline:
        time.sleep(0.05)
