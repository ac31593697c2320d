"""The command line with two database roles: one that migrates, and one that serves and owns nothing."""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from db.embedded.server import EmbeddedPostgres
from graphql_api.opening import excess_of_role
from graphql_api.settings import Settings
from tests.support.command_line import Command, command_in
from tests.support.embedded import CARELESS, ROOT
from tests.support.queries import execute, first_column
from tests.support.service import environment, run_failing_service

pytestmark = [pytest.mark.long, pytest.mark.process]

OWNS = (
    "The database role “tessera” owns the tables, so PostgreSQL cannot keep the server from changing movements or "
    "dropping tables. Create a role that owns nothing for DATABASE_URL, and name the owner in DATABASE_MIGRATION_URL. "
    "“Two database roles” in README.md has the statements."
)


@pytest.fixture
def run(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line, within this process."""
    return command_in(data_dir, monkeypatch, capsys)


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """A folder with an embedded database, which stands for the one of an operator."""
    folder = ROOT / ".tessera" / f"test-roles-{os.getpid()}"
    folder.mkdir(parents=True)
    with EmbeddedPostgres(folder / "postgres", CARELESS).hold():
        yield folder
    EmbeddedPostgres(folder / "postgres").remove()
    shutil.rmtree(folder)


@pytest.fixture
def addresses(run: Command) -> tuple[str, str]:
    """The addresses of the application and of the owner."""
    return run("db", "start").printed.strip(), run("db", "start", "--owner").printed.strip()


@pytest.fixture
def empty(addresses: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """The addresses of a new database, where TEMPORARY is not revoked."""
    application, owner = (f"{url.rpartition('/')[0]}/operated" for url in addresses)
    execute(addresses[1], "CREATE DATABASE operated")
    yield application, owner
    execute(addresses[1], "DROP DATABASE operated WITH (FORCE)")


def test_the_embedded_database_is_printed_for_the_application_or_for_its_owner(addresses: tuple[str, str]) -> None:
    assert [urlsplit(url).username for url in addresses] == ["tessera_app", "tessera"]
    assert first_column(addresses[0], "SELECT current_user") == {"tessera_app"}


def test_one_role_migrates_and_the_other_one_serves(data_dir: Path, run: Command, empty: tuple[str, str]) -> None:
    application, owner = empty
    migrated = run("migrate", DATABASE_URL=application, DATABASE_MIGRATION_URL=owner)
    assert (migrated.code, migrated.printed, migrated.complaints) == (0, "", "")
    allowed = "SELECT privilege FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) AS privilege "
    assert first_column(application, f"{allowed} WHERE has_table_privilege('movement', privilege)") == {"INSERT"}
    # A server does not need the owner's address. It stops here for lack of keys, and says nothing about its role.
    served = serve(data_dir, application)
    assert served[0] == 1
    logged, last = served[1].splitlines()
    assert json.loads(logged)["event"] == "no administrator"
    assert last.startswith("Tokens cannot be verified: set TESSERA_JWT_KEYS")
    undone = run("migrate", "--down-to", "0014", DATABASE_URL=application, DATABASE_MIGRATION_URL=owner)
    assert (undone.code, undone.complaints) == (0, "")
    assert first_column(owner, "SELECT version_num FROM alembic_version") == {"0014"}


def test_one_role_for_everything_works_with_a_warning(data_dir: Path, run: Command, empty: tuple[str, str]) -> None:
    _, owner = empty
    migrated = run("migrate", DATABASE_URL=owner)
    assert (migrated.code, migrated.complaints) == (0, f"{OWNS}\n")
    _, said = serve(data_dir, owner, TESSERA_WORKERS="2")
    logged, lacking, *_, last = said.splitlines()
    assert json.loads(lacking)["event"] == "no administrator"
    line = json.loads(logged)
    assert (line["event"], line["level"], line["advice"]) == ("database role may do too much", "warning", OWNS)
    assert said.count("may do too much") == 1
    assert last.startswith("Tokens cannot be verified")
    developed = run("migrate", DATABASE_URL=owner, TESSERA_ENV="dev")
    assert (developed.code, developed.complaints) == (0, "")


def test_a_role_that_may_create_tables_is_reported(run: Command, empty: tuple[str, str]) -> None:
    """As in databases that come from PostgreSQL 14, where everybody may."""
    application, owner = empty
    run("migrate", DATABASE_URL=application, DATABASE_MIGRATION_URL=owner)
    execute(owner, "GRANT CREATE ON SCHEMA public TO PUBLIC")
    assert asyncio.run(excess_of_role(Settings(), application)) == (
        "The database role “tessera_app” may create tables, which servers never do. Revoke CREATE on the schema and "
        "the database from it and from PUBLIC. “Two database roles” in README.md has the statements."
    )


def test_a_server_that_may_not_migrate_says_who_may(run: Command, empty: tuple[str, str]) -> None:
    application, owner = empty
    advice = "run “tessera migrate” with the owner of the tables in DATABASE_MIGRATION_URL.\n"
    failed = run("token", "ADMIN", DATABASE_URL=application, TESSERA_ENV="dev")
    assert (failed.code, failed.complaints) == (
        1,
        f"The role of DATABASE_URL may not migrate the database (permission denied for schema public): {advice}",
    )
    # Migrated, but without a grant to this role.
    run("migrate", DATABASE_URL=owner)
    failed = run("migrate", DATABASE_URL=application)
    reason = "permission denied for table alembic_version"
    assert (failed.code, failed.complaints) == (
        1,
        f"The role of DATABASE_URL may not migrate the database ({reason}): {advice}",
    )
    failed = run("migrate", DATABASE_URL=owner, DATABASE_MIGRATION_URL=application)
    named = "name the owner of the tables in DATABASE_MIGRATION_URL.\n"
    assert (failed.code, failed.complaints) == (
        1,
        f"The role of DATABASE_MIGRATION_URL may not migrate the database ({reason}): {named}",
    )


def test_wrong_addresses_are_reported_in_a_sentence(run: Command, empty: tuple[str, str]) -> None:
    _, owner = empty
    parts = urlsplit(owner)
    place = f"{parts.hostname}:{parts.port}/operated"
    sentences = {
        f"postgresql://stranger@{place}": (
            "The database has no role “stranger”, which DATABASE_URL names: create it first."
        ),
        f"postgresql://{place}": (
            "DATABASE_URL names no role, so migrations cannot grant it anything: write postgresql://ROLE@HOST/DATABASE."
        ),
    }
    for url, sentence in sentences.items():
        failed = run("migrate", DATABASE_URL=url, DATABASE_MIGRATION_URL=owner)
        assert (failed.code, failed.complaints) == (1, f"{sentence}\n")
    failed = run("migrate", DATABASE_MIGRATION_URL=owner)
    assert (failed.code, failed.complaints) == (
        1,
        "DATABASE_MIGRATION_URL is set without DATABASE_URL: set both, or neither for an embedded database.\n",
    )
    assert first_column(owner, "SELECT to_regclass('alembic_version')") == {"None"}
    unreachable = "postgresql://nobody@127.0.0.1:1/none"
    failed = run("migrate", DATABASE_URL=owner, DATABASE_MIGRATION_URL=unreachable)
    assert failed.code == 1
    assert failed.complaints.startswith("The database cannot be opened: ")
    assert failed.complaints.endswith(" Check DATABASE_MIGRATION_URL.\n")


def serve(data_dir: Path, url: str, **more: str) -> tuple[int, str]:
    """Start a server in production, in a process of its own; it ends for lack of keys that verify tokens."""
    settings = environment(data_dir, DATABASE_URL=url, **more)
    return run_failing_service(settings)
