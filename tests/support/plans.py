"""How PostgreSQL carries a statement out: its plan, what it read, and the nodes."""

import json
from collections.abc import Iterator
from typing import Any

from db.statement import Statement

# What EXPLAIN is asked: what would be done, and what was done.
PLANNED = "FORMAT JSON"
RUN = "ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON"


async def explained(
    connection: Any, statement: Statement[Any], arguments: list[Any], options: str = PLANNED
) -> dict[str, Any]:
    """The plan of a statement for these arguments."""
    document = await connection.fetchval(f"EXPLAIN ({options}) {statement.sql}", *arguments)
    found: dict[str, Any] = json.loads(document)[0]["Plan"]
    return found


async def buffers(connection: Any, statement: Statement[Any], arguments: list[Any]) -> int:
    """How many blocks a statement looks at."""
    return blocks(await explained(connection, statement, arguments, RUN))


def blocks(plan: dict[str, Any]) -> int:
    """How many blocks were looked at where a plan was carried out."""
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan and everything beneath it."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def kinds(plan: dict[str, Any]) -> set[str]:
    """What sorts of nodes there are."""
    return {node["Node Type"] for node in nodes(plan)}
