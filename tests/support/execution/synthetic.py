"""A schema with what the real one lacks: every shape of list and leaf, and fields that fail where a test says so."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Annotated, Any, Final

import strawberry
from strawberry.extensions import DisableValidation, SchemaExtension
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql_api.execution import CompiledSchema
from graphql_api.execution.limits import Limits
from schema.fields import AppInfo, batched, computed, leaf, renamed
from schema.nodes import is_row
from schema.scalars import NATIVES, SCALARS
from tests.support.execution.faults import value_with
from tests.support.execution.synthetic_rows import (
    Circle,
    Color,
    Level,
    Mood,
    Square,
    Thing,
    World,
    children_arguments,
    children_by_number,
    computing,
    friends_by_id,
    must_owners_by_id,
    owners_by_id,
    picked,
    totals_by_number,
    weights_by_number,
)

# For documents that the engine validates too, by the same rules: validation is most of the work of a small document.
UNVALIDATED: Final[Sequence[type[SchemaExtension]]] = (DisableValidation,)
UNLIMITED: Final = Limits(
    tokens=50_000, depth=100, aliases=10_000, directives=10_000, entries=10**9, slow_entries=10**9
)


@strawberry.interface
class Named:
    """An interface with a title."""

    title: str = leaf("The title.")


@strawberry.type(name="Circle")
class CircleType:
    """A circle."""

    is_type_of = is_row(Circle)
    radius: float = leaf("The radius.")


@strawberry.type(name="Square")
class SquareType:
    """A square."""

    is_type_of = is_row(Square)
    side: int = leaf("The side.")
    label: str | None = leaf("The label.")


Shape = Annotated[CircleType | SquareType, strawberry.union("Shape")]


@strawberry.type(name="Thing")
class ThingType(Named):
    """A thing with fields of all sorts."""

    is_type_of = is_row(Thing)
    number: int = leaf("The number.")
    note: str | None = leaf("A note.")
    ratio: float | None = leaf("A ratio.")
    price: Decimal | None = leaf("A price.")
    made: datetime = leaf("When it was made.")
    day: date | None = leaf("On which day.")
    blob: JSON | None = leaf("Anything.")
    color: Color = leaf("The color.")
    level: Level | None = leaf("The level.")
    mood: Mood | None = leaf("The mood.")
    colors: list[Color] = leaf("Colors.")
    tags: list[str] = leaf("Tags.")
    loose_tags: list[str | None] | None = leaf("Tags, perhaps.")
    matrix: list[list[int]] = leaf("Numbers.")
    loose_matrix: list[list[int | None] | None] | None = leaf("Numbers, perhaps.")
    doubled: int = computed(computing("doubled", lambda row: row.number * 2), "Twice the number.")
    remark: str | None = computed(computing("remark", lambda row: row.note), "A remark.")
    secret: str | None = renamed("hidden", "Something under another name.")
    same: "ThingType" = computed(lambda row: row, "The thing itself.")
    perhaps: "ThingType | None" = computed(computing("perhaps", lambda row: row), "The thing itself, perhaps.")
    named: Named | None = computed(computing("named", lambda row: row), "The thing itself, by its title.")
    parts: list[SquareType] = leaf("Parts.")
    loose_parts: list[SquareType | None] | None = leaf("Parts, perhaps.")
    grid: list[list[SquareType]] = leaf("Lists of parts.")
    loose_grid: list[list[SquareType | None] | None] | None = leaf("Lists of parts, perhaps.")
    shape: Shape | None = leaf("A shape.")
    shapes: list[Shape | None] = leaf("Shapes.")
    weight: int | None = batched(weights_by_number, key="number", description="The weight.")
    must_weight: int = batched(weights_by_number, key="number", description="The weight, never null.")
    owner: "ThingType | None" = batched(owners_by_id, key="owner_id", description="The owner.")
    owner_title: str | None = batched(
        owners_by_id, key="owner_id", pick=picked("title"), description="The title of the owner."
    )
    must_owner: "ThingType" = batched(must_owners_by_id, key="must_owner_id", description="The owner, never null.")
    friends: "list[ThingType]" = batched(friends_by_id, key="friend_ids", many=True, description="Friends.")
    loose_friends: "list[ThingType | None] | None" = batched(
        friends_by_id, key="loose_friend_ids", many=True, description="Friends, perhaps."
    )
    friend_count: int | None = batched(
        friends_by_id, key="friend_ids", many=True, pick=len, description="How many friends there are."
    )
    children: "list[ThingType]" = batched(
        children_by_number, key="number", arguments=children_arguments, description="Children, so many of them."
    )


@strawberry.type(name="Changed")
class ChangedType:
    """The payload of a mutation."""

    by: int = leaf("By how much.")
    total: int = batched(totals_by_number, key="by", description="The total at this moment.")
    thing: ThingType | None = leaf("A thing.")
    must_thing: ThingType = renamed("thing", "A thing, never null.")


def _root_field(returns: Any) -> Callable[[Callable[..., Any]], Any]:
    return lambda resolver: strawberry.field(resolver=resolver, graphql_type=returns)


@strawberry.type
class Query:
    """Reads."""

    @_root_field(list[ThingType])
    async def things(self, info: AppInfo, count: int = 3) -> Any:
        """Things from 1, and no more than 20: random documents ask for any number."""
        world: Any = info.context
        return _root(world, "things", [world.thing(number) for number in range(1, min(count, 20) + 1)])

    @_root_field(list[ThingType | None] | None)
    async def loose_things(self, info: AppInfo) -> Any:
        """Things and nulls."""
        world: Any = info.context
        return _root(world, "loose_things", [None, world.thing(4), world.thing(5)])

    @_root_field(ThingType | None)
    async def thing(self, info: AppInfo, number: int = 1) -> Any:
        """One thing; none of a negative number."""
        world: Any = info.context
        return _root(world, "thing", world.thing(number) if number >= 0 else None)

    @_root_field(list[Named | None])
    def named(self, info: AppInfo) -> Any:
        """Something by an interface, at once."""
        world: Any = info.context
        return _root(world, "named", [world.thing(7), None])

    @_root_field(int | None)
    async def count(self, info: AppInfo) -> Any:
        """A number."""
        return _root(info.context, "count", 3)

    @_root_field(list[list[Shape]])
    async def plane(self, info: AppInfo) -> Any:
        """Lists of lists of a union."""
        return _root(info.context, "plane", [[Circle(1.0), Square(1)], [], [Square(2)]])


@strawberry.type
class Mutation:
    """Changes."""

    @_root_field(ChangedType)
    async def add(self, info: AppInfo, by: int) -> Any:
        """Add to the total; what was loaded before is forgotten."""
        return _add(info.context, by)

    @_root_field(ChangedType | None)
    async def maybe_add(self, info: AppInfo, by: int) -> Any:
        """The same, with an answer that may be null."""
        return _add(info.context, by)


def _add(context: Any, by: int) -> Any:
    world: World = context
    world.calls["add"] += 1
    world.loaders.clear()
    if by == 0:
        message = "Nothing to add."
        raise ValueError(message)
    world.total += by
    return SimpleNamespace(by=by, thing=world.thing(by))


def _root(context: Any, name: str, value: Any) -> Any:
    world: World = context
    world.calls[name] += 1
    fault = world.faults.get((name, None))
    return value if fault is None else value_with(fault, value)


def compiled_schema(limits: Limits = UNLIMITED) -> CompiledSchema:
    """The schema on the engine."""
    return CompiledSchema(Query, Mutation, config=_config(), natives=NATIVES, limits=limits)


def standard_schema(extensions: Sequence[type[SchemaExtension]] = ()) -> strawberry.Schema:
    """The schema on graphql-core."""
    return Quiet(Query, Mutation, config=_config(), execution_context_class=NonCancelingContext, extensions=extensions)


class NonCancelingContext(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, which does not cancel the loader of a field that it gives up: others may wait for it."""

    async def with_abort_signal(self, awaitable: Awaitable[Any]) -> Any:
        """Wait for a value."""
        return await asyncio.shield(super().with_abort_signal(awaitable))


class Quiet(strawberry.Schema):
    """A schema that does not log the errors that tests ask for."""

    def process_errors(self, errors: list[Any], execution_context: Any = None) -> None:
        """Log nothing."""


def _config() -> StrawberryConfig:
    return StrawberryConfig(scalar_map=SCALARS)
