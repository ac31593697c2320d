"""The embedded PostgreSQL, with the real programs."""

import os
import signal
import socket
import stat
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from db.embedded.server import EmbeddedPostgres, EmbeddedUnavailable
from tests.support.embedded import CARELESS, ask, holder, leave, postmaster_id, wait_until

pytestmark = [pytest.mark.long, pytest.mark.process]

IS_ROOT = os.geteuid() == 0


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


def test_the_server_matches_its_dsn(database: EmbeddedPostgres) -> None:
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


def test_a_remembered_port_that_is_no_number_is_forgotten(database: EmbeddedPostgres) -> None:
    """Python calls “²” a digit, but reads no number from it."""
    database.start()
    database.stop()
    (database.directory / "port").write_text("²")
    assert ask(database.start(), "SELECT 1") == 1


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
    with pytest.raises(EmbeddedUnavailable, match=r"does not start: see the reason below.*DATABASE_URL") as caught:
        broken.start()
    assert 'invalid value for parameter "shared_buffers"' in caught.value.log
    assert not broken.running()


def test_a_lost_password_is_reported(database: EmbeddedPostgres) -> None:
    password = database.directory / "password"
    away = password.rename(password.with_name("away"))
    with pytest.raises(EmbeddedUnavailable, match="is missing: put it back"):
        database.start()
    away.rename(password)


def test_an_uncreatable_folder_is_reported(place: Path) -> None:
    file = place / "file"
    file.touch()
    with pytest.raises(EmbeddedUnavailable, match=f"in {file / 'postgres'} cannot be used"):
        EmbeddedPostgres(file / "postgres").start()
