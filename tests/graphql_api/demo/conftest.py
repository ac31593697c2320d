"""The demo data, loaded once for all tests."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from msgspec import Struct
from sqlalchemy import Column, select

from db.accounts.reads import OLDEST_ENABLED_ACCOUNTS
from db.accounts.rows import AccountRow
from db.database import Database
from db.metadata import METADATA
from db.outbox.tables import EventSubjectTable, EventTable
from db.program.reads import PROGRAM
from db.schemes.stage_reads import STAGES_BY_SCHEME
from db.schemes.stage_rows import StageRow
from domain.permissions import Role
from domain.schemes.lifecycle_facts import SchemeFacts
from graphql_api.identity.development import dev_token
from graphql_api.settings import Settings
from resolvers.schemes.definitions import Definition, load_definitions
from resolvers.schemes.execution_facts import add_execution
from tests.fixtures import LiveServer
from tests.support.client import Client, http_client
from tests.support.databases import KEPT_TABLES, copied_database
from tests.support.demo_template import NOW, demo_template

MOMENTS: Final = (NOW, NOW + timedelta(days=30), NOW + timedelta(days=500))


Tables = dict[str, list[dict[str, Any]]]
# What PostgreSQL numbers by itself, besides identity columns.
_NUMBERED: Final = {EventTable.__table__.c.xid, EventSubjectTable.__table__.c.xid, EventSubjectTable.__table__.c.id}
_FILLED: Final = [table for table in METADATA.sorted_tables if table.name not in KEPT_TABLES]
SignedIn = Callable[[Role], Client]


class Demo(Struct, frozen=True):
    """Everything that was loaded, read once and kept: loading takes seconds."""

    tables: Tables
    definitions: list[Definition]
    facts: Mapping[UUID, SchemeFacts]
    stages: dict[datetime, list[StageRow]]
    first_accounts: dict[str, AccountRow]

    @property
    def schemes(self) -> list[dict[str, Any]]:
        """The schemes, without their revisions."""
        return [row for row in self.tables["scheme"] if row["revises"] is None]

    @property
    def live(self) -> list[Definition]:
        """The definitions of the schemes, without their revisions."""
        return [found for found in self.definitions if found.scheme.revises is None]

    @property
    def staff(self) -> set[UUID]:
        """The accounts of staff."""
        return {row["account_id"] for row in self.tables["account_role"] if row["role"] != Role.ECP}

    def notifications_of(self, accounts: Collection[UUID]) -> list[dict[str, Any]]:
        """The notifications of these accounts."""
        return [row for row in self.tables["notification"] if row["account_id"] in accounts]

    def scheme(self, title: str) -> dict[str, Any]:
        """The scheme with a title."""
        (found,) = (row for row in self.schemes if row["title"] == title)
        return found


@pytest.fixture(scope="session")
async def demo_database(server_url: str, worker_id: str) -> AsyncIterator[Database]:
    """A database with the demo data, loaded at `NOW` by the first worker that needs them; tests only read it."""
    template = await asyncio.to_thread(demo_template, server_url)
    async with copied_database(server_url, f"shown_{worker_id}_{os.getpid()}", template) as (database, _):
        yield database


@pytest.fixture(scope="session")
async def demo(demo_database: Database) -> Demo:
    """Everything in it."""
    return await _read(demo_database)


@pytest.fixture(scope="session")
async def signed_in(demo_database: Database, demo: Demo, settings: Settings) -> AsyncIterator[SignedIn]:
    """Clients of a server of the demo data, signed in as `make serve` prints it."""
    live = LiveServer(demo_database, settings)
    live.clock = lambda: NOW
    async with live.running(), http_client(live.address) as http:
        yield lambda role: _client(http, dev_token(settings, demo.first_accounts[role].id))


def _client(http: httpx.AsyncClient, token: str) -> Client:
    return Client(http, {"Authorization": f"Bearer {token}"})


async def _read(database: Database) -> Demo:
    tables = await read_tables(database)
    # Revisions that have taken effect are part of their schemes.
    ids = [row["id"] for row in tables["scheme"] if row["applied_at"] is None]
    reading = database.reading()
    try:
        (program,) = await reading.fetch(PROGRAM)
        definitions = [found for found in await load_definitions(reading, ids, NOW, program.calendar) if found]
        facts = await add_execution(reading, {found.scheme.id: found.facts for found in definitions})
        stages = {at: await reading.fetch(STAGES_BY_SCHEME, ids=ids, now=at) for at in MOMENTS}
        first_accounts = dict(await reading.fetch(OLDEST_ENABLED_ACCOUNTS))
    finally:
        await reading.close()
    return Demo(tables=tables, definitions=definitions, facts=facts, stages=stages, first_accounts=first_accounts)


async def read_tables(database: Database) -> Tables:
    """Every row of every table, in an order that does not depend on how they were stored.

    Left out is what PostgreSQL numbers by itself, and what refers to it.
    """
    found: Tables = {}
    async with database.engine.connect() as connection:
        for table in _FILLED:
            columns = [column for column in table.columns if not _is_numbered(column)]
            rows = await connection.execute(select(*columns))
            found[table.name] = sorted((dict(row) for row in rows.mappings()), key=repr)
    return found


def _is_numbered(column: Column[Any]) -> bool:
    targets = {column, *(key.column for key in column.foreign_keys)}
    return any(target.identity is not None or target in _NUMBERED for target in targets)
