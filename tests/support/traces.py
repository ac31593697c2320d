"""Personal data in the database: texts that identify a person, and links from an account to an ECP."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from domain.collation import sort_key
from domain.permissions import Role
from tests.support.client import Client, Clients
from tests.support.factories.ecps import EcpFactory

REASON = "A request by letter."
TEXTUAL = ("text", "jsonb", "ARRAY", "tsvector")


async def find_columns(url: str, texts: Sequence[str]) -> list[str]:
    """Return the columns of all tables that contain one of the ASCII texts, ignoring case, or a sort key with it."""
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetch(
            "SELECT table_name::text AS t, column_name::text AS c FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type = ANY($1) ORDER BY 1, 2",
            (*TEXTUAL, "bytea"),
        )
        assert {row["t"] for row in found} >= {"account", "ecp", "enrollment", "notification", "scheme_activity"}
        # As PostgreSQL writes bytes. On the first level a sort key has two bytes for each character.
        keys = [rf"%{sort_key(text)[: 2 * len(text)].hex()}%" for text in texts]
        patterns = [*(f"%{text}%" for text in texts), *keys]
        return [
            f"{row['t']}.{row['c']}"
            for row in found
            if await connection.fetchval(
                f'SELECT count(*) FROM "{row["t"]}" WHERE "{row["c"]}"::text ILIKE ANY($1)', patterns
            )
        ]
    finally:
        await connection.close()


async def create_account_client(ecps: EcpFactory, clients: Clients, *roles: Role) -> Client:
    """Create an account with the ECP's name, and return its client."""
    return clients.of(await ecps.account("Asha Rao", roles))


async def find_links(url: str, account_id: UUID) -> list[str]:
    """Return the columns that link an account to an ECP."""
    connection = await asyncpg.connect(url)
    ties = {"enrollment.requested_by": "enrollment", "ecp.account_id": "ecp", "notification.actor_id": "notification"}
    try:
        return [
            name
            for name, table in ties.items()
            if await connection.fetchval(f"SELECT count(*) FROM {table} WHERE {name} = $1", account_id)
        ]
    finally:
        await connection.close()


async def keys_of(url: str) -> list[tuple[UUID, UUID]]:
    """The ids of all ECPs and their accounts."""
    connection = await asyncpg.connect(url)
    try:
        return [(row["id"], row["account_id"]) for row in await connection.fetch("SELECT id, account_id FROM ecp")]
    finally:
        await connection.close()
