"""What a compiled operation is: selections, the fields beneath them, and how values become answers.

A plan is made for success. Whatever is irregular, an error, a null where none may be, a type nobody declared, raises
`Irregular`, and graphql-core answers the operation instead (see `graphql_api.execution.schema`).
"""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Protocol

from graphql import FieldNode, GraphQLAbstractType, GraphQLField, GraphQLObjectType, GraphQLSchema
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.base import get_object_definition

from schema.fields import Batch

Row = dict[str, Any]
BatchFunction = Callable[..., Awaitable[Sequence[Any]]]


class Irregular(Exception):
    """The plan does not cover this; `reason` says what, in a word or two that can be counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Run:
    """One execution of a plan; some variables are `decoded` to what a resolver takes, subscriptions have an `event`."""

    context: Any
    variables: VariableValues
    decoded: AbstractSet[str] = frozenset()
    event: Any = None

    async def load(
        self,
        function: BatchFunction,
        given: Hashable,
        keys: Iterable[Any],
    ) -> dict[Any, Any]:
        """The answers of a batch function by key; it is called for those that it has not been asked for yet.

        The answers live in `context.loaders`, which a write of the operation empties.
        """
        answers = _answers(self.context, function, given)
        missing = [key for key in dict.fromkeys(keys) if key is not None and key not in answers]
        if missing:
            extra = () if given is None else (given,)
            found = await function(self.context, missing, *extra)
            if len(found) != len(missing) or any(isinstance(answer, Exception) for answer in found):
                raise Irregular("batch answer")
            answers.update(zip(missing, found, strict=True))
        return answers


def remember(context: Any, function: BatchFunction, answers: dict[Any, Any]) -> None:
    """Give a plan what a batch function without arguments would answer, because it is known already."""
    _answers(context, function, None).update(answers)


def _answers(context: Any, function: BatchFunction, given: Hashable) -> dict[Any, Any]:
    found: dict[Any, Any] = context.loaders.setdefault(("plan", function, given), {})
    return found


class Completion(Protocol):
    """How the values of one field, one per parent, become what is answered."""

    async def complete(self, run: Run, values: list[Any]) -> list[Any]:
        """The answers, in the order of the values. Raises Irregular."""
        ...


class Child(Protocol):
    """A field beneath a selection that is not a plain leaf."""

    key: str
    completion: Completion

    async def values(self, run: Run, sources: list[Any]) -> list[Any]:
        """The field's value for each parent."""
        ...


class Selection:
    """The fields that are selected on one object type, for any number of parents at once."""

    def __init__(
        self, type_: GraphQLObjectType, build: Callable[[list[Any]], list[Row]], children: Sequence[Child]
    ) -> None:
        self._type = type_
        self._build = build
        self._children = children
        self._accepted: set[type] = set()

    async def run(self, run: Run, sources: list[Any]) -> list[Row]:
        """One answer per parent. Leaves are made by one generated function; then each child, for all parents."""
        if not sources:
            return []
        self._accept(sources)
        rows = self._build(sources)
        for child in self._children:
            answers = await child.completion.complete(run, await child.values(run, sources))
            key = child.key
            for row, answer in zip(rows, answers, strict=True):
                row[key] = answer
        return rows

    def _accept(self, sources: list[Any]) -> None:
        """Every parent must be of this type. Whether it is depends on its class only, so classes are asked once."""
        unknown = set(map(type, sources)) - self._accepted
        if not unknown:
            return
        is_type_of = self._type.is_type_of
        for source in sources:
            cls = type(source)
            if cls in unknown:
                unknown.remove(cls)
                # Our `is_type_of` do not look at the info. Without one, anything but an error or a promise will do.
                if issubclass(cls, Exception | Awaitable) or (is_type_of and not is_type_of(source, None)):  # type: ignore[arg-type]
                    raise Irregular("wrong type")
                self._accepted.add(cls)


class AttributeChild:
    """A field whose value is an attribute of the parent, or computed from it."""

    def __init__(self, key: str, completion: Completion, get: Callable[[Any], Any]) -> None:
        self.key = key
        self.completion = completion
        self._get = get

    async def values(self, run: Run, sources: list[Any]) -> list[Any]:
        """Ask each parent."""
        del run
        get = self._get
        return [get(source) for source in sources]


class BatchedChild:
    """A field whose value a batch function knows, asked once for all parents."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a batched field
        self,
        key: str,
        completion: Completion,
        batch: Batch,
        field: GraphQLField,
        node: FieldNode,
        convert: Callable[[dict[str, Any]], dict[str, Any]],
    ) -> None:
        self.key = key
        self.completion = completion
        self._batch = batch
        self._field = field
        self._node = node
        self._convert = convert

    async def values(self, run: Run, sources: list[Any]) -> list[Any]:
        """Ask the batch function for what no field of this operation has asked for yet."""
        batch = self._batch
        keys: list[Any] = [batch.key(source) for source in sources]
        given = self._given(run)
        if batch.many:
            answers = await run.load(batch.function, given, (key for group in keys if group for key in group))
            found = [None if group is None else [answers[key] for key in group] for group in keys]
        else:
            answers = await run.load(batch.function, given, keys)
            found = [None if key is None else answers[key] for key in keys]
        if batch.pick is None:
            return found
        pick = batch.pick
        return [None if key is None else pick(answer) for key, answer in zip(keys, found, strict=True)]

    def _given(self, run: Run) -> Hashable:
        if self._batch.arguments is None:
            return None
        values = get_argument_values(self._field, self._node, run.variables)
        return self._batch.arguments(**self._convert(values))


class ObjectCompletion:
    """A value that is one object of a known type."""

    def __init__(self, selection: Selection, *, nullable: bool) -> None:
        self._selection = selection
        self._nullable = nullable

    async def complete(self, run: Run, values: list[Any]) -> list[Any]:
        """Answer for all objects at once; null stays null where it may."""
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
            elif kind.is_type_of is not None and kind.is_type_of(value, None):  # type: ignore[arg-type] # as above
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
