"""The database of a measurement: one account that may see everything, a few schemes to follow, and nothing else."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

import uuid_utils.compat
from msgspec import Struct
from sqlalchemy import make_url

from benchmarks.servers import ROOT
from benchmarks.sql import execute
from db.accounts.changes import put_account
from db.accounts.rows import AccountRow
from db.database import Database
from db.embedded.server import EmbeddedPostgres
from domain.channels import EarningChannel
from domain.permissions import Role
from domain.viewers import Viewer
from graphql_api.context import Environment, utc_now
from migrations import run as migrations
from resolvers.schemes.create_scheme import CreateScheme, create_scheme

FOLDER: Final = ROOT / ".tessera" / "bench-events"
# The output of servers, kept until the next run.
LOGS: Final = ROOT / ".tessera" / "bench-logs"
# Full durability; connections for four workers and twenty writers at once.
_SETTINGS: Final = {"shared_buffers": "256MB", "max_connections": "200"}


class Place(Struct, frozen=True):
    """A database, the account that signs in, and the schemes to follow."""

    url: str
    account_id: UUID
    scheme_ids: tuple[UUID, ...]


@contextlib.contextmanager
def embedded_server(folder: Path = FOLDER) -> Iterator[str]:
    """A running PostgreSQL for the length of the block; yields its address."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with EmbeddedPostgres(folder, _SETTINGS).hold() as url:
        yield url


@contextlib.contextmanager
def fresh_place(server_url: str, name: str, schemes: int, template: str | None = None) -> Iterator[Place]:
    """A new database with some schemes, dropped after the block: migrated, or a copy of a migrated one."""
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    copied = f" TEMPLATE {template}" if template else ""
    asyncio.run(execute(server_url, drop, f"CREATE DATABASE {name}{copied}"))
    try:
        if template is None:
            migrations.upgrade(url)
        yield asyncio.run(_filled(url, schemes))
    finally:
        asyncio.run(execute(server_url, drop))


async def _filled(url: str, schemes: int) -> Place:
    database = await Database.connect(url, pool_size=2)
    try:
        environment = Environment(database=database)
        role = Role.PROGRAM_MANAGER
        account = AccountRow(
            id=uuid_utils.compat.uuid7(),
            display_name="Asha Rao",
            email=None,
            vendor_id=None,
            created_at=utc_now(),
            disabled_at=None,
            roles=[role.value],
        )
        async with database.writing() as session:
            await put_account(session, account)
        viewer = Viewer(
            account_id=account.id,
            display_name=account.display_name,
            email=None,
            roles=frozenset({role}),
            vendor_id=None,
        )
        wanted = [CreateScheme(f"Monsoon Care {number}", tuple(EarningChannel)) for number in range(schemes)]
        ids = [await create_scheme(environment.operation(viewer), command) for command in wanted]
    finally:
        await database.close()
    return Place(url, account.id, tuple(ids))
