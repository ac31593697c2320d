"""How alembic reaches the database: over a connection that `migrations.run` hands in."""

from alembic import context
from sqlalchemy import Connection, text

from db.metadata import METADATA

# A migration that cannot get its lock gives up soon instead of queueing every query behind itself.
LOCK_TIMEOUT = "5s"


def run(connection: Connection) -> None:
    """Run the migrations that were asked for in one transaction."""
    context.configure(connection=connection, target_metadata=METADATA, compare_type=True, compare_server_default=True)
    with context.begin_transaction():
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        context.run_migrations()


run(context.config.attributes["connection"])
