"""Both executors on both schemas, and the example database."""

import gc
from collections.abc import AsyncIterator, Iterator

import pytest
import strawberry
from sqlalchemy import literal, select

from db.columns import scalar
from db.database import Database
from db.statement import Statement
from graphql_api.execution import CompiledSchema
from graphql_api.files.storage import FileStorage
from resolvers.outbox import feeds
from schema.build import build_schema
from schema.scalars import NATIVES
from tests.support.databases import Cleaner
from tests.support.execution.example import Example, build_example, wait_until_visible
from tests.support.execution.synthetic import (
    UNLIMITED,
    UNVALIDATED,
    NonCancelingContext,
    Quiet,
    compiled_schema,
    standard_schema,
)


@pytest.fixture(scope="module", autouse=True)
def _no_garbage_of_planted_faults() -> Iterator[None]:
    """Collect failures that nobody awaited, so that no later test is blamed for what asyncio logs about them."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def compiled() -> CompiledSchema:
    """The real schema on the engine, without limits, which graphql-core does not have."""
    return build_schema(CompiledSchema, natives=NATIVES, limits=UNLIMITED)


@pytest.fixture(scope="session")
def standard() -> strawberry.Schema:
    """The real schema on graphql-core."""
    return build_schema(Quiet, execution_context_class=NonCancelingContext)


@pytest.fixture(scope="session")
def standard_unvalidated() -> strawberry.Schema:
    """The real schema on graphql-core, for documents that the engine validates."""
    return build_schema(Quiet, execution_context_class=NonCancelingContext, extensions=UNVALIDATED)


@pytest.fixture
def synthetic() -> CompiledSchema:
    """The synthetic schema on the engine; no document is known yet."""
    return compiled_schema()


@pytest.fixture(scope="session")
def plain() -> strawberry.Schema:
    """The synthetic schema on graphql-core."""
    return standard_schema()


@pytest.fixture(scope="session")
def plain_unvalidated() -> strawberry.Schema:
    """The synthetic schema on graphql-core, for documents that the engine validates."""
    return standard_schema(UNVALIDATED)


@pytest.fixture(scope="module")
async def example(shared_database: Database, cleaner: Cleaner, storage: FileStorage) -> AsyncIterator[Example]:
    """The example database, for the tests of one module; its stream of events stands still.

    Both executors are to find the same present, which any transaction on the server moves on: one of another worker.
    """
    built = await build_example(shared_database, storage)
    reading = shared_database.reading()
    horizon = await wait_until_visible(reading)
    await reading.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feeds, "HORIZON", Statement(select(literal(horizon)), scalar(int)))
        yield built
    await cleaner.empty()


@pytest.fixture(scope="session")
def synthetic_all() -> CompiledSchema:
    """The synthetic schema on the engine, for all examples of a test."""
    return compiled_schema()
