"""Compiled operations: selections, the fields beneath them, and one run of them.

A plan covers success only. Anything irregular (an error, a null where none is allowed, an undeclared type) raises
`Irregular`, and graphql-core executes the operation instead: see `graphql_api.execution.fallback`.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Protocol

from graphql import GraphQLObjectType
from graphql.execution.values import VariableValues

from graphql_api.execution.budget import Budget
from resolvers.loading import known_answers

Row = dict[str, Any]
LoaderFunction = Callable[..., Awaitable[Sequence[Any]]]


class Irregular(Exception):
    """A case that plans do not cover; `reason` is a word or two, to be counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Run:
    """One execution of a plan. Resolvers take `decoded` variables without conversion; subscriptions have an `event`."""

    context: Any
    variables: VariableValues
    decoded: AbstractSet[str] = frozenset()
    event: Any = None
    budget: Budget | None = None

    async def load(
        self,
        function: LoaderFunction,
        given: Hashable,
        keys: Iterable[Any],
    ) -> dict[Any, Any]:
        """Return the answers of a loader by key; call it for keys that have no answer yet. Raises Irregular.

        The answers live in `context.loaders`, which a write of the operation empties.
        """
        answers = known_answers(self.context.loaders, function, given)
        missing = [key for key in dict.fromkeys(keys) if key is not None and key not in answers]
        if missing:
            extra = () if given is None else (given,)
            found = await function(self.context, missing, *extra)
            if len(found) != len(missing) or any(isinstance(answer, Exception) for answer in found):
                raise Irregular("loader answer")
            answers.update(zip(missing, found, strict=True))
        return answers


class Completion(Protocol):
    """How the values of one field, one per parent, become answers."""

    async def complete(self, run: Run, values: list[Any]) -> list[Any]:
        """Return the answers, in the order of the values. Raises Irregular."""
        ...


class Child(Protocol):
    """A field beneath a selection that is not a plain leaf."""

    key: str
    completion: Completion

    async def values(self, run: Run, sources: list[Any]) -> list[Any]:
        """Return the value of the field for each parent."""
        ...


class Selection:
    """The selected fields of one object type, answered for any number of parents at once."""

    def __init__(
        self, type_: GraphQLObjectType, build: Callable[[list[Any]], list[Row]], children: Sequence[Child]
    ) -> None:
        self._type = type_
        self._build = build
        self._children = children
        self._accepted: set[type] = set()

    async def run(self, run: Run, sources: list[Any]) -> list[Row]:
        """Return one answer per parent: the leaves by one generated function, then each child for all parents."""
        if not sources:
            return []
        self._accept(sources)
        if not self._children:
            return self._leaves(sources)
        rows = self._build(sources)
        for child in self._children:
            answers = await child.completion.complete(run, await child.values(run, sources))
            key = child.key
            for row, answer in zip(rows, answers, strict=True):
                row[key] = answer
        return rows

    def _leaves(self, sources: list[Any]) -> list[Row]:
        """The answers of leaves alone; a parent that occurs several times is answered once for all places."""
        distinct = {id(source): source for source in sources}
        if len(distinct) == len(sources):
            return self._build(sources)
        answers = dict(zip(distinct, self._build(list(distinct.values())), strict=True))
        return [answers[id(source)] for source in sources]

    def _accept(self, sources: list[Any]) -> None:
        """Check that every parent is of this type. That depends on its class alone, so each class is checked once."""
        unknown = set(map(type, sources)) - self._accepted
        if not unknown:
            return
        is_type_of = self._type.is_type_of
        for source in sources:
            cls = type(source)
            if cls in unknown:
                unknown.remove(cls)
                # Our `is_type_of` functions ignore the info. Without one, any value fits but an error or an awaitable.
                if issubclass(cls, Exception | Awaitable) or (is_type_of and not is_type_of(source, None)):  # type: ignore[arg-type]
                    raise Irregular("wrong type")
                self._accepted.add(cls)
