"""Leader tasks: revisions take effect at their time, and one failure does not block others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.requests import DatabaseUnavailable
from graphql_api.context import Environment
from graphql_api.jobs.leader_tasks import LeaderTasks
from graphql_api.settings import Settings
from resolvers.context import Operation
from resolvers.schemes.apply_revisions import apply_revisions, list_due_schemes
from tests.support.clock import TestClock
from tests.support.factories.revisions import JULY, JUNE, RevisionFactory
from tests.support.factories.schemes import SchemeFactory


@pytest.fixture
async def tasks(environment: Environment, tmp_path: Path) -> AsyncIterator[LeaderTasks]:
    """The tasks of the leader, with short pauses."""
    leading = LeaderTasks(environment, Settings(env="dev", data_dir=tmp_path, revision_interval=0.01))
    yield leading
    await leading.stop()


async def test_a_revision_takes_effect_at_its_time_while_a_process_leads(
    tasks: LeaderTasks, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock
) -> None:
    """Not before; after a time without a leader, together with the next one."""
    live = await factory.approved()
    await revisions.approved(live, JUNE, budget=200_000)
    await revisions.approved(live, JULY, budget=300_000)
    clock.now = JUNE - timedelta(seconds=2)
    await tasks.start()
    await asyncio.sleep(0.2)
    assert (await factory.definition(live)).scheme.revision == 1
    clock.now = JUNE
    await _until(lambda: _has(factory, live, 2))
    await tasks.stop()
    clock.now = JULY
    await asyncio.sleep(0.1)
    assert (await factory.definition(live)).scheme.revision == 2
    await tasks.start()
    await _until(lambda: _has(factory, live, 3))


async def test_a_failing_scheme_blocks_no_other(
    tasks: LeaderTasks,
    factory: SchemeFactory,
    revisions: RevisionFactory,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its task is retried, and every task is retried after a database outage."""
    broken, fine = await factory.approved(), await factory.approved()
    await revisions.approved(broken, JUNE, budget=200_000)
    await revisions.approved(fine, JUNE + timedelta(seconds=1), budget=300_000)
    failures: dict[str, Any] = {"due": [DatabaseUnavailable(), ValueError("a bug")], "broken": True}

    async def sometimes(operation: Operation) -> list[UUID]:
        if failures["due"]:
            raise failures["due"].pop()
        return await list_due_schemes(operation)

    async def unless_broken(operation: Operation, scheme_id: UUID) -> int:
        if scheme_id == broken and failures["broken"]:
            raise RuntimeError(scheme_id)
        return await apply_revisions(operation, scheme_id)

    monkeypatch.setattr("resolvers.schemes.tasks.list_due_schemes", sometimes)
    monkeypatch.setattr("resolvers.schemes.tasks.apply_revisions", unless_broken)
    clock.now = JULY
    await tasks.start()
    await _until(lambda: _has(factory, fine, 2))
    assert failures["due"] == []
    assert (await factory.definition(broken)).scheme.revision == 1
    failures["broken"] = False
    await _until(lambda: _has(factory, broken, 2))


async def _has(factory: SchemeFactory, scheme_id: UUID, revision: int) -> bool:
    return (await factory.definition(scheme_id)).scheme.revision == revision


async def _until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait until a condition holds. The check is never cancelled, since it holds a connection."""
    for _ in range(300):
        if await true():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not become true")
