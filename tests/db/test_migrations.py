"""Migrations make what the models say, can be undone, and a difference is found: on a database of their own."""

import asyncio
import re
from collections.abc import Iterator

import asyncpg
import pytest
from sqlalchemy import make_url

from db.models import Base
from migrations import run as migrations

NAME = "test_migrations"


@pytest.fixture
def url(server_url: str, worker_id: str) -> Iterator[str]:
    """An empty database."""
    name = f"{NAME}_{worker_id}"
    _execute(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _execute(server_url, f"CREATE DATABASE {name} TEMPLATE template0")
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    _execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def test_everything_is_made_undone_and_made_again(url: str) -> None:
    """R27: up from nothing, no difference to the models; down to nothing at all, and up again."""
    assert _things(url) == set()
    migrations.upgrade(url)
    assert {table.name for table in Base.metadata.sorted_tables} | {"alembic_version"} == _tables(url)
    migrations.check(url)
    made = _things(url)
    migrations.upgrade(url)
    assert _things(url) == made
    migrations.downgrade(url, "base")
    assert {name for name in _things(url) if "alembic_version" not in name} == set()
    migrations.upgrade(url)
    assert _things(url) == made
    migrations.check(url)


DIFFERENCES = {
    "ALTER TABLE vendor ADD phone text": r"'remove_column', None, 'vendor', Column\('phone'",
    "ALTER TABLE vendor DROP city CASCADE": r"'add_column', None, 'vendor', Column\('city'",
    "CREATE TABLE stranger (id int)": r"'remove_table', Table\('stranger'",
    "DROP TABLE code_counter": r"'add_table', Table\('code_counter'",
    "DROP INDEX ix_scheme__updated_at": r"'add_index', Index\('ix_scheme__updated_at'",
    "DROP INDEX uq_tier__rank; CREATE INDEX uq_tier__rank ON tier (rank)": r"'add_index', Index\('uq_tier__rank'",
    "ALTER TABLE tier ALTER name DROP NOT NULL": r"'modify_nullable', None, 'tier', 'name'",
    "ALTER TABLE tier ALTER rank TYPE bigint": r"'modify_type', None, 'tier', 'rank'",
    "ALTER TABLE api_key DROP CONSTRAINT fk_api_key__created_by": r"'add_fk', ForeignKeyConstraint",
}


def test_every_kind_of_difference_is_found(template: str) -> None:
    """The check can fail: it names each thing that the models and the database do not share."""
    for change in DIFFERENCES:
        _execute(template, change)
    with pytest.raises(migrations.SchemaDiffers) as found:
        migrations.check(template)
    missing = [change for change, told in DIFFERENCES.items() if not re.search(told, str(found.value))]
    assert missing == []


def test_a_single_added_column_is_found(template: str) -> None:
    """One difference is enough."""
    _execute(template, "ALTER TABLE scheme ADD secret text")
    with pytest.raises(migrations.SchemaDiffers, match="secret"):
        migrations.check(template)


@pytest.fixture
def template(url: str) -> str:
    """A migrated database."""
    migrations.upgrade(url)
    return url


def test_every_check_of_the_models_is_in_the_database(template: str) -> None:
    """Alembic does not compare CHECK constraints, so this does: by name."""
    wanted = {
        str(constraint.name)
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if str(constraint.name).startswith("ck_")
    }
    found = _rows(
        template, "SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    )
    assert found == wanted


def _tables(url: str) -> set[str]:
    return _rows(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")


def _things(url: str) -> set[str]:
    """Every column, index, constraint and anything else of ours, by name and definition."""
    return _rows(
        url,
        "SELECT format('%s.%s %s %s', table_name, column_name, data_type, is_nullable) FROM information_schema.columns "
        "WHERE table_schema = 'public' UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' "
        "UNION ALL SELECT format('%s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace UNION ALL SELECT format('%s %s', relname, relkind) FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace UNION ALL SELECT proname FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace UNION ALL SELECT typname FROM pg_type "
        "WHERE typnamespace = 'public'::regnamespace",
    )


def _rows(url: str, query: str) -> set[str]:
    return asyncio.run(_fetch(url, query))


async def _fetch(url: str, query: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        return {str(row[0]) for row in await connection.fetch(query)}
    finally:
        await connection.close()


def _execute(url: str, statement: str) -> None:
    asyncio.run(_executed(url, statement))


async def _executed(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
