"""The command `tessera import sales`: send a file of sales to a server, and show how far its import is."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from domain.permissions import Role
from graphql_api.imports.client import ImportClient, ImportImpossible, ServerSilent
from graphql_api.settings import Settings
from graphql_api.verification import open_messages

_POLL_S: Final = 0.5
# A server that restarts is waited for so often.
_PATIENCE: Final = 60
# Where no bar can be shown, a line says how far the import is, at most this often.
_SECONDS_BETWEEN_LINES: Final = 5.0
_ENDED: Final = frozenset({"SUCCEEDED", "FAILED", "CANCELED"})

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
        help="The token or API key to import with. In development, by default that of the connected system.",
    ),
]
RejectedOption = Annotated[
    Path | None, typer.Option(help="Where to write rejected rows; by default NAME.rejected.csv in this folder.")
]


def import_commands(read_settings: Callable[[], Settings], make_token: Callable[[Settings, Role], str]) -> typer.Typer:
    """The commands that import; the functions say what a person did not."""
    commands = typer.Typer(no_args_is_help=True, help="Imports of files.")

    @commands.callback()
    def _import() -> None:
        """Keep `sales` a command of its own name while it is the only one."""

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

        The exit code is 1 if the import failed, or if a sale was rejected or is in conflict.
        """
        target = rejected or Path(f"{file.stem}.rejected.csv")
        if target.exists():
            message = f"{target} exists already. Move it away, or name another file with --rejected."
            raise ImportImpossible(message)
        settings = read_settings()
        if token is None and not settings.development:
            message = "Name the API key to import with: set TESSERA_TOKEN, or use --token."
            raise ImportImpossible(message)
        address = server or f"http://{settings.host}:{settings.port}"
        client = ImportClient(address, token or make_token(settings, Role.INTEGRATION))
        parameters = {"source": source, "fileName": file.name, "dryRun": _flag(dry_run), "park": _flag(park)}
        messages = open_messages()
        imported = _Importing(client, messages, file).run(parameters)
        if not _report(client, messages, imported, target):
            raise typer.Exit(1)

    return commands


class _Importing:
    """Sends a file and follows its import, with a bar on a terminal, and elsewhere with a line now and then."""

    def __init__(self, client: ImportClient, messages: Console, file: Path) -> None:
        self._client = client
        self._messages = messages
        self._file = file
        self._written_at = time.monotonic()

    def run(self, parameters: dict[str, str]) -> dict[str, Any]:
        """Return the import when it has ended. Raises ImportImpossible."""
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
        console = self._messages
        with Progress(
            *columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal
        ) as progress:
            size = self._file.stat().st_size
            sending = progress.add_task(f"Sending {self._file.name}", total=size)
            sent = 0

            def count(piece: int) -> None:
                nonlocal sent
                sent += piece
                progress.update(sending, completed=sent)
                self._write_line(f"Sending: {100 * sent // size}%")

            path = self._client.send(self._file, parameters, count)
            return self._follow(progress, path)

    def _follow(self, progress: Progress, path: str) -> dict[str, Any]:
        importing = progress.add_task(f"Importing {self._file.name}", total=100)
        try:
            while (found := self._read(path))["status"] not in _ENDED:
                percent = found["percent"] or 0
                progress.update(importing, completed=percent)
                self._write_line(f"Importing: {percent}%. {found['summary']}")
                time.sleep(_POLL_S)
        except KeyboardInterrupt:
            import_id = path.rpartition("/")[2]
            self._messages.print(f"The server goes on with the import {import_id}. To cancel it, cancel its job.")
            raise
        return found

    def _read(self, path: str) -> dict[str, Any]:
        for _ in range(_PATIENCE):
            try:
                return self._client.read(path)
            except ServerSilent:
                time.sleep(2 * _POLL_S)
        return self._client.read(path)

    def _write_line(self, line: str) -> None:
        now = time.monotonic()
        if not self._messages.is_terminal and now - self._written_at >= _SECONDS_BETWEEN_LINES:
            self._written_at = now
            self._messages.print(line, markup=False)


def _report(client: ImportClient, messages: Console, imported: dict[str, Any], target: Path) -> bool:
    """Say what became of the file, and write its rejected rows. Returns whether all sales are as they should be."""
    messages.print(imported["summary"], markup=False)
    if imported["rejectedUrl"] is not None:
        client.download(imported["rejectedUrl"], target)
        messages.print(f"Rejected rows are in {target}.", markup=False)
    return imported["status"] == "SUCCEEDED" and not imported["rejected"] and not imported["conflicts"]


def _flag(value: bool) -> str:  # noqa: FBT001 - it is a value here
    return "true" if value else "false"
