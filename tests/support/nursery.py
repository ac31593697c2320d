"""Processes that are forks of one that has imported the product: importing it takes seconds of CPU each time.

A test that is about the start of a program starts it as `subprocess` does. Any other test forks it here. The nursery
itself is a fork of the process of the tests, made before that has loops, connections, and patches.
"""

import contextlib
import gc
import json
import multiprocessing
import os
import runpy
import signal
import socket
import struct
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final, NoReturn

_POLL_S: Final = 0.01
_NUMBER: Final = struct.Struct("<q")
_STANDARD: Final = (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP)

# The way to the nursery of this process.
_way: list[socket.socket] = []


class Forked:
    """A process that the nursery has forked: what tests use of `subprocess.Popen`."""

    def __init__(self, said: socket.socket) -> None:
        self._said = said
        self.pid = _receive_number(said) or 0
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, which is negative for a signal, or None while the process runs."""
        if self.returncode is None:
            self._said.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                self._said.recv(1, socket.MSG_PEEK)
                self._said.settimeout(None)
                # Nothing is said where the whole group was killed.
                code = _receive_number(self._said)
                self.returncode = -signal.SIGKILL if code is None else code
                self._said.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, and return the exit code. Raises TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("a forked process", timeout or 0)
            time.sleep(_POLL_S)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process."""
        self.send_signal(signal.SIGKILL)


def begin() -> None:
    """Fork the nursery. It ends with this process."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # Minders leave nothing behind.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        _close_but(theirs.fileno())
        try:
            while _serve(theirs):
                pass
        finally:
            os._exit(0)
    theirs.close()
    _way.append(ours)


def end() -> None:
    """End the nursery, which then forks nothing any more."""
    while _way:
        _way.pop().close()


def forked(  # noqa: PLR0913 - those of subprocess.Popen
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdout: IO[Any],
    stderr: IO[Any],
    start_new_session: bool = False,
) -> Forked:
    """Run a module with arguments in a fork, as `python -m` runs it."""
    content = {"command": [*command], "cwd": str(cwd), "env": {**env}, "session": start_new_session}
    request = json.dumps(content).encode()
    ours, theirs = socket.socketpair()
    (way,) = _way
    with theirs:
        fds = [theirs.fileno(), stdout.fileno(), stderr.fileno()]
        socket.send_fds(way, [_NUMBER.pack(len(request))], fds)
        way.sendall(request)
    return Forked(ours)


def _serve(way: socket.socket) -> bool:
    """Fork the process that is asked for next; False when nobody asks any more."""
    head, fds, *_ = socket.recv_fds(way, _NUMBER.size, 3)
    if not head:
        return False
    request = json.loads(_receive(way, *_NUMBER.unpack(head)))
    if os.fork() == 0:
        way.close()
        _mind(request, *fds)
    for descriptor in fds:
        os.close(descriptor)
    return True


def _mind(request: Any, answers: int, stdout: int, stderr: int) -> NoReturn:
    """Fork the process, and say its number now, and its exit code when it ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        _become(request, stdout, stderr)
    os.write(answers, _NUMBER.pack(child))
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(OSError):
        os.write(answers, _NUMBER.pack(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def _become(request: Any, stdout: int, stderr: int) -> NoReturn:
    """Run the module as the main one of a process that has just begun."""
    if request["session"]:
        os.setsid()
    for number in _STANDARD:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, closefd=False) for number in (1, 2))
    warnings.simplefilter("ignore")
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    module, *sys.argv[1:] = request["command"]
    gc.freeze()
    gc.enable()
    os._exit(_exit_code(module))


def _exit_code(module: str) -> int:
    """Run a module to its end, as Python does."""
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - the process ends with it
        traceback.print_exc()
        return 1
    finally:
        multiprocessing.util._exit_function()  # type: ignore[attr-defined] # noqa: SLF001 - what ends at exit
    return 0


def _close_but(kept: int) -> None:
    """Close what the process of the tests has open, and read and write nothing."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.closerange(3, kept)
    os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))


def _receive(source: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size and (piece := source.recv(size - len(content))):
        content += piece
    return content


def _receive_number(source: socket.socket) -> int | None:
    content = _receive(source, _NUMBER.size)
    return int(_NUMBER.unpack(content)[0]) if content else None
