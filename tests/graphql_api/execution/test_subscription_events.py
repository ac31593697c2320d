"""One event of a subscription is answered by a plan, with the same bytes as graphql-core's own subscription gives."""

from collections.abc import AsyncIterator
from typing import Any

import graphql
import orjson
import pytest
import strawberry
from strawberry.types.graphql import OperationType

from graphql_api.execution import CompiledSchema
from graphql_api.execution.limits import Limits
from schema.fields import batched, leaf


class Move:
    """The row of an event."""

    def __init__(self, number: int, place: int | None) -> None:
        self.number = number
        self.place = place


async def places(context: "Context", keys: list[int]) -> list[str | None]:
    """The loader: odd places have no name."""
    context.calls.append(keys)
    return [None if key % 2 else f"Place {key}" for key in keys]


class Context:
    """The context that the engine requires."""

    def __init__(self) -> None:
        self.loaders: dict[Any, Any] = {}
        self.calls: list[list[int]] = []


@strawberry.type
class MoveType:
    """The shape of an event."""

    number: int = leaf("The number.")
    place: str = batched(places, key="place", description="The place.")


@strawberry.type
class Query:
    """A schema needs one."""

    one: int = 1


@strawberry.type
class Subscription:
    """The stream."""

    @strawberry.subscription(graphql_type=MoveType)  # type: ignore[untyped-decorator] # with a type of its own it has none
    async def moved(self, above: int = 0) -> AsyncIterator[Any]:
        """Moves with a number above the argument."""
        for number in (1, 2, 3):
            if number > above:
                yield Move(number, place=number)


DOCUMENT = "subscription Moves($above: Int) { moved(above: $above) { __typename n: number place } }"


@pytest.fixture(scope="module")
def engine() -> CompiledSchema:
    """The compiled schema."""
    return CompiledSchema(Query, subscription=Subscription, limits=Limits())


@pytest.mark.parametrize("above", [0, 1])
async def test_events_are_answered_as_graphql_core_answers_them(engine: CompiledSchema, above: int) -> None:
    """A null in a non-null field is an error with its path, in the answer to that event alone."""
    subscribed: Any = graphql.subscribe(
        engine._schema,  # noqa: SLF001 - no public way
        graphql.parse(DOCUMENT),
        context_value=Context(),
        variable_values={"above": above},
    )
    stream = await subscribed
    expected = [orjson.dumps(answer.formatted) async for answer in stream]
    found = []
    for number in range(above + 1, 4):
        answer = await engine.execute(
            DOCUMENT, {"above": above}, Context(), Move(number, place=number), "Moves", {OperationType.SUBSCRIPTION}
        )
        core = graphql.ExecutionResult(answer.data, answer.errors)
        found.append(orjson.dumps(core.formatted))
    assert found == expected


async def test_an_event_is_planned_and_its_loader_called_once(engine: CompiledSchema) -> None:
    before, context = dict(engine.fallbacks), Context()
    answer = await engine.execute(
        DOCUMENT, {"above": 0}, context, Move(2, place=2), "Moves", {OperationType.SUBSCRIPTION}
    )
    assert (answer.data, answer.errors) == ({"moved": {"__typename": "MoveType", "n": 2, "place": "Place 2"}}, None)
    assert context.calls == [[2]]
    assert engine.fallbacks == before
