"""Mutations of settlements over HTTP, and what the accounts have."""

import itertools
from typing import Any
from uuid import UUID

import asyncpg

from domain.node_kinds import NodeKind
from tests.support.client import Client, document, gid

# The code, the path from `input` down, and the message of one error.
InputError = tuple[str, str, str]
# What is available, settling, paid, and expired.
Balances = tuple[int, int, int, int]

_KEYS = itertools.count(1)
_BALANCES = "SELECT available, settling, paid, expired FROM points_account ORDER BY ecp, scheme"


async def payload_of(client: Client, field: str, **given: Any) -> Any:
    """Send a mutation, with a key of its own unless there is one, and return its payload."""
    values = {"idempotencyKey": f"key-{next(_KEYS)}", **given}
    return (await client.send(document(f"portal/{field[0].upper()}{field[1:]}"), input=values)).data[field]


async def mutate(client: Client, field: str, **given: Any) -> Any:
    """Send a mutation that must succeed, and return the settlement."""
    payload = await payload_of(client, field, **given)
    assert payload["errors"] == []
    return payload["settlement"]


async def settle(client: Client, scheme_id: UUID, **given: Any) -> Any:
    """Settle a scheme, and return the settlement."""
    return await mutate(client, "settleScheme", schemeId=gid(NodeKind.SCHEME, scheme_id), **given)


async def expect_errors(client: Client, field: str, **given: Any) -> list[InputError]:
    """Send a mutation that must be rejected, and return its errors."""
    payload = await payload_of(client, field, **given)
    assert payload["errors"]
    assert payload["settlement"] is None
    return [(error["code"], ".".join(error["path"][1:]), error["message"]) for error in payload["errors"]]


async def payouts_of(client: Client, settlement_id: str, *payouts: tuple[str, str, str], **given: Any) -> Any:
    """Report payouts, each by line, outcome, and reference, and return the payload."""
    listed = [{"lineId": line, "outcome": outcome, "reference": reference} for line, outcome, reference in payouts]
    payload = await payload_of(client, "recordPayouts", settlementId=settlement_id, payouts=listed, **given)
    assert payload["errors"] == []
    return payload


async def read_lines(client: Client, settlement_id: str, **given: Any) -> list[dict[str, Any]]:
    """The lines of a settlement."""
    found: list[dict[str, Any]] = (await client.run("Settlement", id=settlement_id, **given))["node"]["lines"]["nodes"]
    return found


async def balances(url: str) -> list[Balances]:
    """The points of all accounts, by ECP and scheme."""
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(_BALANCES)]
    finally:
        await connection.close()
