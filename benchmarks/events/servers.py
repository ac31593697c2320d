"""Servers of these measurements: ours with a number of workers, and its peers."""

import contextlib
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.events.place import LOGS, Place
from benchmarks.events.sockets import Address
from benchmarks.servers import Launch, Server, ServerFailed, make_credentials, our_command, running

_START_SECONDS: Final = 60
_FILES: Final = 8192


@contextlib.contextmanager
def serving(
    place: Place,
    workers: int = 1,
    command: Sequence[str] | None = None,
    log: Path | None = None,
    launch: Launch = subprocess.Popen,
) -> Iterator[tuple[Server, Address]]:
    """`tessera serve`, all of whose workers have started, or another command, for the length of the block."""
    started = log or LOGS / "events.log"
    wanted = command or [*our_command("tessera"), "--workers", str(workers)]
    with tempfile.TemporaryDirectory(prefix="tessera-events-") as folder:
        credentials = make_credentials(Path(folder), place.account_id)
        with running("tessera", wanted, place.url, credentials, started, launch=launch) as server:
            if workers > 1:
                _await_workers(started)
            yield server, Address(server.port, server.headers["Authorization"])


def workers_of(server: Server) -> list[int]:
    """List the worker processes of a server."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text("ascii").split()
    found = []
    for pid in children:
        # It may end at any moment.
        with contextlib.suppress(OSError):
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            # One that has ended has no command any more.
            if command and b"resource_tracker" not in command:
                found.append(int(pid))
    return found


def allow_many_files() -> None:
    """Raise the limit of open files for this process and its children, for thousands of connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES if most == resource.RLIM_INFINITY else min(most, _FILES), most))


def _await_workers(log: Path) -> None:
    """Wait for all workers: earlier connections would all reach the first one."""
    deadline = time.monotonic() + _START_SECONDS
    while "Serving http" not in log.read_text("utf-8", "replace"):
        if time.monotonic() > deadline:
            raise ServerFailed(f"not all workers started: {log.read_text('utf-8', 'replace')[-2000:]}")
        time.sleep(0.05)
