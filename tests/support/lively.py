"""A worker that misbehaves. Its process imports this module only, which takes little time."""

import signal
import sys
import time
from pathlib import Path

from graphql_api.workers import Report


def lively(lives: Path, seconds: float, _number: int, report: Report) -> None:
    """A worker that fails twice, then works and does not stop, for at most `seconds`."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with lives.open("a+") as file:
        file.write(".")
        life = file.tell()
    if life == 2:
        report.reject("The database sleeps.")
        return
    report.working()
    if life == 1:
        sys.exit(3)
    time.sleep(seconds)
