"""How alembic reaches the database: over a connection that `migrations.run` hands in."""

from alembic import context
from sqlalchemy import Connection, text

from db.advisory_locks import AdvisoryLock
from db.metadata import METADATA
from migrations.privileges import grant_privileges

# A migration that cannot get its lock gives up soon instead of queueing every query behind itself.
LOCK_TIMEOUT = "5s"


def run(connection: Connection, application: str | None) -> None:
    """Run the migrations that were asked for, and grant the application's role its privileges, in one transaction.

    So no server meets a new table, or a trigger that writes to one, before it may use the table.
    """
    context.configure(connection=connection, target_metadata=METADATA, compare_type=True, compare_server_default=True)
    with context.begin_transaction():
        connection.execute(text(f"SELECT pg_advisory_xact_lock({AdvisoryLock.MIGRATING:d})"))
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        context.run_migrations()
        if application is not None:
            grant_privileges(connection, application)


run(context.config.attributes["connection"], context.config.attributes["application"])
