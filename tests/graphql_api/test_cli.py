"""The command line as a person uses it: real processes, a real port, a database of its own (R27)."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from db.embedded.server import EmbeddedPostgres
from graphql_api.cli import app
from tests.support.command_line import Command, command_in
from tests.support.nursery import Forked, forked
from tests.support.service import eventually, run_failing_service

pytestmark = [pytest.mark.long, pytest.mark.process]

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-c", "from graphql_api.cli import main; main()"]
WITH_LITTLE_DATA = "tests.support.short_demo"
WAIT_TIMEOUT_S = 240
JOBS = "{ jobs(filter: {kinds: [DEMO_HISTORY]}) { nodes { status done total } } }"
ORIGIN = (
    "TESSERA_ALLOWED_ORIGINS is wrong: “portal.example.com” is no origin: write the scheme, the host, and a port if it "
    "is not the usual one, in lower case."
)
NO_DATABASE = "run the command in the folder where the server runs, or name its database in DATABASE_URL."
HISTORY = {"status": "SUCCEEDED", "done": 36, "total": 36}


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """A folder for the embedded database that every user can reach, unlike pytest's own."""
    folder = ROOT / ".tessera" / f"test-cli-{os.getpid()}"
    folder.mkdir(parents=True)
    yield folder
    EmbeddedPostgres(folder / "postgres").remove()
    shutil.rmtree(folder)


@pytest.fixture
def run(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line, within this process."""
    return command_in(data_dir, monkeypatch, capsys)


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """The environment of a command, without the developer's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TESSERA_", "DATABASE_", "PORT"))}
    return {**kept, "TESSERA_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT), **more}


def launch(*arguments: str, data_dir: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in a process of its own."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=environment(data_dir, **more),
        capture_output=True,
        text=True,
        timeout=WAIT_TIMEOUT_S,
        check=False,
    )


@contextlib.contextmanager
def serving(data_dir: Path, stop: signal.Signals, **more: str) -> Iterator[tuple[str, str]]:
    """A server until the end of the block; yields its address and what it printed. It must end by itself, cleanly."""
    log = data_dir / "serve.log"
    with log.open("w") as output:
        settings = environment(data_dir, PORT="0", **more)
        server = forked([WITH_LITTLE_DATA, "serve"], cwd=ROOT, env=settings, stdout=output, stderr=output)
    try:
        yield _await_banner(server, log), log.read_text()
        server.send_signal(stop)
        assert server.wait(WAIT_TIMEOUT_S) == 0
        assert log.read_text().endswith("Stopped.\n")
    finally:
        server.kill()


def ask(address: str, token: str, query: str) -> Any:
    """The data of an answer."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(address, json.dumps({"query": query}).encode(), headers)  # noqa: S310 - our own
    with urllib.request.urlopen(request, timeout=WAIT_TIMEOUT_S) as response:  # noqa: S310 - our own
        return json.load(response)["data"]


def test_a_server_starts_with_demo_data_stops_and_finds_its_data_again(data_dir: Path) -> None:
    query = 'mutation { createScheme(input: {title: "Kept", earningChannels: [SALE]}) { scheme { code } } }'
    with serving(data_dir, signal.SIGINT) as (address, printed):
        assert "Loaded the demo data." in printed
        tokens = dict(re.findall(r"^([A-Z_]+)\n(eyJ\S+)$", printed, re.MULTILINE))
        assert len(tokens) == 9
        created = ask(address, tokens["PROGRAM_MANAGER"], query)["createScheme"]["scheme"]["code"]
        # Sales follow behind the server.
        eventually(lambda: ask(address, tokens["ADMIN"], JOBS)["jobs"]["nodes"] == [HISTORY])
    assert "postgres" not in _processes_in(data_dir)
    with serving(data_dir, signal.SIGTERM) as (address, printed):
        assert "Loaded the demo data." not in printed
        found = ask(address, tokens["PROGRAM_MANAGER"], f'{{ scheme(code: "{created}") {{ title }} }}')
        assert found == {"scheme": {"title": "Kept"}}
    assert "postgres" not in _processes_in(data_dir)


def test_a_token_opens_the_demo_account_of_its_role(data_dir: Path) -> None:
    printed = launch("token", "approver", data_dir=data_dir)
    assert (printed.returncode, printed.stderr) == (0, "")
    assert re.fullmatch(r"eyJ\S+\n", printed.stdout)


def test_production_issues_no_tokens(run: Command) -> None:
    failed = run("token", "ADMIN", TESSERA_ENV="production")
    assert (failed.code, failed.printed) == (1, "")
    assert failed.complaints == (
        "Development tokens are made in development only: set TESSERA_ENV=dev on your own machine.\n"
    )


def test_a_taken_port_is_reported_in_one_sentence(run: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        failed = run("serve", PORT=str(port))
    assert failed.code == 1
    assert failed.complaints.splitlines()[-1] == (
        f"Port {port} is taken: choose another one, as in “make serve PORT={port + 1}”."
    )
    assert "Traceback" not in failed.complaints


def test_an_unreachable_database_is_reported_in_one_sentence(run: Command) -> None:
    failed = run("serve", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", TESSERA_ENV="dev")
    assert failed.code == 1
    assert failed.complaints.startswith("The database cannot be opened: ")
    assert failed.complaints.endswith("Check DATABASE_URL, or unset it to use the embedded one.\n")
    assert "Traceback" not in failed.complaints


def test_production_needs_keys_and_a_database_that_exists(data_dir: Path, run: Command) -> None:
    address = run("db", "start", "--owner").printed.strip()
    failed = run("migrate", DATABASE_URL=f"{address.rpartition('/')[0]}/none")
    assert failed.code == 1
    assert failed.complaints == (
        'The database cannot be opened: database "none" does not exist. '
        "Check DATABASE_URL, or unset it to use the embedded one.\n"
    )
    code, said = run_failing_service(environment(data_dir, DATABASE_URL=address))
    assert code == 1
    assert said.splitlines()[-1].startswith("Tokens cannot be verified: set TESSERA_JWT_KEYS")
    assert run("db", "stop").code == 0
    assert "postgres" not in _processes_in(data_dir)


def test_a_wrong_setting_is_reported_by_name(run: Command) -> None:
    failed = run("serve", PORT="99999")
    assert failed.code == 1
    assert failed.complaints == "PORT cannot be “99999”: write at most 65535.\n"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TESSERA_WORKERS", "many", "TESSERA_WORKERS cannot be “many”: write a whole number."),
        ("TESSERA_POOL_SIZE", "0", "TESSERA_POOL_SIZE cannot be “0”: write at least 1."),
        ("TESSERA_STATEMENT_TIMEOUT", "0", "TESSERA_STATEMENT_TIMEOUT cannot be “0”: write a number above 0."),
        ("TESSERA_ENV", "prod", "TESSERA_ENV cannot be “prod”: write 'dev' or 'production'."),
        (
            "TESSERA_ALLOWED_ORIGINS",
            "portal.example.com",
            ORIGIN,
        ),
    ],
)
def test_a_wrong_setting_says_what_to_write(run: Command, name: str, value: str, sentence: str) -> None:
    failed = run("token", "ADMIN", **{name: value})
    assert (failed.code, failed.complaints) == (1, f"{sentence}\n")


def test_the_version_is_printed(run: Command) -> None:
    assert re.fullmatch(r"tessera \d+\.\d+\S*\n", run("--version").printed)


@pytest.mark.parametrize(
    "command", [["token", "ADMIN"], ["account", "list"], ["ledger", "verify"], ["custody", "verify"]]
)
def test_no_command_makes_another_database(run: Command, tmp_path: Path, command: list[str]) -> None:
    """Where a person is in another folder than the server."""
    elsewhere = tmp_path / "elsewhere"
    failed = run(*command, TESSERA_DATA_DIR=str(elsewhere))
    assert (failed.code, failed.complaints) == (
        1,
        f"There is no database in {elsewhere}: {NO_DATABASE}\n",
    )
    assert not elsewhere.exists()


def test_a_database_in_use_is_not_deleted(run: Command, data_dir: Path) -> None:
    """R27: as by `make clean` under a running server."""
    with EmbeddedPostgres(data_dir / "postgres").hold():
        kept = sorted(path.name for path in (data_dir / "postgres").iterdir())
        failed = run("db", "remove")
        assert (failed.code, failed.complaints) == (
            1,
            f"A server uses the database in {data_dir / 'postgres'}. Stop it first; nothing was deleted.\n",
        )
        assert sorted(path.name for path in (data_dir / "postgres").iterdir()) == kept


def test_the_number_of_workers_is_checked(run: Command) -> None:
    failed = run("serve", TESSERA_WORKERS="65")
    assert (failed.code, failed.complaints) == (1, "TESSERA_WORKERS cannot be “65”: write at most 64.\n")
    failed = run("serve", "--workers", "0")
    assert failed.code == 2
    assert "Input should be greater than or equal to 1" in failed.complaints


def test_the_schema_is_printed_and_checked(run: Command) -> None:
    assert run("schema").printed == (ROOT / "schema.graphql").read_text()
    assert run("schema", "--check").code == 0


def test_every_command_has_help() -> None:
    for command in (["serve"], ["migrate"], ["demo"], ["token"], ["schema"], ["db", "start"], ["db", "stop"]):
        result = CliRunner().invoke(app, [*command, "--help"])
        assert result.exit_code == 0
        assert "Usage: " in result.stdout


def _await_banner(server: Forked, log: Path) -> str:
    for _ in range(WAIT_TIMEOUT_S * 10):
        text = log.read_text()
        if found := re.search(r"serves (\S+)[\s\S]*INTEGRATION\n\S+\n", text):
            return found.group(1)
        assert server.poll() is None, text
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _processes_in(folder: Path) -> str:
    """The command lines of processes that work on a folder."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)  # noqa: S607 - the system's
    return "\n".join(line for line in listed.stdout.splitlines() if str(folder) in line and "postgres -D" in line)
