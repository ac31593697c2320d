"""How fields are declared: plain leaves, pure computations, and batched reads of other rows.

Rows come from resolvers and are not instances of these classes: a GraphQL type here only says which attribute or
function answers which field. The execution engine finds the loader of a field in its `metadata`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Final, cast

import strawberry
from aiodataloader import DataLoader
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from resolvers.context import Operation

COMPUTE: Final = "tessera.compute"
LOADER: Final = "tessera.loader"

AppInfo = strawberry.Info[Operation, None]


class Loader:
    """How a field is read for many parents: the function, the key of a parent, and the part of the answer to pick."""

    def __init__(
        self,
        function: Callable[..., Awaitable[Sequence[Any]]],
        key: Callable[[Any], Hashable],
        pick: Callable[[Any], Any] | None,
        arguments: Callable[..., Hashable] | None,
        *,
        many: bool,
    ) -> None:
        self.function = function
        self.key = key
        self.pick = pick
        self.arguments = arguments
        self.many = many


class ComputedField(StrawberryField):
    """A field whose value is a pure function of its row."""

    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        """Call the function."""
        del info, args, kwargs
        return self.metadata[COMPUTE](source)


class BatchedField(StrawberryField):
    """A field whose value is read for all parents of an operation at once."""

    @property
    def is_basic_field(self) -> bool:
        """False: the resolver needs the operation."""
        return False

    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        """Ask the data loader of this operation."""
        del args
        loader: Loader = self.metadata[LOADER]
        key = loader.key(source)
        if key is None:
            return None
        given = None if loader.arguments is None else loader.arguments(**kwargs)
        data_loader = _data_loader(info.context, loader, given)
        # Shielded: an error elsewhere cancels this wait, and other fields may wait for the same row.
        asked = data_loader.load_many(cast("Iterable[Any]", key)) if loader.many else data_loader.load(key)
        answer = asyncio.shield(asked)
        return answer if loader.pick is None else _picked(answer, loader.pick)


def leaf(description: str, *, name: str | None = None, deprecated: str | None = None) -> Any:
    """A field that is an attribute of its row, under the same name."""
    return strawberry.field(description=description, name=name, deprecation_reason=deprecated)


def optional(description: str, *, name: str | None = None) -> Any:
    """An optional field of an input; omitting it and sending null mean the same."""
    return strawberry.field(default=None, description=description, name=name)


def choice(description: str, *, name: str | None = None) -> Any:
    """A field of a @oneOf input: exactly one of them is set, and the others stay UNSET."""
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


def computed(function: Callable[[Any], Any], description: str, *, name: str | None = None) -> Any:
    """A field that is a pure function of its row."""
    field = ComputedField(description=description, graphql_name=name, metadata={COMPUTE: function})
    return _not_in_init(field)


def renamed(attribute: str, description: str) -> Any:
    """A field that is an attribute of its row under another name."""
    return computed(attrgetter(attribute), description)


def batched(  # noqa: PLR0913 - the parts of a batched field, by name
    function: Callable[..., Awaitable[Sequence[Any]]],
    *,
    key: str,
    description: str,
    pick: Callable[[Any], Any] | None = None,
    arguments: Callable[..., Hashable] | None = None,
    many: bool = False,
    name: str | None = None,
) -> Any:
    """A field answered by a loader, which is called once with the keys of all parents.

    `key` is the attribute of the parent's row (a list of keys with `many`); a parent without a key has null. `pick`
    takes the field's value out of the answer, so that several fields can share one read. `arguments` declares the
    GraphQL arguments and turns them into one hashable value, which the function gets as its third parameter. `name` is
    the field's name in GraphQL, where Python reserves it.
    """
    loader = Loader(function=function, key=attrgetter(key), pick=pick, arguments=arguments, many=many)
    field = BatchedField(description=description, graphql_name=name, metadata={LOADER: loader})
    if arguments is not None:
        field.arguments = StrawberryResolver(arguments).arguments
    return _not_in_init(field)


def _data_loader(operation: Operation, loader: Loader, given: Hashable) -> DataLoader[Any, Any]:
    function, name = loader.function, (loader.function, given)
    found: DataLoader[Any, Any] | None = operation.loaders.get(name)
    if found is None:

        async def answer(keys: list[Any]) -> list[Any]:
            extra = () if given is None else (given,)
            return list(await function(operation, keys, *extra))

        found = operation.loaders[name] = DataLoader(answer)
    return found


async def _picked(answer: Awaitable[Any], pick: Callable[[Any], Any]) -> Any:
    return pick(await answer)


def _not_in_init(field: StrawberryField) -> Any:
    """Such a field has no value of its own, so constructors do not take one."""
    field.init = field.repr = field.compare = False
    return field
