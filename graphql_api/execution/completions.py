"""How the values of a field become answers, by the kind of its type: object, interface or union, list, leaf."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLAbstractType, GraphQLObjectType, GraphQLSchema
from strawberry.types.base import get_object_definition

from graphql_api.execution.plan import Completion, Irregular, Run, Selection


class ObjectCompletion:
    """A value that is one object of a known type."""

    def __init__(self, selection: Selection, *, nullable: bool) -> None:
        self._selection = selection
        self._nullable = nullable

    async def complete(self, run: Run, values: list[Any]) -> list[Any]:
        """Answer all objects at once; null stays null where it is allowed."""
        if None not in values:
            return await self._selection.run(run, values)
        if not self._nullable:
            raise Irregular("null")
        answers = iter(await self._selection.run(run, [value for value in values if value is not None]))
        return [None if value is None else next(answers) for value in values]


class AbstractCompletion:
    """A value that is an object of one of several types; each type is answered at once."""

    def __init__(
        self,
        schema: GraphQLSchema,
        type_: GraphQLAbstractType,
        select: Callable[[GraphQLObjectType], Selection],
        *,
        nullable: bool,
    ) -> None:
        self._possible = schema.get_possible_types(type_)
        self._select = select
        self._selections: dict[str, Selection] = {}
        self._types: dict[type, GraphQLObjectType] = {}
        self._nullable = nullable

    async def complete(self, run: Run, values: list[Any]) -> list[Any]:
        """Split the values by type, answer each, and put the answers back in order."""
        places: dict[str, list[int]] = {}
        for index, value in enumerate(values):
            if value is not None:
                places.setdefault(self._type_of(value), []).append(index)
            elif not self._nullable:
                raise Irregular("null")
        answers: list[Any] = [None] * len(values)
        for name, indices in places.items():
            found = await self._selections[name].run(run, [values[index] for index in indices])
            for index, answer in zip(indices, found, strict=True):
                answers[index] = answer
        return answers

    def _type_of(self, value: Any) -> str:
        cls = type(value)
        found = self._types.get(cls)
        if found is None:
            found = self._types[cls] = self._find_type(value)
        if found.name not in self._selections:
            self._selections[found.name] = self._select(found)
        return found.name

    def _find_type(self, value: Any) -> GraphQLObjectType:
        """An instance of a declared type is of that type; a row is of the type that recognizes it."""
        declared = get_object_definition(value)
        for kind in self._possible:
            if declared is not None:
                if kind.name == declared.name:
                    return kind
            elif kind.is_type_of is not None and kind.is_type_of(value, None):  # type: ignore[arg-type] # our `is_type_of` functions ignore the info
                return kind
        raise Irregular("unknown type")


class ListCompletion:
    """A value that is a list; all items of all lists are answered at once."""

    def __init__(self, item: Completion, *, nullable: bool) -> None:
        self._item = item
        self._nullable = nullable

    async def complete(self, run: Run, values: list[Any]) -> list[Any]:
        """Flatten, answer, and cut into lists again."""
        flat: list[Any] = []
        for value in values:
            if value is not None:
                if not isinstance(value, list | tuple):
                    raise Irregular("not a list")
                if run.budget is not None:
                    run.budget.spend(len(value))
                flat.extend(value)
            elif not self._nullable:
                raise Irregular("null")
        answers = await self._item.complete(run, flat)
        cut: list[Any] = []
        start = 0
        for value in values:
            if value is None:
                cut.append(None)
            else:
                cut.append(answers[start : start + len(value)])
                start += len(value)
        return cut


class LeafCompletion:
    """A value that is a scalar, an enum value, or a list of them."""

    def __init__(self, encode: Callable[[Any], Any]) -> None:
        self._encode = encode

    async def complete(self, run: Run, values: list[Any]) -> list[Any]:
        """Encode each."""
        del run
        encode = self._encode
        return [encode(value) for value in values]
