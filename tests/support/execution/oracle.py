"""Executes a document by the engine and by graphql-core, and says in which respects the answers differ.

Data are compared as the JSON text that a client gets, so values, their order and the order of keys must be the same.
Errors are compared by message, path, locations and extensions, but not by their order: the specification leaves it
open, and it depends on which loader is answered first. If several errors end in the same null, the specification wants
one of them to be reported and does not say which: then a null must have an error in both answers, not the same one.
Such a comparison succeeds, and says so by `loose`.
"""

import asyncio
import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import strawberry
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import PreExecutionError

from graphql_api.execution import CompiledSchema

Path = tuple[str | int, ...]
Errors = list[tuple[Path, bytes]]


@dataclass(frozen=True)
class Answer:
    """The result of one execution. `errors` are JSON texts, each with its path."""

    data: bytes
    errors: Sequence[tuple[Path, bytes]]
    executed: bool

    @property
    def value(self) -> Any:
        """The data as a client reads them."""
        return orjson.loads(self.data)

    @property
    def messages(self) -> list[str]:
        """The sentences of the errors, sorted."""
        return sorted(orjson.loads(error)["message"] for _, error in self.errors)

    @property
    def paths(self) -> list[Path]:
        """The places of the errors, sorted."""
        return sorted((path for path, _ in self.errors), key=str)


@dataclass(frozen=True)
class Comparison:
    """Both answers. `fallback` is why the plan was given up; None: it was executed."""

    engine: Answer
    standard: Answer
    fallback: str | None

    @property
    def differences(self) -> list[str]:
        """In what the answers differ, in words; empty when they are the same."""
        found = []
        if self.engine.executed != self.standard.executed:
            found.append(f"executed: {self.engine.executed}, not {self.standard.executed}")
        if self.engine.data != self.standard.data:
            found.append(f"data: {self.engine.data!r}, not {self.standard.data!r}")
        if self._unlike_errors():
            found.append(f"errors: {self.engine.errors!r}, not {self.standard.errors!r}")
        return found

    @property
    def loose(self) -> bool:
        """Whether the answers report different ones of several errors that end in the same null."""
        return Counter(self.engine.errors) != Counter(self.standard.errors) and not self._unlike_errors()

    def _unlike_errors(self) -> bool:
        if Counter(self.engine.errors) == Counter(self.standard.errors):
            return False
        if self.engine.data != self.standard.data:
            return True
        ours, theirs = _by_null(self.engine), _by_null(self.standard)
        return set(ours) != set(theirs) or any(not _may_differ(ours[null], theirs[null]) for null in ours)


async def compare(  # noqa: PLR0913 - both schemas, and what an operation consists of
    compiled: CompiledSchema,
    standard: strawberry.Schema,
    document: str,
    variables: Mapping[str, Any] | None = None,
    *,
    context: Callable[[], Any],
    operation_name: str | None = None,
) -> Comparison:
    """Execute a document by both; each gets a context of its own, and both contexts must be equal."""
    before = Counter(compiled.fallbacks)
    engine = await answer(compiled, document, variables, context=context, operation_name=operation_name)
    given_up = compiled.fallbacks - before
    fallback = next((reason for _, reason in given_up), None)
    oracle = await answer(standard, document, variables, context=context, operation_name=operation_name)
    return Comparison(engine, oracle, fallback)


async def answer(
    schema: strawberry.Schema,
    document: str,
    variables: Mapping[str, Any] | None,
    *,
    context: Callable[[], Any],
    operation_name: str | None = None,
) -> Answer:
    """Execute a document by one schema, in a new context that is closed afterwards if it can be."""
    operation = context()
    others = asyncio.all_tasks()
    try:
        result = await schema.execute(
            document,
            variable_values=None if variables is None else dict(variables),
            context_value=operation,
            operation_name=operation_name,
        )
    except (CannotGetOperationTypeError, InvalidOperationTypeError) as rejected:
        return Answer(b"null", [((), repr((type(rejected), str(rejected))).encode())], executed=False)
    finally:
        # graphql-core answers as soon as all is null, and leaves loaders behind that still read.
        while pending := asyncio.all_tasks() - others:
            await asyncio.wait(pending)
        closing = operation.close() if hasattr(operation, "close") else None
        if inspect.isawaitable(closing):
            await closing
    # As the transport writes it, except for values that JSON does not know: the wrong answers of broken resolvers.
    data = orjson.dumps(result.data, default=repr, option=orjson.OPT_UTC_Z)
    errors = [(tuple(error.path or ()), _text(error.formatted)) for error in result.errors or ()]
    return Answer(data, errors, executed=not isinstance(result, PreExecutionError))


def _text(formatted: Mapping[str, Any]) -> bytes:
    """The error as JSON. What aiodataloader says about its keys depends on which of them it happened to collect."""
    message = formatted["message"].partition("\n\nKeys:")[0]
    return orjson.dumps({**formatted, "message": message}, default=repr, option=orjson.OPT_SORT_KEYS)


def _by_null(found: Answer) -> dict[Path | None, Errors]:
    """The errors by the place of the null that they ended in; None for those that ended in no null."""
    errors: dict[Path | None, Errors] = {}
    for path, text in sorted(found.errors, key=str):
        errors.setdefault(_null_of(found.value, path), []).append((path, text))
    return errors


def _may_differ(ours: Errors, theirs: Errors) -> bool:
    """Whether both may report different errors of one null, and agree otherwise."""
    said = dict(theirs)
    return all(said.get(path, text) == text for path, text in ours)


def _null_of(data: Any, path: Path) -> Path | None:
    value = data
    for depth, key in enumerate(path):
        if value is None:
            return path[:depth]
        value = value[key]
    return path if value is None else None
