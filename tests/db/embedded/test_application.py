"""The embedded PostgreSQL has a role for the application, which owns nothing."""

import stat
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from db.embedded.server import EmbeddedPostgres, EmbeddedUnavailable
from tests.support.embedded import ask

pytestmark = [pytest.mark.long, pytest.mark.process]


def test_the_application_has_an_address_of_its_own(database: EmbeddedPostgres) -> None:
    owner = database.start()
    application = database.for_application(owner)
    parts = urlsplit(application)
    assert (parts.username, parts.path, parts.port) == ("tessera_app", "/tessera", urlsplit(owner).port)
    assert parts.password not in {None, urlsplit(owner).password}
    assert ask(application, "SELECT current_user") == "tessera_app"
    assert urlsplit(database.for_application(owner.replace("/tessera", "/postgres"))).path == "/postgres"
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(application.replace(str(parts.password), "guess"), "SELECT 1")


def test_only_the_user_of_the_folder_reads_the_password_of_the_application(database: EmbeddedPostgres) -> None:
    password = urlsplit(database.for_application(database.start())).password
    file = database.directory / "application-password"
    assert file.read_text() == password
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert str(password) not in (database.directory / "data" / "postmaster.opts").read_text()
    assert not list(database.directory.glob("*.new"))


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "SET session_replication_role = 'replica'",
        "SET ROLE tessera",
        "COPY pg_class TO PROGRAM 'cat'",
    ],
)
def test_the_application_owns_nothing(database: EmbeddedPostgres, change: str) -> None:
    owner = database.start()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        ask(database.for_application(owner), change)
    assert ask(owner, "SELECT count(*) FROM pg_shdepend WHERE refobjid = 'tessera_app'::regrole") == 0


def test_a_cluster_of_an_earlier_version_gets_the_role_while_it_runs(database: EmbeddedPostgres) -> None:
    """Also where an earlier start was interrupted between the role and its password."""
    owner = database.start(keep=True)
    (database.directory / "application-password").unlink()
    assert database.start() == owner
    again = database.for_application(owner)
    assert ask(again, "SELECT current_user") == "tessera_app"
    (database.directory / "application-password").unlink()
    ask(owner, "DROP ROLE tessera_app")
    database.start()
    assert ask(database.for_application(owner), "SELECT current_user") == "tessera_app"
    assert database.for_application(owner) != again


def test_a_role_that_cannot_be_made_is_reported(database: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    database.start()
    (database.directory / "application-password").unlink()
    monkeypatch.setattr("db.embedded.application._CREATE", "ALTER ROLE nobody LOGIN -- {password}")
    with pytest.raises(EmbeddedUnavailable, match="cannot make a role for the application"):
        database.start()
    assert not (database.directory / "application-password").exists()
    monkeypatch.undo()
    database.start()


def test_a_new_cluster_does_not_keep_the_password_of_a_lost_one(place: Path, database: EmbeddedPostgres) -> None:
    """Its role went with the cluster."""
    owner = database.start()
    first = database.for_application(owner)
    database.stop()
    data = database.directory / "data"
    away = data.rename(data.with_name("away"))
    passwords = {name: (database.directory / name).read_text() for name in ("password", "application-password")}
    try:
        owner = database.start()
        assert ask(database.for_application(owner), "SELECT current_user") == "tessera_app"
        assert database.for_application(owner) != first
    finally:
        database.remove()
        away.rename(data)
        for name, text in passwords.items():
            (database.directory / name).write_text(text)
            (database.directory / name).chmod(0o600)


def test_nothing_is_left_of_a_removed_cluster(place: Path) -> None:
    removed = EmbeddedPostgres(place / "removed", {"shared_buffers": "16MB", "fsync": "off"})
    removed.start()
    removed.remove()
    assert {path.name for path in removed.directory.iterdir()} == {"changing.lock", "holders.lock"}
