"""Mutations of adjustments over HTTP, and what the ledger says."""

import itertools
from typing import Any
from uuid import UUID

import asyncpg

from domain.node_kinds import NodeKind
from tests.support.client import Client, document, gid

# The code, the path from `input` down, and the message of one error.
InputError = tuple[str, str, str]

_KEYS = itertools.count(1)
LEDGER = """
SELECT entry.points * CASE entry.credit WHEN 1 THEN 1 ELSE -1 END, entry.balance_after
FROM points_entry AS entry JOIN scheme ON scheme.number = entry.scheme ORDER BY entry.ecp, seq
"""


async def payload_of(client: Client, field: str, **given: Any) -> Any:
    """Send a mutation, with a key of its own unless there is one, and return its payload."""
    values = {"idempotencyKey": f"key-{next(_KEYS)}", **given}
    return (await client.send(document(f"portal/{field[0].upper()}{field[1:]}"), input=values)).data[field]


async def mutate(client: Client, field: str, **given: Any) -> Any:
    """Send a mutation that must succeed, and return the adjustment."""
    payload = await payload_of(client, field, **given)
    assert payload["errors"] == []
    return payload["adjustment"]


async def adjust(client: Client, ecp_id: UUID, scheme_id: UUID, points: int, reason: str = "A missed sale.") -> Any:
    """Adjust points, and return the adjustment."""
    return await mutate(client, "adjustPoints", **adjusting(ecp_id, scheme_id, points, reason=reason))


def adjusting(ecp_id: UUID, scheme_id: UUID, points: int, **changed: Any) -> dict[str, Any]:
    """The input of an adjustment, without a key."""
    named = {"ecpId": gid(NodeKind.ECP, ecp_id), "schemeId": gid(NodeKind.SCHEME, scheme_id)}
    return {**named, "points": points, "reason": "A missed sale.", **changed}


async def expect_errors(client: Client, field: str, **given: Any) -> list[InputError]:
    """Send a mutation that must be rejected, and return its errors."""
    payload = await payload_of(client, field, **given)
    assert payload["errors"]
    assert payload["adjustment"] is None
    return [(error["code"], ".".join(error["path"][1:]), error["message"]) for error in payload["errors"]]


async def ledger(url: str) -> list[tuple[int, int]]:
    """The signed points of all entries, each with the balance after it."""
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(LEDGER)]
    finally:
        await connection.close()
