"""A `tessera worker` that starts again when it is killed, slowly and with short leases: `python -m`.

Each worker is a fork of a process that has imported everything, and works at once. Its pid is in the file that the
first argument names. SIGTERM ends both.
"""

import asyncio
import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from msgspec.structs import replace

from graphql_api import working
from graphql_api.files import local
from graphql_api.jobs.policy import WorkerPolicy, policy_of
from graphql_api.settings import Settings
from resolvers.imports import recording, sorting, staging
from resolvers.jobs import attempts, running
from resolvers.points.posting import expire, revalue
from resolvers.settlements import jobs as settlements

LEASE = timedelta(seconds=float(os.environ.get("TESTS_LEASE", "0.5")))
# Sales of a transaction, of reading and of recording.
CHUNK = int(os.environ.get("TESTS_CHUNK", "20"))
# Seconds that each transaction takes longer, so that a kill finds one.
SLOWNESS = float(os.environ.get("TESTS_SLOWNESS", "0.01"))
# Sales of a file from which on streams are processes, whose chunks are as large as those of the product.
LARGE = int(os.environ.get("TESTS_LARGE", "1000000"))
_REPEAT_S = 0.05


def impatient(settings: Settings) -> WorkerPolicy:
    """The policy of the settings, with heartbeats that are frequent enough for short leases."""
    return replace(policy_of(settings), heartbeat_s=LEASE.total_seconds() / 8, poll_s=0.02)


def slowly(function: Any) -> Any:
    """Let a function wait before it returns."""

    async def wrapped(*given: Any, **named: Any) -> Any:
        found = await function(*given, **named)
        await asyncio.sleep(SLOWNESS)
        return found

    return wrapped


def work() -> None:
    """Work until SIGTERM."""
    settings = Settings()
    for module in (attempts, running):
        patch.object(module, "LEASE", LEASE).start()
    patch.object(working, "policy_of", impatient).start()
    patch.object(staging, "_SALES", CHUNK).start()
    patch.object(local, "CHUNK_BYTES", 100 * CHUNK).start()
    patch.object(recording, "LARGE", LARGE).start()
    patch.object(recording, "CHUNK", CHUNK).start()
    patch.object(recording, "_PAGE", 2 * CHUNK).start()
    patch.object(settlements, "PIECE", CHUNK).start()
    patch.object(expire, "PIECE", CHUNK).start()
    slow = (
        (staging, "add_rows"),
        (sorting, "_run_step"),
        (recording, "record_staged"),
        (settlements, "freeze_lines"),
        (settlements, "post_piece"),
        (expire, "expire_piece"),
    )
    for module, name in slow:
        patch.object(module, name, slowly(getattr(module, name))).start()
    assert settings.database_url is not None
    working.work_until_stopped(settings, settings.database_url.get_secret_value(), lambda: None)


def main() -> None:
    """Start workers until SIGTERM."""
    place = Path(sys.argv[1])
    stopped = False
    child = 0

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True
        if child:
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    while not stopped:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            try:
                work()
            finally:
                os._exit(1)
        place.write_text(str(child), "ascii")
        os.waitpid(child, 0)
        time.sleep(_REPEAT_S)


if __name__ == "__main__":
    assert revalue.JOBS  # the jobs of the ledger are imported before the fork
    main()
