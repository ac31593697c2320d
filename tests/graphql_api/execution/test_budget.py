"""Answers are bounded: lists in lists multiply, and one request must not stop the server (R26, N2)."""

import pytest

from graphql_api.execution.limits import Limits
from tests.support.execution.synthetic import compiled_schema
from tests.support.execution.synthetic_rows import World

MESSAGE = (
    "The answer is too large: its lists have more than 30 entries. Request shorter lists, or follow them with another "
    "request."
)
# What graphql-core executes, beside what plans execute.
ROOTS = {"plan": "", "graphql-core": "__schema { queryType { name } }"}


@pytest.mark.parametrize("root", ROOTS.values(), ids=ROOTS)
async def test_an_answer_with_too_many_entries_has_no_data(root: str) -> None:
    """One entry more than allowed, over all lists together; and the next request is answered."""
    schema = compiled_schema(Limits(entries=30, slow_entries=30))
    for count, whole in ((10, True), (11, False)):
        document = f"{{ {root} things(count: {count}) {{ children(first: 2) {{ number }} }} }}"
        result = await schema.execute(document, context_value=World())
        assert (result.errors is None, result.data is not None) == (whole, whole)
        for error in result.errors or ():
            assert (error.message, error.extensions) == (MESSAGE, {"code": "COST_LIMIT"})
            assert error.path is None
    assert (await schema.execute("{ count }", context_value=World())).data == {"count": 3}


@pytest.mark.parametrize("root", ROOTS.values(), ids=ROOTS)
async def test_lists_in_lists_stop_before_they_are_answered(root: str) -> None:
    """Twenty to the power of six entries would take hours."""
    schema, world = compiled_schema(Limits(entries=1_000, slow_entries=1_000)), World()
    inner = "children(first: 20) { " * 5 + "number" + " }" * 5
    result = await schema.execute(f"{{ {root} things(count: 20) {{ {inner} }} }}", context_value=world)
    assert result.data is None
    assert [error.extensions for error in result.errors or ()] == [{"code": "COST_LIMIT"}]
