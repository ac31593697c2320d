"""Keeps a number of worker processes running: starts them, replaces those that die, and stops all together."""

import asyncio
import contextlib
import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from time import monotonic
from typing import Final

import structlog

# Pauses before a worker is started again, in seconds.
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
# A worker that dies sooner after its start, in seconds, is likely to die after the next start as well.
STEADY_SECONDS: Final = 10.0
# How many seconds beyond its grace period a worker may take to stop before it is killed.
LENIENCE_SECONDS: Final = 2.0

_SPAWN: Final = multiprocessing.get_context("spawn")

_log = structlog.get_logger("tessera.workers")


class WorkerRejected(Exception):
    """A worker cannot start, and would fail again; the message is its sentence."""


class Report:
    """The report of a worker to its parent, sent once: it works, or the reason why it never will."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def working(self) -> None:
        """Report that the worker has started."""
        self._send(None)

    def reject(self, sentence: str) -> None:
        """Report what a person must fix before a start can succeed; the process then ends."""
        self._send(sentence)

    def _send(self, rejection: str | None) -> None:
        # The parent may be gone.
        with contextlib.suppress(OSError):
            self._pipe.send(rejection)


Work = Callable[[int, Report], None]


class Workers:
    """Processes numbered from 1 that each run `work(number, report)`, which must be picklable, until SIGTERM.

    `started` is called once, when one works and all have tried to start. `stopping` is called just before all are
    stopped, for which they have `grace` seconds.
    """

    def __init__(
        self, count: int, work: Work, *, grace: float, started: Callable[[], None], stopping: Callable[[], None]
    ) -> None:
        self._numbers = range(1, count + 1)
        self._work = work
        self._grace = grace
        self._started = started
        self._stopping = stopping
        self._stop_requested = asyncio.Event()
        self._unreported = set(self._numbers)
        self._processes: dict[int, SpawnProcess] = {}
        self._working = self._announced = False
        self._rejection: str | None = None

    async def run(self) -> None:
        """Run until SIGINT or SIGTERM; no process is left. Raises WorkerRejected if one cannot start."""
        loop = asyncio.get_running_loop()
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signal_number, self._stop)
        # Started now, because a tracker that starts with the first worker would unblock SIGINT.
        resource_tracker.ensure_running()
        async with asyncio.TaskGroup() as group:
            for number in self._numbers:
                group.create_task(self._keep_alive(number))
        if self._rejection is not None:
            raise WorkerRejected(self._rejection)

    async def _keep_alive(self, number: int) -> None:
        """Start a worker again whenever it ends, until all stop."""
        early_deaths = 0
        while not self._stop_requested.is_set():
            began = monotonic()
            exit_code = await self._run_once(number)
            if self._stop_requested.is_set():
                return
            early_deaths = early_deaths + 1 if monotonic() - began < STEADY_SECONDS else 0
            pause = pause_after(early_deaths)
            _log.warning("worker ended", worker=number, exit_code=exit_code, next_start_seconds=pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop_requested.wait(), pause)

    async def _run_once(self, number: int) -> int | None:
        """Run a worker once; return its exit code, which is negative for a signal and None if it did not start."""
        receiver, sender = _SPAWN.Pipe(duplex=False)
        process = _SPAWN.Process(target=self._work, args=(number, Report(sender)), name=f"worker {number}")
        with receiver:
            with sender:
                try:
                    _start_ignoring_interrupts(process)
                except OSError as error:
                    _log.error("worker not started", worker=number, reason=str(error))
                    return None
            self._processes[number] = process
            try:
                await _wait_readable(receiver.fileno())
                self._take_report(number, receiver)
                await _wait_readable(process.sentinel)
            finally:
                del self._processes[number]
                self._end(process)
        return process.exitcode

    def _take_report(self, number: int, receiver: Connection) -> None:
        """Read the report of a worker, which is missing if the worker has died."""
        first = number in self._unreported
        self._unreported.discard(number)
        with contextlib.suppress(EOFError, OSError):
            rejection = receiver.recv()
            if rejection is None:
                self._working = True
            elif first:
                self._rejection = self._rejection or rejection
                self._stop()
            else:
                _log.error("worker rejected", worker=number, reason=rejection)
        if self._working and not self._unreported and not self._announced and not self._stop_requested.is_set():
            self._announced = True
            self._started()

    def _end(self, process: SpawnProcess) -> None:
        """End a process for certain; normally it has ended already."""
        if process.is_alive():
            process.terminate()
            process.join(self._grace)
            process.kill()
        process.join()

    def _stop(self) -> None:
        """Stop every worker, once, and kill those that do not stop in time."""
        if self._stop_requested.is_set():
            return
        self._stop_requested.set()
        self._stopping()
        for process in self._processes.values():
            process.terminate()
        asyncio.get_running_loop().call_later(self._grace + LENIENCE_SECONDS, self._kill)

    def _kill(self) -> None:
        for number, process in self._processes.items():
            _log.error("worker killed", worker=number, after_seconds=self._grace + LENIENCE_SECONDS)
            process.kill()


def pause_after(early_deaths: int) -> float:
    """Return the seconds to wait before the next start, after this many early deaths in a row."""
    # Ten doublings are beyond the longest pause already.
    doublings = max(0, min(early_deaths - 1, 10))
    return min(FIRST_PAUSE_S * (1 << doublings), LONGEST_PAUSE_S)


def stop_with_parent() -> None:
    """In the loop of a worker: send this process SIGTERM as soon as its parent has ended for any reason."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    loop, sentinel = asyncio.get_running_loop(), parent.sentinel

    def ended() -> None:
        loop.remove_reader(sentinel)
        signal.raise_signal(signal.SIGTERM)

    # The sentinel is a pipe: its other end closes with the parent.
    loop.add_reader(sentinel, ended)


def _start_ignoring_interrupts(process: SpawnProcess) -> None:
    """Start a process that never sees SIGINT.

    Ctrl-C signals every process of the terminal at once, but the parent decides when its workers stop. A new process
    inherits blocked signals, so SIGINT cannot interrupt even its imports.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


async def _wait_readable(descriptor: int) -> None:
    """Wait until there is something to read, or the end."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
