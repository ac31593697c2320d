"""Every document of `operations/` is executed by its plan, and gives the answer that graphql-core gives."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import strawberry
import uuid_utils.compat
from graphql import OperationType

from db.database import Database
from graphql_api.context import Environment
from graphql_api.execution import CompiledSchema
from graphql_api.files.storage import FileStorage
from resolvers.outbox import feeds
from resolvers.webhooks import secret
from tests.support.client import document
from tests.support.databases import Cleaner
from tests.support.execution.example import SteadyIds, steady_environment, wait_until_visible
from tests.support.execution.oracle import Answer, Comparison, answer
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations import PREPARATIONS
from tests.support.operations.documents import DOCUMENTS, kind_of
from tests.support.remembered import read_rows, restores_rows, script_between
from tests.support.world import restore_world


@pytest.fixture(autouse=True)
def _repeatable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets are random, and cursors hold numbers of transactions: two executions would differ in them."""
    monkeypatch.setattr(secret, "token_bytes", bytes)
    monkeypatch.setattr(feeds, "encode_stream_cursor", lambda *_place: "a cursor")


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_the_answer_of_a_document_is_that_of_graphql_core(  # noqa: PLR0913, PLR0917 - fixtures
    name: str,
    compiled: CompiledSchema,
    standard: strawberry.Schema,
    shared_database: Database,
    cleaner: Cleaner,
    storage: FileStorage,
) -> None:
    before = compiled.fallbacks.copy()
    once = kind_of(name) is OperationType.QUERY or await restores_rows(cleaner.connection)
    together: list[list[strawberry.Schema]] = [[compiled, standard]] if once else [[compiled], [standard]]
    made = partial(steady_environment, shared_database, storage, uuid_utils.compat.uuid7)
    engine, oracle = [found for schemas in together for found in await _answers(schemas, name, made(), cleaner)]
    assert Comparison(engine, oracle, None).differences == []
    assert oracle.errors == []
    assert oracle.value is not None
    assert compiled.fallbacks == before


async def _answers(
    schemas: Sequence[strawberry.Schema], name: str, environment: Environment, cleaner: Cleaner
) -> list[Answer]:
    """Execute the document by each schema at the same moment, with the same ids; mutations find the same rows."""
    # Factories, which have ids of every test, restore what they stored in earlier tests.
    clock: Any = environment.clock
    factory = SchemeFactory(environment, await restore_world(environment, cleaner))
    changes = kind_of(name) is not OperationType.QUERY
    before = await read_rows(cleaner.connection) if changes else {}
    prepared: tuple[str, dict[str, Any]] = await PREPARATIONS[name](factory, factory.world)
    account, variables = prepared
    script = await script_between(cleaner.connection, before, await read_rows(cleaner.connection)) if changes else ""
    now = clock.now
    answers: list[Answer] = []
    try:
        for schema in schemas:
            if answers and changes:
                await cleaner.empty()
                await cleaner.restore()
                await cleaner.execute(script)
            await _wait_until_visible(environment.database)
            clock.now = now
            steady = SchemeFactory(replace(environment, new_id=SteadyIds()), factory.world)
            found = await answer(schema, document(name), variables, context=partial(steady.operation, account))
            answers.append(found)
    finally:
        await cleaner.empty()
    return answers


async def _wait_until_visible(database: Database) -> None:
    reading = database.reading()
    await wait_until_visible(reading)
    await reading.close()
