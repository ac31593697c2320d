"""Databases for tests: copies of one migrated template, and the means to empty one between tests."""

import asyncio
import contextlib
import fcntl
import functools
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import make_url

from db.database import Database
from db.metadata import METADATA
from migrations import run as migrations
from migrations.privileges import APPEND_ONLY
from tests.support.application import application_role, application_url
from tests.support.stored_facts import STORED_FACTS, render_again

# What migrations fill: the rows that make a stream of events the one of its database, and the allowed movements.
KEPT_TABLES = frozenset({"access_version", "custody_transition", "event_stream"})
ROOT = Path(__file__).parents[2]
# Test data may be lost with the power, so nothing waits for the disk.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}

# By file: writing every block to the log as well takes five times as long.
COPY = "STRATEGY file_copy"

# The packages that determine stored data.
SOURCES = ("domain", "db", "resolvers", "schema", "graphql_api", "migrations")

_EMPTIED = [table for table in METADATA.sorted_tables if table.name not in KEPT_TABLES]
_EMPTIED_NAMES = ", ".join(f'public."{table.name}"' for table in _EMPTIED)
_IS_SUPERUSER = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
_CLOSING_S = 10.0
_TRIES = 5
# Nothing vacuums test databases, and a scan of a table reads its dead rows too.
_BLOATED_BYTES = 1024 * 1024


class Cleaner:
    """Empties one database, and restores the rows it remembers, over connections that stay open.

    A connection and thirty statements to plan for every test would cost more than most tests do. `connection` is that
    of the owner, and `quick` the same without triggers, which only a superuser may leave out. PostgreSQL forgets all
    plans of a connection that begins or ends to leave them out, so there are two.
    """

    def __init__(self, connection: Any, quick: Any) -> None:
        self.connection = connection
        self.quick = quick
        self._restores = False

    @classmethod
    @contextlib.asynccontextmanager
    async def connected(cls, url: str) -> AsyncIterator["Cleaner"]:
        """A cleaner of the database at an address, for the length of the block."""
        connection, quick = await asyncpg.connect(url), await asyncpg.connect(url)
        loop = asyncio.get_running_loop()
        try:
            if await quick.fetchval(_IS_SUPERUSER):
                await quick.execute("SET session_replication_role = replica")
            await quick.execute(_empty_function())
            _CLEANERS[url, loop] = connection
            yield cls(connection, quick)
        finally:
            _CLEANERS.pop((url, loop), None)
            await connection.close()
            await quick.close()

    async def empty(self) -> None:
        """Delete every row, except what makes the stream of events this database's own."""
        await self.quick.execute("SELECT pg_temp.empty_tables()")

    async def truncate(self) -> None:
        """Delete every row, and what rows deleted before have left in tables and indexes."""
        for rest in reversed(range(_TRIES)):
            try:
                await self.connection.execute(f"TRUNCATE {_EMPTIED_NAMES}")
                break
            except asyncpg.DeadlockDetectedError:
                # A server of another test of this worker still reads what is left.
                if not rest:
                    raise
        await self.empty()

    async def check_stored_facts(self) -> None:
        """Write the sentence of every stored fact once more, so that no test leaves one that cannot be read."""
        for table, fact, changes in await self.connection.fetch(STORED_FACTS):
            render_again(table, fact, changes)

    async def fetch(self, query: str, *arguments: Any) -> list[Any]:
        """The rows of a query of the owner of the database."""
        return list(await self.connection.fetch(query, *arguments))

    async def execute(self, *statements: str) -> None:
        """Run statements as the owner of the database, without triggers, in one transaction."""
        async with self.quick.transaction():
            for statement in statements:
                await self.quick.execute(statement)

    async def remember(self) -> None:
        """Keep a copy of all rows, for `restore`."""
        tables = [table for table in _EMPTIED if await self._has_rows(table.name)]
        inserts = []
        for table in tables:
            columns = ", ".join(f'"{column.name}"' for column in table.columns if column.computed is None)
            copied = f"SELECT {columns} FROM"
            await self.quick.execute(f'CREATE TEMP TABLE kept_{table.name} AS {copied} public."{table.name}"')
            inserts.append(
                f'INSERT INTO public."{table.name}" ({columns}) OVERRIDING SYSTEM VALUE '
                f"{copied} pg_temp.kept_{table.name};"
            )
        # Every table is copied, so triggers have nothing to add; but servers must notice that accounts have changed.
        noticed = "UPDATE public.access_version SET xid = pg_current_xact_id();"
        body = f"{noticed} DELETE FROM public.program;{''.join(inserts)}"
        await self.quick.execute(_function("restore_tables", body))
        self._restores = True

    async def restore(self) -> bool:
        """Insert the remembered rows into an empty database; False when nothing is remembered yet."""
        if self._restores:
            await self.quick.execute("SELECT pg_temp.restore_tables()")
        return self._restores

    async def _has_rows(self, table: str) -> bool:
        return bool(await self.connection.fetchval(f'SELECT EXISTS (SELECT FROM public."{table}")'))


# The connections of cleaners, by address and loop.
_CLEANERS: dict[object, Any] = {}


@contextlib.asynccontextmanager
async def owner_connection(url: str) -> AsyncIterator[Any]:
    """A connection to look at a database with: that of its cleaner, or else a new one, which costs much more."""
    if (connection := _CLEANERS.get((url, asyncio.get_running_loop()))) is not None:
        yield connection
        return
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def copied_database(
    server_url: str, name: str, template: str | None = None
) -> AsyncIterator[tuple[Database, str]]:
    """A copy of a template, or else an empty database, for the length of the block: open, and its address.

    It is open for the application, as servers open it; the address is that of the owner.
    """
    async with copied_url(server_url, name, template) as url:
        opened = await Database.connect(application_url(url), pool_size=8, statement_timeout=300)
        try:
            yield opened, url
        finally:
            await close(opened)


async def close(database: Database) -> None:
    """Close a database; connections that a failed test has kept are cut after some seconds, and nothing hangs."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_CLOSING_S):
            await database.close()


@contextlib.asynccontextmanager
async def copied_url(server_url: str, name: str, template: str | None = None) -> AsyncIterator[str]:
    """The address of a copy of a template, or else of an empty database, which exists for the length of the block."""
    template = template or await asyncio.to_thread(migrated_template, server_url)
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    await _execute(server_url, drop, f"CREATE DATABASE {name} TEMPLATE {template} {COPY}")
    try:
        yield _named(server_url, name)
    finally:
        await _execute(server_url, drop)


def _empty_function() -> str:
    """A function that deletes all rows, or truncates all tables once one of them has grown.

    The program and the codes of batches start anew, and retention has deleted no event yet.

    With triggers, the counts change with what is deleted, so each table of counts is emptied right behind its table;
    and rows that triggers keep can only be truncated.
    """
    tables = [table.name for table in reversed(_EMPTIED)]
    counts = {name: [f"{name}_count"] if f"{name}_count" in tables else [] for name in tables}
    deletes = "".join(f'DELETE FROM public."{table}";' for name in tables for table in (name, *counts[name]))
    listed = ", ".join(f"'public.{name}'" for name in tables)
    undeletable = " OR ".join(f'EXISTS (SELECT FROM public."{name}")' for name in sorted(APPEND_ONLY))
    # An attempt to deliver a webhook that is being recorded locks its endpoint: wait for it, so that it leaves no row.
    body = f"""
        LOCK TABLE public.webhook_endpoint IN EXCLUSIVE MODE;
        IF current_setting('session_replication_role') = 'origin' AND ({undeletable}) OR EXISTS (
            SELECT FROM unnest(ARRAY[{listed}]::regclass[]) AS name WHERE pg_relation_size(name) > {_BLOATED_BYTES}
        ) THEN
            TRUNCATE {_EMPTIED_NAMES};
        ELSE
            {deletes}
        END IF;
        INSERT INTO public.program DEFAULT VALUES;
        UPDATE public.event_stream SET floor_xid = '0', floor_id = 0 WHERE floor_xid > '0';
        PERFORM setval('public.batch_number', 1, false);
        PERFORM setval('public.pack_number', 0, false);
        PERFORM setval('public.sale_number', 1, false);
    """
    return _function("empty_tables", body)


def _function(name: str, body: str) -> str:
    """A function of one connection, in which PostgreSQL keeps the plans of the statements."""
    return f"CREATE FUNCTION pg_temp.{name}() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def migrated_template(server_url: str) -> str:
    """The name of a migrated database, made once per state of the migrations."""
    create = f"CREATE DATABASE {{}} TEMPLATE template0 {COPY}"
    migrate = functools.partial(migrations.upgrade, application=application_role(server_url))
    return _template(server_url, "migrated", ["migrations"], create, migrate)


def filled_template(server_url: str, name: str, fill: Callable[[str], None]) -> str:
    """The name of a database that `fill` has filled: once per state of the server's code.

    `fill` gets its address for the application.
    """
    create = f"CREATE DATABASE {{}} TEMPLATE {migrated_template(server_url)} {COPY}"
    return _template(server_url, name, SOURCES, create, lambda url: fill(application_url(url)))


def _template(server_url: str, prefix: str, folders: Sequence[str], create: str, fill: Callable[[str], None]) -> str:
    """The name of a template, which the first of all workers makes while the others wait; older ones are dropped."""
    files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    # Templates made without the application's role would deny it everything.
    content = b"".join((str(application_role(server_url)).encode(), *(file.read_bytes() for file in files)))
    digest = hashlib.sha256(content).hexdigest()[:12]
    name, partial = f"{prefix}_{digest}", f"{prefix}_partial"
    with (ROOT / ".tessera" / f"test-{prefix}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = asyncio.run(_names_like(server_url, f"{prefix}\\_%"))
        if name not in made:
            drops = [f"DROP DATABASE {older} WITH (FORCE)" for older in made]
            asyncio.run(_execute(server_url, *drops, create.format(partial)))
            fill(_named(server_url, partial))
            asyncio.run(_execute(server_url, f"ALTER DATABASE {partial} RENAME TO {name}"))
    return name


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


async def _names_like(url: str, pattern: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT datname FROM pg_database WHERE datname LIKE $1", pattern)
        return [row["datname"] for row in rows]
    finally:
        await connection.close()


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
