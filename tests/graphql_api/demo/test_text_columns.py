"""Every text in the database has the keys, sort keys, and words that the code makes of it, however it was written."""

import pytest
from sqlalchemy import text

from db.base import Base
from db.database import Database
from db.text_columns import text_columns

TABLES = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
MADE = sorted(name for name, table in TABLES.items() if text_columns(table))


@pytest.mark.parametrize("name", MADE)
async def test_stored_columns_are_those_of_their_texts(demo_database: Database, name: str) -> None:
    """N1: the demo data come from bulk loads and from mutations."""
    made = text_columns(TABLES[name])
    async with demo_database.engine.connect() as connection:
        rows = [dict(row) for row in (await connection.execute(text(f"SELECT * FROM {name}"))).mappings()]
        assert rows
        for row in rows:
            expected = {column: how.value(row) for column, how in made.items()}
            if words := expected.get("search_words"):
                expected["search_words"] = await connection.scalar(
                    text("SELECT CAST(CAST(:words AS text) AS tsvector)::text"), {"words": words}
                )
            assert {column: row[column] for column in made} == expected
