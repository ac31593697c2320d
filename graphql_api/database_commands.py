"""The commands `tessera db`: start and stop the embedded PostgreSQL."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from db.embedded.server import EmbeddedPostgres


def database_commands(embedded: Callable[[], EmbeddedPostgres]) -> typer.Typer:
    """The commands about the embedded database, which `embedded` names."""
    commands = typer.Typer(no_args_is_help=True, help="The embedded PostgreSQL, used where DATABASE_URL is not set.")

    @commands.command()
    def start(
        *,
        owner: Annotated[
            bool, typer.Option("--owner", help="Print the address of the owner, who may do everything.")
        ] = False,
    ) -> None:
        """Start the embedded database and print its address for the application; it runs until `tessera db stop`."""
        postgres = embedded()
        url = postgres.start(keep=True)
        sys.stdout.write(f"{url if owner else postgres.for_application(url)}\n")

    @commands.command()
    def stop() -> None:
        """Stop the embedded database."""
        embedded().stop()

    @commands.command()
    def remove() -> None:
        """Stop the embedded database, and delete it with all its data. Refused while a server uses it."""
        embedded().remove()

    return commands
