"""The command `tessera`: serve, run jobs, migrate, fill with demo data, make tokens, print the schema."""

import asyncio
import contextlib
import difflib
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError
from rich.console import Console

from db.embedded.server import EmbeddedInUse, EmbeddedPostgres, EmbeddedUnavailable
from domain.permissions import Role
from graphql_api.account_commands import account_commands, require_development
from graphql_api.commands import CommandRejected
from graphql_api.custody_commands import custody_commands
from graphql_api.database_commands import database_commands
from graphql_api.database_role import Addresses, DatabaseRejected, named_addresses, reporting_rejections
from graphql_api.demo_history import begin_demo, finish_history
from graphql_api.files.storage import StorageUnavailable
from graphql_api.identity.keys import KeysUnavailable
from graphql_api.import_commands import import_commands
from graphql_api.imports.client import ImportImpossible
from graphql_api.ledger_commands import ledger_commands
from graphql_api.observability.tracing import TracingUnavailable
from graphql_api.opening import DatabaseUnreachable, dev_tokens_of, excess_of_role
from graphql_api.serving import PortUnavailable, loop_runner, quiet_collector, serve_until_stopped
from graphql_api.setting_problems import setting_problems
from graphql_api.settings import Settings
from graphql_api.setup_command import add_init_command
from graphql_api.verification import VerificationImpossible
from graphql_api.workers import WorkerRejected
from graphql_api.working import work_until_stopped
from migrations import run as migrations
from schema.build import schema_text

SCHEMA_FILE: Final = Path("schema.graphql")
# Errors that a person can fix; everything else is a bug and keeps its traceback.
_FIXABLE_ERRORS: Final = (
    EmbeddedInUse,
    EmbeddedUnavailable,
    ImportImpossible,
    DatabaseRejected,
    DatabaseUnreachable,
    KeysUnavailable,
    PortUnavailable,
    StorageUnavailable,
    TracingUnavailable,
    VerificationImpossible,
    WorkerRejected,
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Tessera, the GraphQL API of an incentive program.",
)

_messages: Final = Console(stderr=True, highlight=False, soft_wrap=True)


def _print_version(asked: bool) -> None:  # noqa: FBT001 - the callback of an option
    if asked:
        sys.stdout.write(f"tessera {version('tessera')}\n")
        raise typer.Exit


@app.callback()
def _tessera(
    *,
    shown: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Take the options of every command."""


def main() -> None:
    """Run the command line; errors that a person can fix are printed as a sentence, without a traceback."""
    try:
        app()
    except (CommandRejected, *_FIXABLE_ERRORS) as error:
        _messages.print(str(error), style="red", markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


@app.command()
def serve(
    *,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="How many processes serve; TESSERA_WORKERS, or 1, by default.")
    ] = None,
) -> None:
    """Migrate and serve. In development: demo data once, and a token per role. Ctrl-C stops everything."""
    settings = _settings()
    if workers is not None:
        settings = settings.model_copy(update={"workers": workers})
    with _database(settings) as addresses:
        _migrate(addresses)
        if settings.development and _load_demo(settings, addresses):
            _messages.print("Loaded the demo data. A job adds a year of sales and redemptions behind the server.")
        serve_until_stopped(settings, addresses.application)
    _messages.print("Stopped.")


@app.command()
def worker(
    *,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=100, help="How many jobs run at once; TESSERA_JOBS, or 4, by default.")
    ] = None,
) -> None:
    """Migrate and run jobs without serving, on machines for background work. Ctrl-C gives jobs back and stops."""
    settings = _settings()
    if jobs is not None:
        settings = settings.model_copy(update={"jobs": jobs})
    if settings.jobs == 0:
        message = "TESSERA_JOBS is 0, so this worker would run no jobs. Set it to 1 or more, or use “--jobs”."
        raise CommandRejected(message)
    with _database(settings) as addresses:
        _migrate(addresses)
        started = f"Running up to {settings.jobs} jobs at once."
        work_until_stopped(settings, addresses.application, lambda: _messages.print(started))
    _messages.print("Stopped.")


@app.command()
def migrate(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only check that the migrations make what the models say.")
    ] = False,
    down_to: Annotated[str | None, typer.Option(help="Undo migrations down to this one; `base` undoes all.")] = None,
    new: Annotated[str | None, typer.Option(help="Write the next migration, with this message.")] = None,
) -> None:
    """Bring the database up to date, as its owner, and grant the role of DATABASE_URL what servers need."""
    settings = _settings()
    with _database(settings, scratch=check) as addresses:
        if down_to is not None:
            with reporting_rejections(addresses):
                migrations.downgrade(addresses.owner, down_to, application=addresses.application_role)
            return
        _migrate(addresses)
        if new is not None:
            migrations.write(addresses.owner, new)
        elif not check:
            _warn_of_one_role(settings, addresses)
        else:
            try:
                migrations.check(addresses.owner)
            except migrations.SchemaDiffers as error:
                message = f"The migrations do not make what the models say: {error}"
                raise CommandRejected(message) from error


@app.command()
def demo() -> None:
    """Fill an empty database with demo data, and wait until a year of sales and redemptions is loaded."""
    settings = _settings()
    if not settings.development:
        message = "Demo data are for development: in production, set the program up with “tessera init”."
        raise CommandRejected(message)
    with _database(settings) as addresses:
        _migrate(addresses)
        loaded = _load_demo(settings, addresses)
        _messages.print("Loaded the demo data." if loaded else "There is data already; nothing was changed.")
        with loop_runner() as runner:
            finished = runner.run(finish_history(settings, addresses.application))
    if finished:
        _messages.print("Loaded its sales and redemptions.")


@app.command()
def token(role: Annotated[Role, typer.Argument(help="The role to sign in as.", case_sensitive=False)]) -> None:
    """Print a token for the demo account of a role; in development only."""
    settings = _settings()
    require_development(settings)
    sys.stdout.write(f"{_token_of(settings, role)}\n")


@app.command()
def schema(
    *,
    write: Annotated[bool, typer.Option("--write", help="Write schema.graphql.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Fail if schema.graphql is not what the code says.")] = False,
) -> None:
    """Print the schema."""
    text = schema_text()
    if write:
        SCHEMA_FILE.write_text(text, encoding="utf-8")
    elif check:
        stored = SCHEMA_FILE.read_text(encoding="utf-8") if SCHEMA_FILE.exists() else ""
        if stored != text:
            lines = difflib.unified_diff(stored.splitlines(), text.splitlines(), "stored", "code", lineterm="", n=1)
            sys.stdout.write("\n".join(lines) + "\n")
            message = "schema.graphql is not what the code says: write it with “make schema”."
            raise CommandRejected(message)
    else:
        sys.stdout.write(text)


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        raise CommandRejected(setting_problems(error)) from error


def _embedded(settings: Settings, name: str = "postgres") -> EmbeddedPostgres:
    return EmbeddedPostgres(settings.data_dir / name)


@contextlib.contextmanager
def _database(settings: Settings, *, scratch: bool = False) -> Iterator[Addresses]:
    """Yield the addresses of the database, which runs meanwhile; a `scratch` one is embedded and disposable."""
    if not scratch and (addresses := named_addresses(settings)) is not None:
        yield addresses
        return
    postgres = _embedded(settings, "scratch" if scratch else "postgres")
    if scratch:
        postgres.remove()
    with postgres.hold() as url:
        if postgres.notice:
            _messages.print(postgres.notice, markup=False)
        yield Addresses(application=postgres.for_application(url), owner=url)


@contextlib.contextmanager
def _application_url() -> Iterator[str]:
    """Yield the address of the database for the application, which runs meanwhile. Raises CommandRejected."""
    settings = _settings()
    _require_database(settings)
    with _database(settings) as addresses:
        yield addresses.application


def _require_database(settings: Settings) -> None:
    """Refuse to make another database for a command that only uses one. Raises CommandRejected."""
    if named_addresses(settings) is None and not _embedded(settings).directory.exists():
        message = (
            f"There is no database in {settings.data_dir}: run the command in the folder where the server runs, or "
            "name its database in DATABASE_URL."
        )
        raise CommandRejected(message)


app.add_typer(database_commands(lambda: _embedded(_settings())), name="db")
add_init_command(app, _application_url)
app.add_typer(account_commands(_application_url, _settings), name="account")
app.add_typer(custody_commands(_application_url), name="custody")
app.add_typer(ledger_commands(_application_url), name="ledger")


def _token_of(settings: Settings, role: Role) -> str:
    """Make a token for the demo account of a role. Raises CommandRejected where nobody holds it."""
    _require_database(settings)
    with _database(settings) as addresses:
        _migrate(addresses)
        tokens = asyncio.run(dev_tokens_of(settings, addresses.application))
    if role.value not in tokens:
        message = f"No account holds the role {role.value}: fill the database with “tessera demo”."
        raise CommandRejected(message)
    return tokens[role.value]


app.add_typer(import_commands(_settings, _token_of), name="import")


def _migrate(addresses: Addresses) -> None:
    with reporting_rejections(addresses):
        migrations.upgrade(addresses.owner, application=addresses.application_role)


def _warn_of_one_role(settings: Settings, addresses: Addresses) -> None:
    """Say once what is lost where servers connect as the owner; on a developer's machine nothing is."""
    one = addresses.application == addresses.owner
    if one and not settings.development and (excess := asyncio.run(excess_of_role(settings, addresses.application))):
        _messages.print(excess, style="yellow", markup=False)


def _load_demo(settings: Settings, addresses: Addresses) -> bool:
    # Forty thousand statements: the loop and the collector of servers make a difference.
    quiet_collector()
    with loop_runner() as runner:
        return runner.run(begin_demo(settings, addresses.application))
