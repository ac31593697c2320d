"""An event of every subscription of `operations/` is executed by its plan, and answered as by graphql-core."""

import inspect
from contextlib import AsyncExitStack
from typing import Any

import graphql
import orjson
import pytest
import strawberry
import uuid_utils.compat
from strawberry.types.graphql import OperationType

from db.database import Database
from db.outbox.reads import events_of
from graphql_api.execution import CompiledSchema
from graphql_api.execution.subscriptions import Opened, open_subscription
from graphql_api.files.storage import FileStorage
from resolvers.context import Operation
from resolvers.outbox.cursors import load_stream
from resolvers.outbox.feeds import Feed, FeedEvent
from tests.api.test_subscription_operations import TRIGGERS
from tests.support.client import document
from tests.support.databases import Cleaner
from tests.support.execution.example import steady_environment, wait_until_visible
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations import PREPARATIONS
from tests.support.operations.documents import SUBSCRIPTIONS
from tests.support.world import restore_world


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
async def test_an_event_of_a_document_is_answered_as_by_graphql_core(  # noqa: PLR0913, PLR0917 - fixtures
    name: str,
    compiled: CompiledSchema,
    standard: strawberry.Schema,
    shared_database: Database,
    cleaner: Cleaner,
    storage: FileStorage,
) -> None:
    environment = steady_environment(shared_database, storage, uuid_utils.compat.uuid7)
    world = await restore_world(environment, cleaner)
    factory = SchemeFactory(environment, world)
    account, variables = await PREPARATIONS[name](factory, world)
    await TRIGGERS[name](factory, variables)
    text, before = document(name), compiled.fallbacks.copy()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(cleaner.empty)
        operations = [factory.operation(account) for _ in range(3)]
        for operation in operations:
            stack.push_async_callback(operation.close)
        event = await _newest(compiled, text, variables, operations[0])
        engine = await compiled.execute(text, variables, operations[1], event, None, {OperationType.SUBSCRIPTION})
        core: Any = graphql.execute(
            standard._schema,  # noqa: SLF001 - no public way
            graphql.parse(text),
            root_value=event,
            context_value=operations[2],
            variable_values=variables,
        )
        oracle = await core if inspect.isawaitable(core) else core
    assert oracle.errors is None
    assert all(oracle.data.values())
    assert engine.errors is None
    assert orjson.dumps(engine.data, option=orjson.OPT_UTC_Z) == orjson.dumps(oracle.data, option=orjson.OPT_UTC_Z)
    assert compiled.fallbacks == before


async def _newest(schema: CompiledSchema, text: str, variables: dict[str, Any], operation: Operation) -> Any:
    """The root value that the last event of a subscription is executed with."""
    opened = await open_subscription(schema, text, variables=variables, operation_name=None, context=operation)
    assert isinstance(opened, Opened)
    feed: Feed = opened.value
    if feed.stream.state is not None:
        return await feed.stream.state(operation)
    await wait_until_visible(operation)
    stream = await load_stream(operation)
    after = {"after_xid": stream.floor.xid, "after_id": stream.floor.id}
    events = await operation.fetch(events_of(feed.stream.subject), limit=100, **after, **feed.parameters)
    return FeedEvent.of(events[-1], feed, stream)
