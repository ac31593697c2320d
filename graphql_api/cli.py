"""The command `tessera`: serve, migrate, fill with demo data, make tokens, print the schema, run the database."""

import asyncio
import contextlib
import difflib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError
from rich.console import Console

from db.database import Database
from db.embedded.server import EmbeddedPostgres, EmbeddedUnavailable
from domain.permissions import Role
from graphql_api.auth import KeysUnavailable
from graphql_api.context import utc_now
from graphql_api.custody_commands import VerificationImpossible, custody_commands
from graphql_api.demo import load_demo
from graphql_api.observability.tracing import TracingUnavailable
from graphql_api.secrets import load_coupon_keys
from graphql_api.serving import DatabaseUnreachable, PortUnavailable, dev_tokens_of, serve_until_stopped
from graphql_api.settings import Settings
from graphql_api.workers import WorkerRejected
from migrations import run as migrations
from schema.build import schema_text

SCHEMA_FILE: Final = Path("schema.graphql")
# Errors that a person can fix; everything else is a bug and keeps its traceback.
_FIXABLE_ERRORS: Final = (
    EmbeddedUnavailable,
    DatabaseUnreachable,
    KeysUnavailable,
    PortUnavailable,
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
db_commands = typer.Typer(no_args_is_help=True, help="The embedded PostgreSQL, used where DATABASE_URL is not set.")
app.add_typer(db_commands, name="db")
app.add_typer(custody_commands(lambda: _database_url(_settings())), name="custody")

_messages: Final = Console(stderr=True, highlight=False, soft_wrap=True)


class CommandRejected(Exception):
    """The command cannot be carried out; the message says why and what to do."""


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
    with _database_url(settings) as url:
        _migrate(url)
        if settings.development and asyncio.run(_demo(settings, url)):
            _messages.print("Loaded the demo data.")
        serve_until_stopped(settings, url)
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
    """Bring the database up to date."""
    with _database_url(_settings(), scratch=check) as url:
        if down_to is not None:
            migrations.downgrade(url, down_to)
            return
        _migrate(url)
        if new is not None:
            migrations.write(url, new)
        elif check:
            try:
                migrations.check(url)
            except migrations.SchemaDiffers as error:
                message = f"The migrations do not make what the models say: {error}"
                raise CommandRejected(message) from error


@app.command()
def demo() -> None:
    """Fill an empty database with demo data."""
    settings = _settings()
    with _database_url(settings) as url:
        _migrate(url)
        loaded = asyncio.run(_demo(settings, url))
    _messages.print("Loaded the demo data." if loaded else "There is data already; nothing was changed.")


@app.command()
def token(role: Annotated[Role, typer.Argument(help="The role to sign in as.", case_sensitive=False)]) -> None:
    """Print a token for the demo account of a role; in development only."""
    settings = _settings()
    if not settings.development:
        message = "Development tokens are made in development only: set TESSERA_ENV=dev on your own machine."
        raise CommandRejected(message)
    with _database_url(settings) as url:
        _migrate(url)
        tokens = asyncio.run(dev_tokens_of(settings, url))
    if role.value not in tokens:
        message = f"No account holds the role {role.value}: fill the database with “tessera demo”."
        raise CommandRejected(message)
    sys.stdout.write(f"{tokens[role.value]}\n")


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


@db_commands.command("start")
def db_start() -> None:
    """Start the embedded database and print its address; it runs until `tessera db stop`."""
    postgres = _embedded(_settings())
    sys.stdout.write(f"{postgres.start(keep=True)}\n")


@db_commands.command("stop")
def db_stop() -> None:
    """Stop the embedded database."""
    _embedded(_settings()).stop()


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        message = f"A setting in the environment is wrong: {wrong}"
        raise CommandRejected(message) from error


def _embedded(settings: Settings, name: str = "postgres") -> EmbeddedPostgres:
    return EmbeddedPostgres(settings.data_dir / name)


@contextlib.contextmanager
def _database_url(settings: Settings, *, scratch: bool = False) -> Iterator[str]:
    """Yield the address of the database, which runs meanwhile; a `scratch` one is embedded and disposable."""
    if settings.database_url is not None and not scratch:
        yield settings.database_url.get_secret_value()
        return
    postgres = _embedded(settings, "scratch" if scratch else "postgres")
    if scratch:
        postgres.remove()
    with postgres.hold() as url:
        if postgres.notice:
            _messages.print(postgres.notice, markup=False)
        yield url


def _migrate(url: str) -> None:
    try:
        migrations.upgrade(url)
    except migrations.NoConnection as error:
        message = f"The database cannot be opened: {error}. Check DATABASE_URL, or unset it to use the embedded one."
        raise CommandRejected(message) from error


async def _demo(settings: Settings, url: str) -> bool:
    # Two loads at once wait for each other, longer than a statement of a request may take.
    database = await Database.connect(url, statement_timeout=600)
    try:
        return await load_demo(database, utc_now(), load_coupon_keys(settings))
    finally:
        await database.close()
