"""Calls of factories that are restored leave what they left when they ran."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import asyncpg
import pytest

from graphql_api.context import Environment
from tests.graphql_api.demo.conftest import read_tables
from tests.support.databases import Cleaner
from tests.support.factories import schemes
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.world import restore_world

NEWEST = "SELECT max(xid::text::bigint) FROM event"


async def new_factory(environment: Environment, cleaner: Cleaner) -> SchemeFactory:
    """A factory in a database with the world and nothing else, at the same time as every other one."""
    await cleaner.empty()
    clock: Any = environment.clock
    clock.now = datetime(2026, 3, 10, 9, tzinfo=UTC)
    return SchemeFactory(environment, await restore_world(environment, cleaner))


async def generated(factory: SchemeFactory, cleaner: Cleaner) -> tuple[Any, ...]:
    """The id of a scheme with coupons, the time, the rows of the database, and the transaction of its newest event."""
    scheme_id = await factory.complete("A title of this test alone")
    consignments = ConsignmentFactory(factory.environment, factory)
    await consignments.generated(await factory.approved(scheme_id))
    await consignments.close()
    clock: Any = factory.environment.clock
    newest = await cleaner.connection.fetchval(NEWEST)
    return scheme_id, clock.now, await read_tables(factory.environment.database), newest


async def test_what_is_restored_is_what_was_stored(
    environment: Environment, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the numbers of transactions differ: streams deliver restored events as new ones."""
    first, second = [await generated(await new_factory(environment, cleaner), cleaner) for _ in range(2)]
    assert first[0] != second[0]
    monkeypatch.setattr(schemes, "create_scheme", None)
    third = await generated(await new_factory(environment, cleaner), cleaner)
    assert third[:3] == second[:3]
    assert third[3] > second[3]


async def test_calls_run_again_once_something_else_may_have_changed_the_database(
    environment: Environment, cleaner: Cleaner, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        await (await new_factory(environment, cleaner)).created("Another title")
    monkeypatch.setattr(schemes, "create_scheme", None)
    factory = await new_factory(environment, cleaner)
    await factory.created("Another title")
    for interfere in (partial(_connect_and_leave, database_url), partial(_write, environment)):
        factory = await new_factory(environment, cleaner)
        await interfere()
        with pytest.raises(TypeError, match="'NoneType' object is not callable"):
            await factory.created("Another title")


async def _connect_and_leave(url: str) -> None:
    await (await asyncpg.connect(url)).close()


async def _write(environment: Environment) -> None:
    async with environment.database.writing():
        pass
