"""A running `tessera serve` of several processes, as operators start, watch and stop it."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.support.nursery import Forked, forked

ROOT = Path(__file__).parents[2]
COMMAND = [str(Path(sys.executable).parent / "tessera"), "serve"]
# The same, whose workers are forks.
FORKED = ["tests.support.forked_server", "serve"]
WAIT_TIMEOUT_S = 60
STOP_SECONDS = 10


class Service:
    """A running `tessera serve`, the leader of a process group of its own."""

    def __init__(self, process: subprocess.Popen[bytes] | Forked, log: Path) -> None:
        self.process = process
        self.log = log
        address = re.search(r"http://127\.0\.0\.1:(\d+)/graphql", log.read_text())
        assert address is not None
        self.port = int(address[1])

    def workers(self) -> set[int]:
        """The processes that serve."""
        mine = [(pid, text) for pid, parent, text in self.group() if parent == self.process.pid]
        return {pid for pid, text in mine if "resource_tracker" not in text}

    def group(self) -> list[tuple[int, int, str]]:
        """Return the processes of the group: pid, parent, and command line."""
        shown = ["ps", "-ww", "-eo", "pid=,ppid=,pgid=,stat=,args="]
        listed = subprocess.run(shown, capture_output=True, text=True, check=True)
        fields = [line.split(maxsplit=4) for line in listed.stdout.splitlines()]
        mine = [row for row in fields if int(row[2]) == self.process.pid and not row[3].startswith("Z")]
        return [(int(pid), int(parent), text) for pid, parent, _, _, text in mine]

    def get(self, path: str = "/readyz") -> str:
        """The answer to one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_TIMEOUT_S)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def stop(self, ask: Callable[[], None]) -> None:
        """Stop the service, and check that it exits cleanly and in time."""
        began = time.monotonic()
        ask()
        assert self.process.wait(WAIT_TIMEOUT_S) == 0
        assert time.monotonic() - began < STOP_SECONDS
        text = self.log.read_text()
        assert text.endswith("Stopped.\n")
        assert (text.count("Stopped."), text.count("Traceback")) == (1, 0)
        # A helper of Python's own ends only after the process that started it.
        eventually(lambda: self.group() == [])

    def records(self, event: str) -> list[dict[str, object]]:
        """Lines of the log, without what differs from run to run."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [{key: line[key] for key in line if key != "timestamp"} for line in lines if line["event"] == event]


def eventually(holds: Callable[[], bool], seconds: float = WAIT_TIMEOUT_S) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def accepts(port: int) -> bool:
    """Whether a server accepts connections on the port."""
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of a production server, without the developer's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TESSERA_", "DATABASE_", "PORT"))}
    return {**kept, "TESSERA_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT), "PORT": "0", **more}


@contextlib.contextmanager
def serving(settings: dict[str, str], *options: str, anew: bool = False) -> Iterator[Service]:
    """Run a service until the end of the block, and leave no process behind.

    Its processes are forks, which start at once, or else those that `anew` starts as operators do.
    """
    log = Path(settings["TESSERA_DATA_DIR"]) / "serve.log"
    with log.open("w") as output:
        if anew:
            process: subprocess.Popen[bytes] | Forked = subprocess.Popen(
                [*COMMAND, *options], cwd=ROOT, env=settings, stdout=output, stderr=output, start_new_session=True
            )
        else:
            command = [*FORKED, *options]
            process = forked(command, cwd=ROOT, env=settings, stdout=output, stderr=output, start_new_session=True)
    try:
        last = re.compile(r"Serving http://\S+\n|INTEGRATION\n\S+\n")
        eventually(lambda: bool(last.search(log.read_text())) or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        yield Service(process, log)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        # Shown when a test fails.
        sys.stdout.write(log.read_text())


def run_failing_service(settings: dict[str, str], *options: str) -> tuple[int, str]:
    """Run a service that cannot start; return its exit code and output."""
    log = Path(settings["TESSERA_DATA_DIR"]) / "failing.log"
    with log.open("w") as output:
        process = forked([*FORKED, *options], cwd=ROOT, env=settings, stdout=output, stderr=output)
        return process.wait(WAIT_TIMEOUT_S), log.read_text()
