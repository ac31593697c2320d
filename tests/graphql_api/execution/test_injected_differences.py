"""The comparison can fail: an engine that is wrong in one rare case is caught, by hand and by random documents."""

from collections.abc import Callable
from typing import Any

import pytest
import strawberry
from hypothesis import HealthCheck, Phase, given, settings

from graphql_api.execution import CompiledSchema, compile, completions, leaves  # noqa: A004 - the module
from tests.support.execution.oracle import Answer, Comparison, compare
from tests.support.execution.random_documents import RandomDocument, documents
from tests.support.execution.synthetic import compiled_schema
from tests.support.execution.synthetic_rows import World

DOCUMENT = """{ things(count: 4) { title children(first: 3) { number owner { title } } note tags
    shapes { ... on Circle { radius } ... on Square { side } } } }"""


def _keys_in_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    def reordered(keys: Any, *rest: Any) -> Any:
        return leaves.compile_leaves(sorted(keys) if "note" in keys else keys, *rest)

    monkeypatch.setattr(compile, "compile_leaves", reordered)


def _lists_cut_one_too_far(monkeypatch: pytest.MonkeyPatch) -> None:
    complete = completions.ListCompletion.complete

    async def cut(self: Any, run: Any, values: list[Any]) -> list[Any]:
        answers = await complete(self, run, values)
        return [answer[:-1] if answer is not None and len(answer) == 3 else answer for answer in answers]

    monkeypatch.setattr(completions.ListCompletion, "complete", cut)


def _nulls_in_the_wrong_row(monkeypatch: pytest.MonkeyPatch) -> None:
    complete = completions.ObjectCompletion.complete

    async def swapped(self: Any, run: Any, values: list[Any]) -> list[Any]:
        answers = await complete(self, run, values)
        return answers[::-1] if None in values and len(values) > 1 else answers

    monkeypatch.setattr(completions.ObjectCompletion, "complete", swapped)


def _types_mixed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    complete = completions.AbstractCompletion.complete

    async def mixed(self: Any, run: Any, values: list[Any]) -> list[Any]:
        answers = await complete(self, run, values)
        return sorted(answers, key=str)

    monkeypatch.setattr(completions.AbstractCompletion, "complete", mixed)


def _lists_of_leaves_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    def first_only(_index: int, value: str, *_: Any) -> str:
        return f"(None if (v := {value}) is None else v[:1])"

    monkeypatch.setattr(leaves, "_list_expression", first_only)


FAULTS = [
    _keys_in_another_order,
    _lists_cut_one_too_far,
    _nulls_in_the_wrong_row,
    _types_mixed_up,
    _lists_of_leaves_cut,
]


@pytest.fixture(params=FAULTS, ids=lambda fault: fault.__name__.strip("_"))
def faulty(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> CompiledSchema:
    """The engine with one of the faults."""
    inject: Callable[[pytest.MonkeyPatch], None] = request.param
    inject(monkeypatch)
    return compiled_schema()


async def test_an_injected_difference_is_found(faulty: CompiledSchema, plain_unvalidated: strawberry.Schema) -> None:
    found = await compare(faulty, plain_unvalidated, DOCUMENT, context=World)
    assert len(found.differences) == 1
    assert found.differences[0].startswith("data: ")
    assert found.fallback is None


@pytest.fixture(scope="module")
def random_documents() -> list[RandomDocument]:
    """Random documents, the same ones every time."""
    found: list[RandomDocument] = []

    @settings(
        max_examples=60,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(document=documents(compiled_schema()._schema, {}, fields=30))  # noqa: SLF001 - no public way
    def collect(document: RandomDocument) -> None:
        found.append(document)

    collect()
    return found


async def test_random_documents_find_it(
    faulty: CompiledSchema, plain_unvalidated: strawberry.Schema, random_documents: list[RandomDocument]
) -> None:
    for document in random_documents:
        comparison = await compare(faulty, plain_unvalidated, document.text, document.variables, context=World)
        if comparison.differences:
            return
    pytest.fail("No document shows the difference.")


@pytest.mark.parametrize(
    ("ours", "theirs", "differs"),
    [
        (b'{"path":["a","b"],"m":1}', b'{"path":["a","b"],"m":1}', False),
        (b'{"path":["a","b"],"m":1}', b'{"path":["a","b"],"m":2}', True),
    ],
)
def test_another_message_for_the_same_place_is_a_difference(ours: bytes, theirs: bytes, *, differs: bool) -> None:
    answers = [Answer(b'{"a":null}', [(("a", "b"), error)], executed=True) for error in (ours, theirs)]
    assert bool(Comparison(answers[0], answers[1], None).differences) == differs


def test_one_of_several_errors_of_a_null_is_enough() -> None:
    ours = Answer(b'{"a":null}', [(("a", "b"), b"1")], executed=True)
    theirs = Answer(b'{"a":null}', [(("a", "c"), b"2")], executed=True)
    assert Comparison(ours, theirs, None).differences == []
    assert Comparison(ours, theirs, None).loose


@pytest.mark.parametrize(
    "errors", [[], [(("b",), b"1")], [(("a", "b"), b"1"), (("b",), b"2")]], ids=["none", "elsewhere", "one more"]
)
def test_an_error_too_few_or_elsewhere_is_a_difference(errors: list[Any]) -> None:
    ours = Answer(b'{"a":null,"b":null}', errors, executed=True)
    theirs = Answer(b'{"a":null,"b":null}', [(("a", "c"), b"1")], executed=True)
    assert len(Comparison(ours, theirs, None).differences) == 1
