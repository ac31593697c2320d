"""The commands `tessera import`: send a file of sales to a server, show how far its import is, and cancel it."""

import re
import time
from collections.abc import Callable
from itertools import chain, count
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from domain.permissions import Role
from domain.text import join_words
from graphql_api.imports.client import ImportClient, ImportImpossible, ServerSilent
from graphql_api.imports.endpoint import IMPORTS_PATH
from graphql_api.settings import Settings
from graphql_api.verification import open_messages

_POLL_S: Final = 0.5
# A server that restarts is waited for so often.
_PATIENCE: Final = 60
# Where no bar can be shown, a line says how far the import is, at most this often.
_SECONDS_BETWEEN_LINES: Final = 5.0
_ENDED: Final = frozenset({"SUCCEEDED", "FAILED", "CANCELED"})

# At the end of the name of a file of rejected rows.
_NUMBERED: Final = re.compile(r"\.rejected(-[0-9]+)?$")
_UNSENT: Final = "The file was not sent to its end, so nothing is imported."
_UNANSWERED: Final = "The file was sent, and the server did not answer yet. It may import the file."

IdArgument = Annotated[str, typer.Argument(help="The ID of the import, like imp_AZ….")]
FileArgument = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file: CSV with a header, or NDJSON.")
]
SourceOption = Annotated[str, typer.Option(help="The system that the sales are of.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]
ParkOption = Annotated[bool, typer.Option("--park", help="Park sales that name an unknown ECP or SKU.")]
ServerOption = Annotated[
    str | None, typer.Option(envvar="TESSERA_SERVER", help="The address of the server; by default the one here.")
]
TokenOption = Annotated[
    str | None,
    typer.Option(
        envvar="TESSERA_TOKEN",
        help="The token or API key to import with. In development, by default that of the connected system in the "
        "database of this folder.",
    ),
]
RejectedOption = Annotated[
    Path | None,
    typer.Option(
        help="Where to write rejected rows; by default NAME.rejected.csv in this folder, or NAME.rejected-2.csv if "
        "that exists."
    ),
]


def import_commands(read_settings: Callable[[], Settings], make_token: Callable[[Settings, Role], str]) -> typer.Typer:
    """The commands that import; the functions say what a person did not."""
    commands = typer.Typer(no_args_is_help=True, help="Imports of files.")

    def connect(server: str | None, token: str | None) -> ImportClient:
        settings = read_settings()
        has_database = settings.database_url is not None or settings.data_dir.joinpath("postgres").exists()
        if token is None and not (settings.development and has_database):
            message = "Name the API key to import with: set TESSERA_TOKEN, or use --token."
            raise ImportImpossible(message)
        address = server or f"http://{settings.host}:{settings.port}"
        return ImportClient(address, token or make_token(settings, Role.INTEGRATION))

    @commands.command()
    def sales(  # noqa: PLR0913 - the options of a command
        file: FileArgument,
        *,
        source: SourceOption,
        dry_run: DryRunOption = False,
        park: ParkOption = False,
        server: ServerOption = None,
        token: TokenOption = None,
        rejected: RejectedOption = None,
    ) -> None:
        """Send a file of sales to a server, and wait until it is imported. Sending a file again records nothing twice.

        The exit code is 1 if the import failed, or if a sale was rejected or is in conflict. Ctrl-C ends the command,
        and not the import.
        """
        if rejected is not None and rejected.exists():
            message = f"{rejected} exists already. Move it away, or name another file with --rejected."
            raise ImportImpossible(message)
        following = _Following(connect(server, token), open_messages())
        parameters = {"source": source, "fileName": name_of(file), "dryRun": _flag(dry_run), "park": _flag(park)}
        _end(following.send(file, parameters), following, rejected or _target_of(name_of(file)))

    @commands.command()
    def follow(
        import_id: IdArgument,
        *,
        server: ServerOption = None,
        token: TokenOption = None,
        rejected: RejectedOption = None,
    ) -> None:
        """Show how far an import is, and wait until it ends. The exit code is that of “tessera import sales”."""
        following = _Following(connect(server, token), open_messages())
        found = following.follow(import_id)
        _end(found, following, rejected or _target_of(found["fileName"]))

    @commands.command()
    def cancel(import_id: IdArgument, *, server: ServerOption = None, token: TokenOption = None) -> None:
        """Cancel an import. What it has recorded stays."""
        open_messages().print(connect(server, token).cancel(_path_of(import_id))["summary"], markup=False)

    return commands


class _Following:
    """Sends a file and follows its import, with a bar on a terminal, and elsewhere with a line now and then."""

    def __init__(self, client: ImportClient, messages: Console) -> None:
        self.client = client
        self.messages = messages
        self._written_at = time.monotonic()

    def send(self, file: Path, parameters: dict[str, str]) -> dict[str, Any]:
        """Send a file, and return its import when it has ended. Raises ImportImpossible."""
        size, sent = file.stat().st_size, 0
        with self._bars() as progress:
            sending = progress.add_task(f"Sending {name_of(file)}", total=size)

            def add(piece: int) -> None:
                nonlocal sent
                sent += piece
                progress.update(sending, completed=sent)
                self._write_line(f"Sending: {100 * sent // size}%")

            try:
                answer = self.client.send(file, parameters, add)
            except KeyboardInterrupt:
                self.messages.print(_UNSENT if sent < size else _UNANSWERED)
                raise
            for notice in answer["notices"]:
                self.messages.print(notice, markup=False)
            return self._follow(progress, answer["url"], name_of(file))

    def follow(self, import_id: str) -> dict[str, Any]:
        """Return an import when it has ended. Raises ImportImpossible."""
        path = _path_of(import_id)
        name = self.client.read(path)["fileName"]
        with self._bars() as progress:
            return self._follow(progress, path, name)

    def _bars(self) -> Progress:
        console = self.messages
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
        return Progress(
            *columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal
        )

    def _follow(self, progress: Progress, path: str, name: str) -> dict[str, Any]:
        importing = progress.add_task(f"Importing {name}", total=100)
        try:
            while (found := self._read(path))["status"] not in _ENDED:
                percent = found["percent"] or 0
                progress.update(importing, completed=percent)
                self._write_line(f"Importing: {percent}%. {found['summary']}")
                time.sleep(_POLL_S)
        except KeyboardInterrupt:
            import_id = path.rpartition("/")[2]
            self.messages.print("The server goes on with the import.")
            self.messages.print(f"To follow it: tessera import follow {import_id}", markup=False)
            self.messages.print(f"To cancel it: tessera import cancel {import_id}", markup=False)
            raise
        return found

    def _read(self, path: str) -> dict[str, Any]:
        for _ in range(_PATIENCE):
            try:
                return self.client.read(path)
            except ServerSilent:
                time.sleep(2 * _POLL_S)
        return self.client.read(path)

    def _write_line(self, line: str) -> None:
        now = time.monotonic()
        if not self.messages.is_terminal and now - self._written_at >= _SECONDS_BETWEEN_LINES:
            self._written_at = now
            self.messages.print(line, markup=False)


def _end(imported: dict[str, Any], following: _Following, target: Path) -> None:
    """Say what became of the file, and write its rejected rows. Exits with 1 unless all sales are as they should be."""
    messages = following.messages
    if imported["error"] is not None and imported["error"] != imported["summary"]:
        messages.print(imported["error"], markup=False)
    messages.print(imported["summary"], markup=False)
    if imported["ignoredColumns"]:
        messages.print(f"Ignored columns: {join_words(imported['ignoredColumns'], 'and')}.", markup=False)
    if imported["rejectedUrl"] is not None:
        following.client.download(imported["rejectedUrl"], target)
        messages.print(f"Rejected rows are in {target}.", markup=False)
    if imported["status"] != "SUCCEEDED" or imported["rejected"] or imported["conflicts"]:
        raise typer.Exit(1)


def name_of(file: Path) -> str:
    """The name of a file as text: bytes that are none become question marks."""
    return file.name.encode(errors="replace").decode()


def _target_of(name: str) -> Path:
    """A file beside others that were written for the same one, which a person may be correcting."""
    stem = _NUMBERED.sub("", Path(name).stem)
    first = Path(f"{stem}.rejected.csv")
    others = (Path(f"{stem}.rejected-{number}.csv") for number in count(2))
    return next(target for target in chain([first], others) if not target.exists())


def _path_of(import_id: str) -> str:
    """The path of an import. Raises ImportImpossible for what is no ID."""
    if not import_id.replace("_", "").replace("-", "").isalnum():
        message = f"{import_id} is no ID of an import. It looks like imp_AZ…, as “tessera import sales” says it."
        raise ImportImpossible(message)
    return f"{IMPORTS_PATH}/{import_id}"


def _flag(value: bool) -> str:  # noqa: FBT001 - it is a value here
    return "true" if value else "false"
