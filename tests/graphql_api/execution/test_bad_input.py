"""Malformed and hostile documents are rejected quickly and leave nothing behind."""

import asyncio
import os
import resource
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from graphql_api.execution import CompiledSchema
from graphql_api.execution.documents import CACHED_LENGTH, Document
from graphql_api.execution.limits import Limits
from graphql_api.execution.schema import DOCUMENT_CACHE_SIZE
from tests.support.execution.oracle import compare
from tests.support.execution.synthetic import compiled_schema
from tests.support.execution.synthetic_rows import World

# 10,000 of them when `make fuzz` takes its time.
DOCUMENTS = 10_000 if "TESSERA_FUZZ" in os.environ else 3_000
QUICKLY = 2.0  # seconds, on a busy machine; each takes a few milliseconds


@pytest.fixture
async def limited() -> AsyncIterator[CompiledSchema]:
    """A schema with the limits of the server. After a test it still answers the next request."""
    schema = compiled_schema(Limits())
    yield schema
    fallbacks = schema.fallbacks.copy()
    result = await schema.execute("{ things { number owner { title } } }", context_value=World())
    assert result.errors is None
    assert result.data is not None
    assert len(result.data["things"]) == 3
    assert schema.fallbacks == fallbacks


def _chain(links: int, fields: str) -> str:
    """Fragments of which each spreads the next one several times."""
    parts = [f"fragment F{index} on Thing {{ {fields.format(f'...F{index + 1}')} }}" for index in range(links)]
    return f"{{ thing {{ ...F0 }} }} {' '.join(parts)} fragment F{links} on Thing {{ number }}"


TOO_LARGE = {
    "too deep": ("{ thing " + "{ same " * 15 + "{ number }" + " }" * 15 + " }", "17 levels deep, and at most 12"),
    "too many aliases": (f"{{ {' '.join(f'a{n}: count' for n in range(300))} }}", "300 aliases, and at most 30"),
    "too many directives": (f"{{ count {'@skip(if: false) ' * 60} }}", None),
    "directives over fields": (f"{{ {'count @skip(if: false) ' * 60} }}", "60 directives, and at most 50"),
    "too many tokens": (f"{{ {' '.join(f'a{n}: count' for n in range(1000))} }}", "2000 tokens"),
    "fragments with aliases": (_chain(20, "a: same {{ {0} }} b: same {{ {0} }}"), "aliases, and at most 30"),
    "fragments within fragments": (_chain(20, "same {{ {0} }} perhaps {{ {0} }}"), "levels deep, and at most 12"),
    "a number that Python cannot read": (
        f"{{ count @skip(if: {'9' * 5_000}) }}",
        "A number has 5,000 digits, and at most 1,000 are allowed.",
    ),
    "a circle": (
        "{ thing { ...A } } fragment A on Thing { same { ...A } }",
        "Cannot spread fragment 'A' within itself",
    ),
}


@pytest.mark.parametrize("name", TOO_LARGE)
async def test_a_document_that_is_too_large_is_rejected_quickly(name: str, limited: CompiledSchema) -> None:
    document, words = TOO_LARGE[name]
    begun = time.perf_counter()
    result = await limited.execute(document, context_value=World())
    assert time.perf_counter() - begun < QUICKLY
    assert result.data is None
    assert result.errors
    assert words is None or any(words in error.message for error in result.errors)
    assert len(limited.documents) == 0


async def test_fragments_that_multiply_below_the_limits_are_answered_quickly(limited: CompiledSchema) -> None:
    begun = time.perf_counter()
    for document in (_chain(20, "{0} {0} {0} number"), _chain(8, "same {{ {0} {0} }} perhaps {{ {0} title }}")):
        result = await limited.execute(document, context_value=World())
        assert result.errors is None
    assert time.perf_counter() - begun < QUICKLY


@pytest.mark.parametrize("name", ["Nobody", None])
async def test_an_unknown_operation_is_rejected(name: str | None, limited: CompiledSchema) -> None:
    with pytest.raises(CannotGetOperationTypeError):
        await limited.execute("query A { count } query B { count }", operation_name=name)


async def test_a_kind_of_operation_that_is_not_allowed_is_rejected(limited: CompiledSchema) -> None:
    world = World()
    with pytest.raises(InvalidOperationTypeError):
        await limited.execute(
            "mutation { add(by: 1) { by } }", context_value=world, allowed_operation_types=[OperationType.QUERY]
        )
    assert world.total == 0


def test_a_long_document_is_not_cached(limited: CompiledSchema) -> None:
    """N2: a thousand documents with a megabyte of spaces each would take a gigabyte."""
    assert isinstance(limited.documents.prepare(f"{{ __typename{' ' * CACHED_LENGTH} }}"), Document)
    assert len(limited.documents) == 0
    limited.documents.prepare("{ __typename }")
    assert len(limited.documents) == 1


@pytest.mark.parametrize(
    "document", ["", "   ", "{", "{ nothing }", "query { count } {", "fragment A on Thing { note }"]
)
async def test_malformed_documents_are_rejected_and_not_cached(document: str, limited: CompiledSchema) -> None:
    try:
        result = await limited.execute(document, context_value=World())
    except CannotGetOperationTypeError:
        assert document.startswith("fragment")
        return
    assert result.data is None
    assert all(isinstance(error, GraphQLError) for error in result.errors or ())
    assert len(limited.documents) == 0


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"filter": None},
        {"filter": {"statuses": "NOPE"}},
        {"filter": {"statuses": ["APPROVED", 3]}},
        {"filter": {"activeOn": "2026-02-30", "geographyIds": [[1]]}},
        {"filter": {"nothing": 1, "search": ["x"]}, "first": "1"},
        {"filter": 3, "first": 2**40},
        {"filter": {"channels": [None]}, "first": 1.5},
    ],
)
async def test_variables_of_the_wrong_type_get_the_words_of_graphql_core(
    variables: dict[str, Any], compiled: CompiledSchema, standard: strawberry.Schema
) -> None:
    document = """query Wrong($filter: SchemeFilter!, $first: Int) {
        schemes(filter: $filter, first: $first) { totalCount } }"""
    found = await compare(compiled, standard, document, variables, context=World)
    assert found.differences == []
    assert not found.loose
    assert found.fallback == "variables"
    assert found.engine.messages == found.standard.messages != []


async def test_any_number_of_documents_takes_the_room_of_a_thousand(limited: CompiledSchema) -> None:
    async def send(numbers: range) -> int:
        for number in numbers:
            await limited.execute(f"{{ a{number}: count }}", context_value=World())
        return _resident_pages()

    before = await send(range(DOCUMENT_CACHE_SIZE + 200))
    after = await send(range(DOCUMENT_CACHE_SIZE + 200, DOCUMENTS))
    assert len(limited.documents) == DOCUMENT_CACHE_SIZE
    # A cached document takes more than 10 KB.
    assert (after - before) * resource.getpagesize() < (DOCUMENTS - DOCUMENT_CACHE_SIZE) * 4096


async def test_each_outcome_of_conditions_is_planned_and_few_plans_are_kept(limited: CompiledSchema) -> None:
    names = [f"c{number}" for number in range(6)]
    fields = " ".join(f"@include(if: ${name})" and f"count @include(if: ${name})" for name in names)
    document = f"query ({' '.join(f'${name}: Boolean!' for name in names)}) {{ __typename {fields} }}"
    for outcome in range(2 ** len(names)):
        values = {name: bool(outcome >> place & 1) for place, name in enumerate(names)}
        result = await limited.execute(document, values, World())
        assert result.data == ({"__typename": "Query", "count": 3} if outcome else {"__typename": "Query"})
    prepared = limited.documents.prepare(document)
    assert not isinstance(prepared, list)
    operation = prepared.operation(None)
    assert operation is not None
    assert len(operation.plans) == 16


def test_a_cancelled_operation_leaves_nothing_behind(limited: CompiledSchema) -> None:
    """In a loop of its own: servers of other tests start and end tasks at any moment."""
    asyncio.run(_cancel_operation(limited))


async def _cancel_operation(limited: CompiledSchema) -> None:
    document = "{ thing { weight mustOwner { title } } }"
    world = World()
    world.gate = asyncio.get_running_loop().create_future()
    others = asyncio.all_tasks()
    task = asyncio.create_task(limited.execute(document, context_value=world))
    while not world.calls["weight"]:  # noqa: ASYNC110 - the loader has no event to wait for
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == others
    result = await limited.execute(document, context_value=World())
    assert result.data == {"thing": {"weight": 100, "mustOwner": {"title": "Thing 21"}}}
    assert not limited.fallbacks


def _resident_pages() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
