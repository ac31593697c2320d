"""Fields beneath a selection that are not plain leaves: attributes of the parent, and fields with a loader."""

from collections.abc import Callable, Hashable
from typing import Any

from graphql import FieldNode, GraphQLField
from graphql.execution.values import get_argument_values

from graphql_api.execution.plan import Completion, Run
from schema.fields import Loader


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
        if self._loader.arguments is None:
            return None
        values = get_argument_values(self._field, self._node, run.variables)
        return self._loader.arguments(**self._convert(values))
