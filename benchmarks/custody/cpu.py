"""Server time: the CPU of PostgreSQL and of this process, and the time on the clock."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from msgspec import Struct


class Spent(Struct, frozen=True):
    """Milliseconds for one of a number of equal actions."""

    wall: float
    python: float
    postgres: float

    @property
    def server(self) -> float:
        """CPU of both processes."""
        return self.python + self.postgres


class Meter:
    """Measures the block that it encloses, and divides by a number of actions."""

    def __init__(self, postmaster: int, actions: int = 1) -> None:
        self._postmaster = postmaster
        self._actions = actions
        self.spent = Spent(0, 0, 0)

    def __enter__(self) -> Self:
        self._backends = backends_cpu_ms(self._postmaster)
        self._began = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        wall, python = time.perf_counter() - self._began[0], time.process_time() - self._began[1]
        postgres = used_since(self._backends, backends_cpu_ms(self._postmaster))
        self.spent = Spent(
            wall=1000 * wall / self._actions,
            python=1000 * python / self._actions,
            postgres=postgres / self._actions,
        )


def backends_cpu_ms(postmaster: int) -> dict[int, float]:
    """CPU of each process that a PostgreSQL server has now, in milliseconds."""
    pids = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text("ascii").split()
    return {int(pid): cpu_ms(int(pid)) for pid in pids}


def used_since(before: Mapping[int, float], now: Mapping[int, float]) -> float:
    """CPU of the processes that are still there, in milliseconds: connections must stay open in between."""
    return sum(max(used - before.get(pid, 0.0), 0.0) for pid, used in now.items())


def cpu_ms(pid: int) -> float:
    """CPU that a process has used; 0 once it has ended."""
    try:
        # Nanoseconds; the numbers of /proc/PID/stat are hundredths of a second.
        return int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[0]) / 1e6
    except OSError:
        return 0.0
