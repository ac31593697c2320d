"""The database of the measurements: an embedded PostgreSQL with the demo data, multiplied to a realistic size.

It lives in `.tessera/bench` and is recreated for every run, so that all runs are comparable.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import make_url

from db.database import Database
from db.embedded.server import EmbeddedPostgres
from domain.permissions import Role
from graphql_api.context import utc_now
from graphql_api.demo import load_demo
from migrations import run as migrations
from resolvers.accounts.loaders import first_accounts_by_role

FOLDER: Final = Path(__file__).parent.parent / ".tessera" / "bench"
SCHEMES: Final = 2_000

# The settings of a small dedicated server, with full durability.
SETTINGS: Final = {
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "random_page_cost": "1.1",
    "checkpoint_timeout": "30min",
    "max_wal_size": "4GB",
}
_NAME: Final = "bench"

# Tables with the parts of a scheme, by the column `scheme_id`.
_OWNED: Final = (
    "scheme_variant",
    "scheme_geography",
    "bonus_rule",
    "scheme_section",
    "scheme_submission",
    "scheme_stage",
    "scheme_participant",
    "scheme_activity",
)
# A copy of every scheme, without its revisions, for each number; code, title and times differ, and mix them
# in every order.
_COPIES: Final = """
CREATE TEMPORARY TABLE copied AS
SELECT id AS old_id, uuidv7() AS new_id, number, row_number() OVER (ORDER BY number, code) AS place
FROM scheme CROSS JOIN generate_series(1, $1::int) AS number WHERE revises IS NULL
"""
# The document of a rule also contains its id.
_RULE_ID: Final = "md5(source.id::text || copied.number)::uuid"
_CHANGED: Final = {
    ("scheme", "id"): "copied.new_id",
    ("scheme", "code"): "'SCH-2020-' || lpad(copied.place::text, 6, '0')",
    ("scheme", "title"): "source.title || ' ' || copied.number",
    ("scheme", "created_at"): "source.created_at - copied.number * interval '7 hours'",
    ("scheme", "updated_at"): "source.updated_at - copied.number * interval '7 hours'",
    ("scheme_activity", "id"): "uuidv7()",
    ("scheme_activity", "at"): "source.at - copied.number * interval '7 hours'",
    ("bonus_rule", "id"): _RULE_ID,
    ("bonus_rule", "document"): f"jsonb_set(source.document, '{{id}}', to_jsonb({_RULE_ID}))",
}

# A function that users of PostGraphile would write, as its generated schema lacks the current stages in order.
# Simple SQL functions that PostgreSQL inlines; they serve PostGraphile only.
_FOR_POSTGRAPHILE: Final = (
    """
    CREATE FUNCTION scheme_stages_now(scheme) RETURNS SETOF scheme_stage LANGUAGE sql STABLE AS $$
        SELECT * FROM scheme_stage
        WHERE scheme_id = $1.id AND valid_from <= now() AND valid_until > now() ORDER BY position
    $$
    """,
    """
    CREATE FUNCTION stages_waiting(kind text, status text) RETURNS SETOF scheme_stage LANGUAGE sql STABLE AS $$
        SELECT * FROM scheme_stage
        WHERE scheme_stage.kind = $1 AND scheme_stage.status = $2 AND valid_from <= now() AND valid_until > now()
    $$
    """,
)


@contextlib.contextmanager
def prepared_database() -> Iterator[str]:
    """A running database with `SCHEMES` schemes or a few more, for the length of the block; yields its address."""
    with EmbeddedPostgres(FOLDER, SETTINGS).hold() as server_url:
        url = make_url(server_url).set(database=_NAME).render_as_string(hide_password=False)
        asyncio.run(_recreate(server_url))
        migrations.upgrade(url)
        asyncio.run(_fill(url))
        yield url


async def busiest_account(url: str) -> UUID:
    """The id of the account of all requests: the oldest program manager, who may see every scheme."""
    database = await Database.connect(url, pool_size=1)
    reading = database.reading()
    try:
        return (await first_accounts_by_role(reading))[Role.PROGRAM_MANAGER].id
    finally:
        await reading.close()
        await database.close()


async def richest_scheme(url: str) -> str:
    """The code of an approved scheme with as many variants and rules as the demo data has in one."""
    connection = await asyncpg.connect(url)
    try:
        code: str = await connection.fetchval(
            "SELECT code FROM scheme WHERE approved_at IS NOT NULL AND revises IS NULL ORDER BY "
            "(SELECT count(*) FROM bonus_rule WHERE scheme_id = id) * 5 + "
            "(SELECT count(*) FROM scheme_variant WHERE scheme_id = id) DESC, code LIMIT 1"
        )
    finally:
        await connection.close()
    return code


async def _recreate(server_url: str) -> None:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {_NAME} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {_NAME}")
    finally:
        await connection.close()


async def _fill(url: str) -> None:
    database = await Database.connect(url)
    try:
        await load_demo(database, utc_now())
    finally:
        await database.close()
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await _multiply(connection)
            for function in _FOR_POSTGRAPHILE:
                await connection.execute(function)
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def _multiply(connection: Any) -> None:
    present = await connection.fetchval("SELECT count(*) FROM scheme WHERE revises IS NULL")
    await connection.execute(_COPIES.replace("$1", str(-(-(SCHEMES - present) // present))))
    await connection.execute(await _copy(connection, "scheme", "id"))
    for table in _OWNED:
        await connection.execute(await _copy(connection, table, "scheme_id"))


async def _copy(connection: Any, table: str, owner: str) -> str:
    """The statement that copies the rows of a table for the schemes in `copied`; generated columns make themselves."""
    found = await connection.fetch(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'",
        table,
    )
    columns = [record[0] for record in found]
    values = {column: f"source.{column}" for column in columns}
    values[owner] = "copied.new_id"
    values |= {column: value for (of, column), value in _CHANGED.items() if of == table}
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values[column] for column in columns)} "  # noqa: S608
        f"FROM {table} AS source JOIN copied ON copied.old_id = source.{owner}"
    )
