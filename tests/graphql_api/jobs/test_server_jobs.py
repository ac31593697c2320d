"""Every server process runs jobs beside its requests (N9)."""

import asyncio
from pathlib import Path

import pytest

from db.database import Database
from domain.permissions import Role
from graphql_api.app import build_app
from graphql_api.context import Environment
from graphql_api.settings import Settings
from tests.support.application import application_url
from tests.support.jobs import KIND, enqueue, handler, stored
from tests.support.world import World


@pytest.mark.parametrize(("jobs", "expected"), [(1, "SUCCEEDED"), (0, "QUEUED")])
async def test_a_server_runs_jobs_unless_it_is_set_to_none(  # noqa: PLR0913, PLR0917 - fixtures
    jobs: int,
    expected: str,
    environment: Environment,
    world: World,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From its start to its end."""
    monkeypatch.setattr("graphql_api.app.JOB_HANDLERS", {KIND: handler()})
    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    settings = Settings(env="dev", data_dir=tmp_path, jobs=jobs, event_retention=3650, revision_interval=86400)
    opened = await Database.connect(application_url(database_url), pool_size=4)
    app = build_app(settings, Environment(database=opened, clock=environment.clock))
    async with app.router.lifespan_context(app):
        for _ in range(500 if jobs else 20):
            if await stored(environment, "status", job_id) == "SUCCEEDED":
                break
            await asyncio.sleep(0.01)
        await app.state.drain()
    assert await stored(environment, "status", job_id) == expected
