"""Each mutation runs exactly once, in order, and its payload shows the state right after it."""

import pytest
import strawberry

from graphql_api.execution import CompiledSchema
from tests.support.execution.faults import Fault, Faults
from tests.support.execution.oracle import compare
from tests.support.execution.synthetic_rows import World

TWO = "mutation { one: add(by: 1) { by total thing { title } } two: add(by: 2) { by total thing { remark } } }"
THREE = """mutation { one: maybeAdd(by: 1) { total } two: maybeAdd(by: 2) { total mustThing { title } }
    three: maybeAdd(by: 4) { total } again: maybeAdd(by: 8) { total thing { note } } }"""


@pytest.mark.parametrize(
    ("document", "faults", "calls", "fallback"),
    [
        (TWO, {}, 2, None),
        (TWO, {("title", 1): Fault.NULL}, 2, "null"),
        (TWO, {("remark", 2): Fault.RAISES}, 2, "error"),
        (TWO, {("totals", None): Fault.RAISES}, 1, "error"),
        (TWO, {("totals", None): Fault.TOO_FEW}, 1, "loader answer"),
        (THREE, {}, 4, None),
        (THREE, {("title", 2): Fault.MISSING}, 4, "error"),
        (THREE, {("note", 8): Fault.EXCEPTION}, 4, "exception or awaitable"),
        ("mutation { a: add(by: 0) { total } b: add(by: 1) { total } }", {}, 1, "error"),
        ("mutation { a: maybeAdd(by: 0) { total } b: add(by: 1) { total } }", {}, 2, "error"),
        (
            "mutation { a: maybeAdd(by: 3) { total } b: maybeAdd(by: 0) { total } c: add(by: 1) { total } }",
            {},
            3,
            "error",
        ),
        (
            "mutation { a: add(by: 3) { total } __typename b: add(by: 0) { total } c: add(by: 1) { total } }",
            {},
            2,
            "error",
        ),
        ("mutation ($x: Int!) { a: add(by: 3) { total } b: add(by: $x) { total } }", {}, 0, "variables"),
    ],
)
async def test_each_mutation_runs_once(  # noqa: PLR0913, PLR0917 - a table
    synthetic: CompiledSchema,
    plain: strawberry.Schema,
    document: str,
    faults: Faults,
    calls: int,
    fallback: str | None,
) -> None:
    worlds = [World(faults), World(faults)]
    remaining = iter(worlds)
    found = await compare(synthetic, plain, document, context=lambda: next(remaining))
    assert found.differences == []
    assert found.fallback == fallback
    assert [world.calls["add"] for world in worlds] == [calls, calls]
    assert worlds[0].total == worlds[1].total


async def test_a_mutation_does_not_show_effects_of_the_next_one(synthetic: CompiledSchema) -> None:
    document = "mutation { one: add(by: 1) { total } two: maybeAdd(by: 2) { total mustThing { title } } }"
    world = World({("title", 2): Fault.NULL})
    result = await synthetic.execute(document, context_value=world)
    assert result.data == {"one": {"total": 1}, "two": None}
    assert world.total == 3
