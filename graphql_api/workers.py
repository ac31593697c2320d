"""Keeps a number of processes at the same work: starts them, replaces those that die, and stops all together."""

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

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
# Who dies sooner than this after its start is likely to die at the next one as well.
STEADY_SECONDS: Final = 10.0
# How much longer than its own time a worker may take to stop before it is killed.
LENIENCE_SECONDS: Final = 2.0

_SPAWN: Final = multiprocessing.get_context("spawn")

_log = structlog.get_logger("tessera.workers")


class WorkerRefused(Exception):
    """A worker cannot start, and would not at another try; the message is its sentence."""


class Report:
    """What a worker tells its parent, once: that it works, or why it never will."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def working(self) -> None:
        """Say that the start is over."""
        self._send(None)

    def reject(self, sentence: str) -> None:
        """Say what a person has to put right before a start can succeed; then end the process."""
        self._send(sentence)

    def _send(self, refusal: str | None) -> None:
        # A parent that is gone hears nothing.
        with contextlib.suppress(OSError):
            self._pipe.send(refusal)


Work = Callable[[int, Report], None]


class Workers:
    """Processes numbered from 1 that each run `work(number, report)`, which can be pickled, until SIGTERM.

    `started` is called once, when one works and all have had their first start; `stopping` just before all are asked
    to stop, for which they have `grace` seconds.
    """

    def __init__(
        self, count: int, work: Work, *, grace: float, started: Callable[[], None], stopping: Callable[[], None]
    ) -> None:
        self._numbers = range(1, count + 1)
        self._work = work
        self._grace = grace
        self._started = started
        self._stopping = stopping
        self._stop_asked = asyncio.Event()
        self._unheard = set(self._numbers)
        self._processes: dict[int, SpawnProcess] = {}
        self._working = self._told = False
        self._refusal: str | None = None

    async def run(self) -> None:
        """Run until SIGINT or SIGTERM; no process is left. Raises WorkerRefused if one cannot start at first."""
        loop = asyncio.get_running_loop()
        for asked in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(asked, self._stop)
        # It would let SIGINT through if it had to be started together with the first worker.
        resource_tracker.ensure_running()
        async with asyncio.TaskGroup() as group:
            for number in self._numbers:
                group.create_task(self._keep(number))
        if self._refusal is not None:
            raise WorkerRefused(self._refusal)

    async def _keep(self, number: int) -> None:
        """Start a worker again whenever it ends, until all are to stop."""
        early_deaths = 0
        while not self._stop_asked.is_set():
            began = monotonic()
            exit_code = await self._live(number)
            if self._stop_asked.is_set():
                return
            early_deaths = early_deaths + 1 if monotonic() - began < STEADY_SECONDS else 0
            pause = pause_after(early_deaths)
            _log.warning("worker ended", worker=number, exit_code=exit_code, next_start_seconds=pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop_asked.wait(), pause)

    async def _live(self, number: int) -> int | None:
        """One life of a worker; returns its exit code, which is negative for a signal and None if it was not born."""
        receiver, sender = _SPAWN.Pipe(duplex=False)
        process = _SPAWN.Process(target=self._work, args=(number, Report(sender)), name=f"worker {number}")
        with receiver:
            with sender:
                try:
                    _start_deaf_to_interrupts(process)
                except OSError as error:
                    _log.error("worker not started", worker=number, reason=str(error))
                    return None
            self._processes[number] = process
            try:
                await _readable(receiver.fileno())
                self._hear(number, receiver)
                await _readable(process.sentinel)
            finally:
                del self._processes[number]
                self._end(process)
        return process.exitcode

    def _hear(self, number: int, receiver: Connection) -> None:
        """Take the report of a worker, which is missing if it has died."""
        first = number in self._unheard
        self._unheard.discard(number)
        with contextlib.suppress(EOFError, OSError):
            refusal = receiver.recv()
            if refusal is None:
                self._working = True
            elif first:
                self._refusal = self._refusal or refusal
                self._stop()
            else:
                _log.error("worker refused", worker=number, reason=refusal)
        if self._working and not self._unheard and not self._told and not self._stop_asked.is_set():
            self._told = True
            self._started()

    def _end(self, process: SpawnProcess) -> None:
        """Leave nothing of a process, which has ended already if nothing is wrong here."""
        if process.is_alive():
            process.terminate()
            process.join(self._grace)
            process.kill()
        process.join()

    def _stop(self) -> None:
        """Ask every worker to stop, once, and kill those that do not."""
        if self._stop_asked.is_set():
            return
        self._stop_asked.set()
        self._stopping()
        for process in self._processes.values():
            process.terminate()
        asyncio.get_running_loop().call_later(self._grace + LENIENCE_SECONDS, self._kill)

    def _kill(self) -> None:
        for number, process in self._processes.items():
            _log.error("worker killed", worker=number, after_seconds=self._grace + LENIENCE_SECONDS)
            process.kill()


def pause_after(early_deaths: int) -> float:
    """How many seconds to wait before the next start, after so many deaths in a row that came right after a start."""
    # Ten doublings are beyond the longest pause already.
    doublings = max(0, min(early_deaths - 1, 10))
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def stop_with_parent() -> None:
    """In the loop of a worker: send this process SIGTERM as soon as its parent is no more, however that ended."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    loop, sentinel = asyncio.get_running_loop(), parent.sentinel

    def ended() -> None:
        loop.remove_reader(sentinel)
        signal.raise_signal(signal.SIGTERM)

    # The sentinel is a pipe: its other end closes with the parent.
    loop.add_reader(sentinel, ended)


def _start_deaf_to_interrupts(process: SpawnProcess) -> None:
    """Start a process that never sees SIGINT.

    Ctrl-C sends it to every process of the terminal at once, and it is for the parent to say when its workers stop.
    A new process inherits which signals are blocked, so there is no moment at which it could break an import.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


async def _readable(descriptor: int) -> None:
    """Wait until something can be read, be it the end."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
