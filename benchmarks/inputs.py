"""CPU of reading a large input: 1,000 sales of 7 fields each, from decoded JSON to the objects that a resolver takes.

    .venv/bin/python -m benchmarks.inputs [--items 1000] [--repeats 30]

Measured are graphql-core's coercion of the variables, Strawberry's conversion of the result, both together (what
the standard executor does), and ours, where `graphql_api.execution.inputs` exists. Ours must give equal objects.
Goal: at most 3 ms for the 1,000 items. Exits with 1 when it is missed.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import strawberry
from graphql import parse, type_from_ast
from graphql.execution.values import VariableValues, get_variable_values
from rich.console import Console
from rich.table import Table
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import convert_argument

from schema.scalars import SCALARS

GOAL_MS: Final = 3.0
_ITEMS_OF_GOAL: Final = 1_000


@strawberry.enum
class RecordMode(Enum):
    """The treatment of valid sales in an input with invalid ones."""

    ALL_OR_NOTHING = "ALL_OR_NOTHING"
    VALID_ONES = "VALID_ONES"


@strawberry.input
class SaleInput:
    """A sale."""

    external_id: strawberry.ID
    revision: int
    ecp_code: str
    sold_at: datetime
    sku: str
    quantity: int
    unit_price: Decimal


@strawberry.input
class RecordSalesInput:
    """Sales of one source."""

    source: str
    mode: RecordMode
    sales: list[SaleInput]


@strawberry.type
class Query:
    """A root with the one field that takes sales."""

    @strawberry.field
    def record_sales(self, input: RecordSalesInput) -> int:
        """Return the number of sales."""
        return len(input.sales)


def main() -> None:
    """Measure, print, and return whether the goal is reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inputs", description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=int, default=_ITEMS_OF_GOAL)
    parser.add_argument("--repeats", type=int, default=30)
    chosen = parser.parse_args()
    schema = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS))
    variables = {"input": sales_input(chosen.items)}
    coerced = _coerce(schema, variables)
    ways: dict[str, Callable[[], Any]] = {
        "graphql-core: coercion": lambda: _coerce(schema, variables),
        "Strawberry: conversion": lambda: _convert(schema, coerced),
        "standard executor: both": lambda: _convert(schema, _coerce(schema, variables)),
    }
    ours = _ours(schema)
    if ours is not None:
        assert ours(variables["input"]) == _convert(schema, coerced), "ours gives other objects"
        ways["ours"] = lambda: ours(variables["input"])
    found = {name: _cpu(way, chosen.repeats) for name, way in ways.items()}
    _print(found, chosen.items)
    if ours is not None and statistics.median(found["ours"]) > GOAL_MS * chosen.items / _ITEMS_OF_GOAL:
        sys.exit(1)


def sales_input(items: int) -> dict[str, Any]:
    """The variable as JSON decodes it."""
    sales = [
        {
            "externalId": f"INV-{number:08}",
            "revision": 1 + number % 3,
            "ecpCode": f"ECP-{number % 500:06}",
            "soldAt": f"2026-03-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00Z",
            "sku": f"AMB-5W30-{number % 40:02}",
            "quantity": 1 + number % 12,
            "unitPrice": f"{100 + number % 900}.{number % 100:02}",
        }
        for number in range(items)
    ]
    return {"source": "pos", "mode": "VALID_ONES", "sales": sales}


def _coerce(schema: strawberry.Schema, variables: dict[str, Any]) -> Any:
    document: Any = _DOCUMENT.definitions[0]
    values = get_variable_values(schema._schema, document.variable_definitions, variables)  # noqa: SLF001 - no public way
    assert isinstance(values, VariableValues), values
    return values.coerced["input"]


def _convert(schema: strawberry.Schema, coerced: Any) -> Any:
    return convert_argument(coerced, RecordSalesInput, schema.schema_converter.scalar_registry, schema.config)


def _ours(schema: strawberry.Schema) -> Callable[[Any], Any] | None:
    """Build the call of the compiled engine; None in a checkout without one."""
    try:
        from graphql_api.execution.inputs import Inputs  # noqa: PLC0415 - it may not exist
    except ImportError:
        return None
    document: Any = _DOCUMENT.definitions[0]
    type_: Any = type_from_ast(schema._schema, document.variable_definitions[0].type)  # noqa: SLF001 - as above
    return Inputs(schema._schema, schema.schema_converter, schema.config).compile(type_)  # noqa: SLF001 - as above


def _cpu(way: Callable[[], Any], repeats: int) -> list[float]:
    """CPU of each repetition in milliseconds, after a few that do not count."""
    times = []
    for _ in range(repeats + 3):
        before = time.process_time()
        way()
        times.append((time.process_time() - before) * 1e3)
    return times[3:]


def _print(found: dict[str, list[float]], items: int) -> None:
    table = Table(title=f"CPU ms for {items:,} items of 7 fields", title_justify="left")
    table.add_column("who")
    for heading in ("median", "least", "most"):
        table.add_column(heading, justify="right")
    for name, times in found.items():
        table.add_row(name, *(f"{value:.2f}" for value in (statistics.median(times), min(times), max(times))))
    console = Console()
    console.print(table)
    if "ours" not in found:
        console.print("ours is skipped: there is no graphql_api.execution.inputs")
    console.print(f"Goal for ours: at most {GOAL_MS:g} ms for {_ITEMS_OF_GOAL:,} items")


_DOCUMENT: Final = parse("query ($input: RecordSalesInput!) { recordSales(input: $input) }")


if __name__ == "__main__":
    main()
