"""Fields beneath a selection that are not plain leaves: attributes of the parent, and fields with a loader."""

from collections.abc import Callable, Hashable
from typing import Any, Final

from graphql import FieldNode, GraphQLField, Undefined
from graphql.execution.values import get_argument_values
from graphql.language import VariableNode, Visitor, visit

from domain.lru_cache import LruCache
from graphql_api.execution.plan import Completion, Run
from schema.fields import Loader

_REMEMBERED: Final = 16
# Characters of a text among them; longer ones would take memory.
_REMEMBERED_LENGTH: Final = 200
# Equal values of these types are the same value. Equal times can be written in different time zones.
_PLAIN: Final = frozenset({str, int, bool, type(None), type(Undefined)})


class AttributeChild:
    """A field whose value is an attribute of the parent, or computed from it."""

    def __init__(self, key: str, completion: Completion, get: Callable[[Any], Any]) -> None:
        self.key = key
        self.completion = completion
        self._get = get

    async def values(self, run: Run, sources: list[Any]) -> list[Any]:
        """Read the value from each parent."""
        del run
        get = self._get
        return [get(source) for source in sources]


class BatchedChild:
    """A field with a loader, which is called once for all parents."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a field with a loader
        self,
        key: str,
        completion: Completion,
        loader: Loader,
        field: GraphQLField,
        node: FieldNode,
        convert: Callable[[dict[str, Any]], dict[str, Any]],
    ) -> None:
        self.key = key
        self.completion = completion
        self._loader = loader
        self._field = field
        self._node = node
        self._convert = convert
        self._variables = _variables_in(node)
        self._remembered: LruCache[tuple[Any, ...], tuple[Hashable]] = LruCache(_REMEMBERED)

    async def values(self, run: Run, sources: list[Any]) -> list[Any]:
        """Load the keys that no field of this operation has loaded yet."""
        loader = self._loader
        keys: list[Any] = [loader.key(source) for source in sources]
        given = self._given(run)
        if loader.many:
            answers = await run.load(loader.function, given, (key for group in keys if group for key in group))
            found = [None if group is None else [answers[key] for key in group] for group in keys]
        else:
            answers = await run.load(loader.function, given, keys)
            found = [None if key is None else answers[key] for key in keys]
        if loader.pick is None:
            return found
        pick = loader.pick
        return [None if key is None else pick(answer) for key, answer in zip(keys, found, strict=True)]

    def _given(self, run: Run) -> Hashable:
        """The arguments for the loader. They follow from the values of few variables, so plain ones are remembered."""
        if self._loader.arguments is None:
            return None
        coerced = run.variables.coerced
        values = tuple([coerced.get(name, Undefined) for name in self._variables])
        if not _PLAIN.issuperset(map(type, values)):
            return self._convert_arguments(run)
        found = self._remembered.get(values)
        if found is None:
            found = (self._convert_arguments(run),)
            if all(len(value) <= _REMEMBERED_LENGTH for value in values if isinstance(value, str)):
                self._remembered.put(values, found)
        return found[0]

    def _convert_arguments(self, run: Run) -> Hashable:
        arguments: Callable[..., Hashable] = self._loader.arguments  # type: ignore[assignment] # called with ones only
        return arguments(**self._convert(get_argument_values(self._field, self._node, run.variables)))


def _variables_in(field: FieldNode) -> tuple[str, ...]:
    """The names of the variables in the arguments of a field."""
    found: dict[str, None] = {}

    class Variables(Visitor):
        """Collects variables."""

        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            """Collect one."""
            found[node.name.value] = None

    for argument in field.arguments or ():
        visit(argument, Variables())
    return tuple(found)
