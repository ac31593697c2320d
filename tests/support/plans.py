"""Plans of PostgreSQL: nodes and buffers of a statement."""

import json
from collections.abc import Iterator
from typing import Any

from db.statement import Statement

# EXPLAIN without and with execution.
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
    """Return the number of blocks that a statement reads."""
    return blocks(await explained(connection, statement, arguments, RUN))


def blocks(plan: dict[str, Any]) -> int:
    """Return the number of blocks that an executed plan read."""
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan and everything beneath it."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def kinds(plan: dict[str, Any]) -> set[str]:
    """Return the node types of a plan."""
    return {node["Node Type"] for node in nodes(plan)}
