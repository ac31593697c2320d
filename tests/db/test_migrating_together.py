"""Migrations that start at the same time, and a database that is newer than the program (R27)."""

import subprocess
import sys

import pytest

from graphql_api.database_role import Addresses, DatabaseRejected, reporting_rejections
from migrations import run as migrations
from tests.support.databases import ROOT
from tests.support.queries import execute, first_column


@pytest.mark.parametrize("start", ["base", "0014"])
def test_migrations_that_start_together_wait_for_each_other(url: str, start: str) -> None:
    """R27: servers of a new version start at once, on an empty database and on an old one."""
    if start != "base":
        migrations.upgrade(url, start)
    script = "import sys; from migrations import run; run.upgrade(sys.argv[1])"
    command = [sys.executable, "-c", script, url]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT) for _ in range(4)]
    assert [(process.communicate()[1].decode(), process.returncode) for process in processes] == [("", 0)] * 4
    migrations.check(url)


def test_a_newer_database_is_named(url: str) -> None:
    migrations.upgrade(url)
    execute(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrations.DatabaseNewer) as newer:
        migrations.upgrade(url)
    assert newer.value.revision == "9999"
    assert first_column(url, "SELECT version_num FROM alembic_version") == {"9999"}
    sentence = (
        "The database is newer than this program: a later version has migrated it to 9999. Install that version, or "
        "undo its migrations with it first."
    )
    with pytest.raises(DatabaseRejected) as rejected, reporting_rejections(Addresses(url, url)):
        migrations.upgrade(url)
    assert str(rejected.value) == sentence
