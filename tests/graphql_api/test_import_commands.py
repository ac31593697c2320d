"""`tessera import sales` sends a file to a server, follows its import, and writes its rejected rows (R20)."""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from domain.permissions import Role
from graphql_api.context import Environment
from graphql_api.identity.development import dev_token
from graphql_api.settings import Settings
from resolvers.imports.jobs import JOBS
from tests.fixtures import LiveServer
from tests.support.client import Clients
from tests.support.clock import TestClock
from tests.support.command_line import Command, Ended, command_in
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.imports import HEADER, csv_file, row
from tests.support.jobs import query, run_due
from tests.support.sales import NOW
from tests.support.world import World

RUNNING = (date(2026, 3, 1), date(2026, 4, 30), date(2026, 3, 11), date(2026, 7, 31))

NEW = (
    "No sales of “till” were recorded before. If this system has another name here, cancel the import and use that "
    "name: under a second one, all its sales are recorded again."
)


def write(content: bytes) -> None:
    """Write a file into the present folder."""
    Path("march.csv").write_bytes(content)


def correct(name: str) -> None:
    """Correct the SKU in a file."""
    Path(name).write_bytes(Path(name).read_bytes().replace(b"NO-1", b"AMB-1L"))


def files_in(folder: Path) -> list[str]:
    """The names of the files of CSV in a folder."""
    return sorted(path.name for path in folder.glob("*.csv"))


def documented() -> list[list[str]]:
    """The arguments of the commands in the documentation, in its order."""
    text = Path(__file__).parents[2].joinpath("docs/imports.md").read_text(encoding="utf-8")
    return [line.split()[4:] for line in text.splitlines() if line.startswith("$ tessera import sales")]


class Desk:
    """Runs the command beside a server and a worker."""

    def __init__(self, command: Command, environment: Environment, named: dict[str, str]) -> None:
        self._command = command
        self._environment = environment
        self._named = named

    def command(self, *arguments: str) -> Ended:
        """Run any command to its end; call it in a thread."""
        return self._command(*arguments, **self._named)

    async def run(self, *arguments: str, **environment: str) -> Ended:
        """Import a file to its end."""
        given = {**self._named, **environment}
        running = asyncio.create_task(asyncio.to_thread(lambda: self._command("import", "sales", *arguments, **given)))
        while not running.done():
            await run_due(self._environment, JOBS, 60)
            await asyncio.sleep(0.02)
        return await running


@pytest.fixture
async def desk(  # noqa: PLR0913, PLR0917 - the server, the worker, and what the command reads
    live_server: LiveServer,
    clients: Clients,
    environment: Environment,
    enrollments: EnrollmentFactory,
    clock: TestClock,
    settings: Settings,
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    """A server with an ECP who is enrolled, and a folder of the person who imports."""
    ecp_id = await enrollments.ecps.verified()
    await enrollments.enrolled(await enrollments.open_scheme(dates=RUNNING), ecp_id)
    clock.now = NOW
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("graphql_api.import_commands._POLL_S", 0.01)
    token = dev_token(settings, world.accounts[Role.INTEGRATION].id)
    del clients
    named = {"TESSERA_SERVER": live_server.address, "TESSERA_TOKEN": token}
    return Desk(command_in(tmp_path, monkeypatch, capsys), environment, named)


async def test_a_file_is_imported_and_its_rejected_rows_are_written(
    desk: Desk, environment: Environment, tmp_path: Path
) -> None:
    """R20: a dry run first, then the import, and then all of it again."""
    write(csv_file(row("s-1"), row("s-2", "NO-1"), row("s-3", ecp_code="NOBODY")))
    dry = await desk.run("march.csv", "--source", "till", "--dry-run", "--park", "--rejected", "dry.csv")
    assert (dry.code, dry.complaints.splitlines()) == (
        0,
        [NEW, "1 sale would be recorded and 2 would be parked. Nothing was changed."],
    )
    assert not (tmp_path / "dry.csv").exists()
    done = await desk.run("march.csv", "--source", "till")
    assert (done.code, done.complaints.splitlines()) == (
        1,
        [
            NEW,
            "1 sale was recorded and 2 were rejected. The file of rejected rows says why: correct it and import it.",
            "Rejected rows are in march.rejected.csv.",
        ],
    )
    lines = (tmp_path / "march.rejected.csv").read_text().splitlines()
    assert [line.split(",", 2)[:2] for line in lines] == [
        ["\ufeffrejected_line", "rejected_sale"],
        ["3", "s-2"],
        ["4", "s-3"],
    ]
    again = await desk.run("march.csv", "--source", "till", "--rejected", "march.rejected.csv")
    assert (again.code, again.complaints) == (
        1,
        "march.rejected.csv exists already. Move it away, or name another file with --rejected.\n",
    )
    assert await query(environment, "SELECT count(*) FROM sales_import") == [2]


async def test_the_commands_of_the_documentation_run_in_their_order(desk: Desk, tmp_path: Path) -> None:
    """R20: a dry run, the import, and the import of the corrected file; none overwrites a file of rejected rows."""
    write(csv_file(f"{row('s-1')},x", f"{row('s-2', 'NO-1')},y", header=f"{HEADER},note"))
    commands = documented()
    assert [command[0] for command in commands] == ["march.csv", "march.csv", "march.rejected-2.csv"]
    ended = []
    for command in commands:
        if command[0] == "march.rejected-2.csv":
            correct(command[0])
        ended.append(await desk.run(*command))
    assert [(one.code, one.complaints.splitlines()[-1]) for one in ended] == [
        (1, "Rejected rows are in march.rejected.csv."),
        (1, "Rejected rows are in march.rejected-2.csv."),
        (0, "Ignored columns: note."),
    ]
    assert ended[2].complaints.splitlines()[-2] == "1 sale was recorded."
    assert files_in(tmp_path) == ["march.csv", "march.rejected-2.csv", "march.rejected.csv"]


@pytest.mark.parametrize(
    ("arguments", "named", "complaint"),
    [
        ((), {"TESSERA_TOKEN": "garbage"}, "This token is not valid: sign in again."),
        (("--server", "tessera"), {}, "tessera is no address of a server. Write it like https://tessera.example.com."),
        (("--server", "http://127.0.0.1:9"), {}, "The server at http://127.0.0.1:9 does not answer: "),
        (
            (),
            {"TESSERA_TOKEN": "", "TESSERA_ENV": "production"},
            "Name the API key to import with: set TESSERA_TOKEN, or use --token.",
        ),
        ((), {"TESSERA_TOKEN": ""}, "Name the API key to import with: set TESSERA_TOKEN, or use --token."),
    ],
)
async def test_what_is_wrong_is_said_in_a_sentence(
    desk: Desk, tmp_path: Path, arguments: tuple[str, ...], named: dict[str, str], complaint: str
) -> None:
    write(csv_file(row("s-1")))
    ended = await desk.run("march.csv", "--source", "till", *arguments, **named)
    assert ended.code == 1
    assert ended.complaints.startswith(complaint)
    assert "Traceback" not in ended.complaints
    assert not tmp_path.joinpath("postgres").exists()


async def test_a_large_file_that_is_refused_is_not_sent_to_its_end(desk: Desk, environment: Environment) -> None:
    """R20: the server looks at its beginning, and the command stops when it answers."""
    write(b"\x1f\x8b" + bytes(60_000_000))
    ended = await desk.run("march.csv", "--source", "till")
    assert (ended.code, ended.complaints) == (
        1,
        "The file is compressed with gzip. Unpack it, or save it as CSV, and import the text.\n",
    )
    assert await query(environment, "SELECT count(*) FROM sales_import") == [0]


async def test_a_terminal_shows_bars(desk: Desk) -> None:
    """R20: how much is sent, and how far the import is; they are gone at the end."""
    write(csv_file(row("s-1")))
    ended = await desk.run("march.csv", "--source", "till", FORCE_COLOR="1", COLUMNS="100")
    assert ended.code == 0
    assert "Sending march.csv" in ended.complaints
    assert "Importing march.csv" in ended.complaints
    assert ended.complaints.endswith("1 sale was recorded.\n")


async def test_ctrl_c_says_how_to_follow_and_cancel_the_import(
    desk: Desk, environment: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """R20: the import goes on, is canceled by its ID, and is followed to its end."""

    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    write(csv_file(row("s-1"), row("s-2", "NO-1")))
    with monkeypatch.context() as interrupted:
        interrupted.setattr("graphql_api.import_commands.time.sleep", interrupt)
        ended = await asyncio.to_thread(lambda: desk.command("import", "sales", "march.csv", "--source", "till"))
    notice, first, follow, cancel = ended.complaints.splitlines()
    import_id = follow.rpartition(" ")[2]
    assert (ended.code, notice, first) == (130, NEW, "The server goes on with the import.")
    assert (follow, cancel) == (
        f"To follow it: tessera import follow {import_id}",
        f"To cancel it: tessera import cancel {import_id}",
    )
    canceled = await asyncio.to_thread(lambda: desk.command("import", "cancel", import_id))
    sentence = (
        "The import ended before its first sale was recorded. Nothing was changed. Retry the import to begin again.\n"
    )
    assert (canceled.code, canceled.complaints) == (0, sentence)
    again = await asyncio.to_thread(lambda: desk.command("import", "cancel", import_id))
    assert (again.code, again.complaints) == (1, "This import was already canceled. There is nothing to cancel.\n")
    followed = await asyncio.to_thread(lambda: desk.command("import", "follow", import_id))
    assert (followed.code, followed.complaints) == (1, sentence)
    unknown = await asyncio.to_thread(lambda: desk.command("import", "follow", "imp_x"))
    assert (unknown.code, unknown.complaints) == (1, "You have no import with this ID.\n")
    await query(environment, "UPDATE job SET status = 'QUEUED', due_at = created_at, finished_at = NULL RETURNING id")
    await run_due(environment, JOBS, 60)
    followed = await asyncio.to_thread(lambda: desk.command("import", "follow", import_id))
    assert followed.complaints.splitlines()[1] == "Rejected rows are in march.rejected.csv."
    assert (tmp_path / "march.rejected.csv").read_text().splitlines()[1].startswith("3,s-2,")
