"""Owns the embedded PostgreSQL: one cluster under one folder, shared by every process that holds it."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import asyncpg

from db.embedded.application import application_dsn, application_password_file, ensure_role
from db.embedded.cluster import Cluster, password_file, postmaster
from db.embedded.programs import (
    EmbeddedUnavailable,
    Programs,
    SystemAccount,
    account_for,
    copy_programs,
    find_programs,
    prepare_refuge,
)

__all__ = ["EmbeddedPostgres", "EmbeddedUnavailable"]

_REFUGES = Path("/var/tmp")  # noqa: S108 -- survives a reboot, and `prepare_refuge` rejects a folder made by others


class EmbeddedInUse(Exception):
    """A process uses the cluster, which therefore is not deleted."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"A server uses the database in {directory}. Stop it first; nothing was deleted.")


class EmbeddedPostgres:
    """A PostgreSQL of our own under `directory`, the same one for all objects and processes that name this folder.

    After `start`, `notice` is a sentence for the operator if some files had to be put elsewhere.
    """

    def __init__(self, directory: Path, settings: Mapping[str, str] | None = None) -> None:
        """Name the folder; `settings` are those of postgresql.conf, and those of the process that starts count."""
        self.directory = directory.absolute()
        self.settings = dict(settings or {})
        self.notice: str | None = None
        digest = hashlib.sha256(str(self.directory.resolve()).encode()).hexdigest()[:12]
        self._refuge = _REFUGES / f"tessera-{digest}"
        self._kept = self.directory / "kept"

    def start(self, *, keep: bool = False) -> str:
        """Create the cluster if there is none, start it if it is stopped, and return the DSN of its owner.

        With `keep` it runs until `stop`, even when its last holder leaves. Raises `EmbeddedUnavailable`.
        """
        with self._changing():
            cluster = self._cluster()
            if postmaster(cluster.data) is None:
                self._kept.unlink(missing_ok=True)
                if not cluster.data.exists():
                    cluster.create()
                cluster.launch()
            dsn = cluster.await_ready()
            self._ensure_role(dsn)
            if keep:
                self._kept.touch()
            return dsn

    def stop(self) -> None:
        """Stop the server, even if other processes hold it; raises `EmbeddedUnavailable` if it will not stop."""
        if self.directory.exists():
            with self._changing():
                self._kept.unlink(missing_ok=True)
                self._halt()

    def remove(self) -> None:
        """Stop the server and delete the cluster with all its data.

        Raises `EmbeddedInUse` while a process holds it, and `EmbeddedUnavailable` if the server will not stop.
        """
        if not self.directory.exists():
            return
        with self._lock("holders", fcntl.LOCK_SH) as holders:
            fcntl.flock(holders, fcntl.LOCK_UN)
            if not _is_free(holders):
                raise EmbeddedInUse(self.directory)
            with self._changing():
                self._delete()

    def _delete(self) -> None:
        self._halt()
        for folder in (self.directory / "data", self.directory / "data.new"):
            shutil.rmtree(folder, ignore_errors=True)
        if os.geteuid() == 0 and self._refuge.exists():
            prepare_refuge(self._refuge)
            shutil.rmtree(self._refuge)
        secrets = (password_file(self.directory), application_password_file(self.directory))
        for path in (*secrets, self.directory / "port", self._kept):
            path.unlink(missing_ok=True)

    def for_application(self, dsn: str) -> str:
        """Return the DSN of a database of this server for the role of the application; `start` has made the role."""
        with _reporting_os_errors(self.directory):
            return application_dsn(dsn, self.directory)

    def running(self) -> bool:
        """Say whether the server accepts connections."""
        with _reporting_os_errors(self.directory):
            found = postmaster(self._data())
            return found is not None and found.ready

    @contextlib.contextmanager
    def hold(self) -> Iterator[str]:
        """Start the server and keep it for the length of the block; the last holder to leave stops it.

        Yields the DSN of the owner. A holder that is killed counts as gone. Raises `EmbeddedUnavailable`.
        """
        with self._lock("holders", fcntl.LOCK_SH) as holders:
            try:
                yield self.start()
            finally:
                # In two steps, since changing a lock is not atomic: of holders that leave at once, one gets it.
                fcntl.flock(holders, fcntl.LOCK_UN)
                if _is_free(holders):
                    with self._changing():
                        if not self._kept.exists():
                            self._halt()

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock("changing", fcntl.LOCK_EX), _reporting_os_errors(self.directory):
            yield

    @contextlib.contextmanager
    def _lock(self, name: str, kind: int) -> Iterator[int]:
        """Wait for a lock that the kernel drops when its process dies; `holders` is always taken before `changing`."""
        with _reporting_os_errors(self.directory):
            if not self.directory.exists():
                self.directory.mkdir(parents=True, exist_ok=True)
                self.directory.chmod(0o711)  # the account that runs PostgreSQL passes through to the data
            descriptor = os.open(self.directory / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with _reporting_os_errors(self.directory):
                fcntl.flock(descriptor, kind)
            yield descriptor
        finally:
            os.close(descriptor)

    def _ensure_role(self, dsn: str) -> None:
        try:
            ensure_role(dsn, self.directory)
        except asyncpg.PostgresError as error:
            problem = f"The embedded PostgreSQL in {self.directory} cannot make a role for the application ({error})"
            raise EmbeddedUnavailable(problem, "move that folder away for a new database") from error

    def _data(self) -> Path:
        here, elsewhere = self.directory / "data", self._refuge / "data"
        return elsewhere if os.geteuid() == 0 and not here.exists() and elsewhere.exists() else here

    def _halt(self) -> None:
        if postmaster(self._data()) is not None:
            self._cluster().halt()

    def _cluster(self) -> Cluster:
        """Find the cluster, or the place for a new one, and programs that its account can run."""
        data = self._data()
        account = account_for(self.directory, data)
        programs = find_programs(account)
        if account is not None:
            programs = self._runnable(programs)
            data = self._reachable(data, account)
            moved = [word for word, path in (("programs", programs.home), ("data", data)) if self._is_refuge(path)]
            if moved:
                why = f"it runs as the user {account.name!r}, who cannot reach them under {self.directory.parent}"
                self.notice = f"PostgreSQL keeps its {' and '.join(moved)} in {self._refuge}, because {why}."
        if failure := programs.failure():
            problem = "The PostgreSQL programs do not run on this machine"
            raise EmbeddedUnavailable(problem, "use Linux with the GNU C library, or macOS", failure)
        cluster = Cluster(programs=programs, data=data, directory=self.directory, settings=self.settings)
        if data.exists() and not password_file(self.directory).exists():
            self._drop_orphan(cluster)
        return cluster

    def _runnable(self, programs: Programs) -> Programs:
        if programs.failure() is None:
            return programs
        prepare_refuge(self._refuge)
        return copy_programs(programs, self._refuge)

    def _reachable(self, data: Path, account: SystemAccount) -> Path:
        if self._is_refuge(data):
            prepare_refuge(self._refuge)
        elif not account.may_enter(self.directory):
            if data.exists():
                problem = f"The user {account.name!r}, who owns the database, may not enter {self.directory}"
                raise EmbeddedUnavailable(problem, "let that user pass through, or move the folder away to start anew")
            prepare_refuge(self._refuge)
            return self._refuge / "data"
        return data

    def _drop_orphan(self, cluster: Cluster) -> None:
        """Delete a cluster in the refuge that a deleted checkout has left; reject any other one without password."""
        if not self._is_refuge(cluster.data):
            problem = f"The file {password_file(self.directory)} with the password of the database is missing"
            raise EmbeddedUnavailable(problem, "put it back, or move what is left away for an empty database")
        cluster.halt()
        shutil.rmtree(cluster.data)

    def _is_refuge(self, path: Path) -> bool:
        return path.is_relative_to(self._refuge)


@contextlib.contextmanager
def _reporting_os_errors(directory: Path) -> Iterator[None]:
    """Turn errors of the operating system into EmbeddedUnavailable."""
    try:
        yield
    except OSError as error:
        problem = f"The embedded PostgreSQL in {directory} cannot be used ({error})"
        raise EmbeddedUnavailable(problem, "make this folder yours or remove it") from error
    except subprocess.TimeoutExpired as error:
        problem = f"The embedded PostgreSQL in {directory} has not finished in {error.timeout:.0f} s"
        raise EmbeddedUnavailable(problem, "try again when this machine is less busy") from error


def _is_free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
