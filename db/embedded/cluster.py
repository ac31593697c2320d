"""Owns one database cluster of the embedded PostgreSQL: its creation, and its server's start and stop."""

import os
import re
import secrets
import shlex
import shutil
import socket
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from db.embedded.application import application_password_file, write_secret
from db.embedded.programs import EmbeddedUnavailable, Programs

_USER = "tessera"
_DATABASE = "tessera"
_HOST = "127.0.0.1"
_DEFAULTS = {
    "jit": "off",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "timezone": "UTC",
}
_START_SECONDS = 60
_STOP_SECONDS = 30
_LAUNCHES = 20
_PAUSE_SECONDS = 0.25
_LINES_WHEN_READY = 8
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The main process of a running server, by its own description; not `ready` while it starts or stops."""

    port: int
    ready: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data directory, the programs that serve it, and the folder that keeps its password and its port.

    Its methods expect that no other process changes the same cluster meanwhile.
    """

    programs: Programs
    data: Path
    directory: Path
    settings: Mapping[str, str]

    def create(self) -> None:
        """Make the cluster beside its place and move it there when it is complete; raises `EmbeddedUnavailable`."""
        staging = self.data.with_name("data.new")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        self.programs.give(staging)
        durable = self.settings.get("fsync") != "off"
        with tempfile.NamedTemporaryFile("w", dir=staging.parent, prefix="initdb-") as secret:
            self.programs.give(secret.fileno())
            password = secrets.token_urlsafe(24)
            write_secret(password_file(self.directory), password)
            # Its role went with the cluster of which it was part.
            application_password_file(self.directory).unlink(missing_ok=True)
            secret.write(password)
            secret.flush()
            options = [f"--pgdata={staging}", f"--username={_USER}", f"--pwfile={secret.name}"]
            options += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin"]
            options += ["--locale=C", "--builtin-locale=C.UTF-8", *([] if durable else ["--no-sync"])]
            result = self.programs.run("initdb", *options)
        if result.returncode != 0:
            raise self._failure("be created", result.stderr)
        options = ["--single", "-D", str(staging), "-c", f"fsync={'on' if durable else 'off'}", "postgres"]
        result = self.programs.run("postgres", *options, stdin=f"CREATE DATABASE {_DATABASE};\n")
        if result.returncode != 0 or "ERROR" in result.stderr:
            raise self._failure("be created", result.stderr)
        staging.rename(self.data)

    def launch(self) -> None:
        """Start the server, on the port of the last time if that is free; raises `EmbeddedUnavailable`."""
        _drop_stale_pid(self.data)
        log = self.data / "server.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        remembered = self.directory / "port"
        port, error = _free_port(_read(remembered)), ""
        for _ in range(_LAUNCHES):
            error = self._try_launch(port, log)
            if not error:
                remembered.write_text(str(port))
                return
            if "could not bind" in error:
                port = _free_port("")
            elif "is still in use" in error:  # a killed server leaves locks behind for a moment
                time.sleep(_PAUSE_SECONDS)
            else:
                break
            log.unlink(missing_ok=True)
        raise self._failure("start", error)

    def await_ready(self) -> str:
        """Return the DSN of the owner as soon as the server accepts connections.

        Raises `EmbeddedUnavailable` if it never does.
        """
        deadline = time.monotonic() + _START_SECONDS
        while (found := postmaster(self.data)) is not None and time.monotonic() < deadline:
            if found.ready:
                password = _read(password_file(self.directory))
                return f"postgresql://{_USER}:{password}@{_HOST}:{found.port}/{_DATABASE}"
            time.sleep(_PAUSE_SECONDS)
        raise self._failure("answer", _read(self.data / "server.log"))

    def halt(self) -> None:
        """Stop the server if it runs; requests under way are cut off. Raises `EmbeddedUnavailable` if it will not."""
        reason = ""
        for mode in ("fast", "immediate"):
            if postmaster(self.data) is None:
                return
            options = ("--silent", "--wait", f"--timeout={_STOP_SECONDS}", f"--pgdata={self.data}", f"--mode={mode}")
            reason = self.programs.run("pg_ctl", "stop", *options, timeout=_STOP_SECONDS + 10).stderr
        if postmaster(self.data) is not None:
            raise self._failure("stop", reason)

    def _try_launch(self, port: int, log: Path) -> str:
        """Start the server on a port; return its output if it fails, or an empty text."""
        fixed = {"listen_addresses": _HOST, "port": str(port), "unix_socket_directories": ""}
        settings = _DEFAULTS | dict(self.settings) | fixed
        words = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        options = ("--silent", "--wait", f"--timeout={_START_SECONDS}", f"--pgdata={self.data}")
        files = (f"--log={log}", f"--options={words}")
        result = self.programs.run("pg_ctl", "start", *options, *files, timeout=_START_SECONDS + 10)
        return "" if result.returncode == 0 else _read(log) or result.stderr or "It says nothing."

    def _failure(self, verb: str, log: str) -> EmbeddedUnavailable:
        problem = f"The embedded PostgreSQL in {self.data} does not {verb}".replace("does not be", "cannot be")
        return EmbeddedUnavailable(problem, "see the reason below, or move that folder away for a new one", log)


def password_file(directory: Path) -> Path:
    """Name the file that holds the password of the owner of the database."""
    return directory / "password"


def postmaster(data: Path) -> Postmaster | None:
    """Find the server that runs on a data directory, no matter which process started it."""
    lines = [line.strip() for line in _read(data / "postmaster.pid").splitlines()]
    if not lines or not _NUMBER.fullmatch(lines[0]) or not _serves(int(lines[0]), data):
        return None
    if len(lines) < _LINES_WHEN_READY:
        return Postmaster(port=0, ready=False)
    return Postmaster(port=int(lines[3]), ready=lines[7] == "ready")


def _serves(pid: int, data: Path) -> bool:
    """Say whether a process is the server of `data`: its number may be another process's after a crash."""
    try:
        if Path("/proc/self/cwd").exists():
            return Path(f"/proc/{pid}/cwd").samefile(data)
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _drop_stale_pid(data: Path) -> None:
    """Remove the leftovers of a killed server: PostgreSQL does not start if another process has its number by now.

    Should a part of the killed server still run, PostgreSQL notices by the shared memory of the data directory.
    """
    path = data / "postmaster.pid"
    if _read(path) and postmaster(data) is None:
        path.unlink()


def _free_port(preferred: str) -> int:
    for port in (int(preferred) if _NUMBER.fullmatch(preferred) else 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except (OSError, OverflowError):
                continue
            return int(probe.getsockname()[1])
    problem = f"There is no free port on {_HOST}"
    raise EmbeddedUnavailable(problem, "stop a program that holds ports")


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except FileNotFoundError:
        return ""
