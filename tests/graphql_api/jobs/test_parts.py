"""Parts of jobs run in processes of their own, with the attempt and the lease of the job (R20, N6)."""

import shutil
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import msgspec
import pytest

from db.jobs.rows import Progress
from domain.jobs.facts import JobKind
from domain.jobs.failures import TooManyJobs
from domain.permissions import Role
from domain.requests import Overloaded
from graphql_api import working_part
from graphql_api.context import Environment
from graphql_api.jobs.part_messages import PartAnswer, PartCall
from graphql_api.jobs.parts import PartProcesses, PartRejected
from graphql_api.jobs.worker import JobWorker
from graphql_api.settings import Settings
from resolvers.imports.running import ImportParameters
from resolvers.jobs.enqueue import enqueue_job
from resolvers.jobs.handlers import JobHandler
from resolvers.jobs.running import JobAttempt, JobLost, JobTools, ProcessFailed, RunningJob
from tests.support import parts
from tests.support.application import application_url
from tests.support.jobs import POLICY, idle, numbers_done
from tests.support.secrets import COUPON_KEYS_SETTING, LINK_SECRET_SETTING
from tests.support.world import World

PARAMETERS = ImportParameters(UUID(int=1))
NO_PROGRESS = Progress(0, None)
NO_TOOLS = cast("JobTools", None)


def running_job() -> RunningJob[Any]:
    """A job that no worker has."""
    attempt = JobAttempt(
        id=UUID(int=2), kind=JobKind.SALES_IMPORT, owner_id=None, lease=UUID(int=3), number=1, progress=NO_PROGRESS
    )
    return RunningJob(attempt, PARAMETERS, None, tools=NO_TOOLS)


async def run_job(environment: Environment, world: World, run: Any, **options: Any) -> None:
    """Queue a job, and run it with this function."""
    operation = environment.operation(world.viewer(Role.INTEGRATION))
    async with operation.writing() as session:
        await enqueue_job(operation, session, JobKind.SALES_IMPORT, PARAMETERS)
    handler = JobHandler(kind=JobKind.SALES_IMPORT, parameters=ImportParameters, run=run)
    worker = JobWorker(environment, {handler.kind: handler}, POLICY, **options)
    assert await worker.take() == 1
    await idle(worker, 60)
    await worker.stop()


async def test_without_processes_a_part_runs_in_the_worker(environment: Environment, world: World) -> None:
    async def run(job: RunningJob[ImportParameters]) -> None:
        await job.run_part(parts.act, parts.DONE, apart=True)

    await run_job(environment, world, run)
    assert await numbers_done(environment) == [7]


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        (parts.REJECTED, PartAnswer(rejection=str(TooManyJobs()))),
        (parts.OVERLOADED, PartAnswer(error=str(Overloaded()))),
        (parts.LOST, PartAnswer(stopped="JobLost")),
    ],
)
async def test_a_process_says_how_its_part_ended(
    settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch, number: int, answer: PartAnswer
) -> None:
    """A failure with its sentence, an error that may be over later, and a lost lease."""
    calls: list[PartCall] = []

    async def ask(call: bytes) -> PartAnswer:
        calls.append(msgspec.msgpack.decode(call, type=PartCall))
        return await working_part._answer(settings, calls[-1])  # noqa: SLF001 - the other end of the pipe

    monkeypatch.setattr("graphql_api.jobs.parts._ask", ask)
    monkeypatch.setattr(working_part, "quiet_collector", lambda: None)
    job = running_job()
    expected = PartRejected if answer.rejection else ProcessFailed if answer.error else JobLost
    with pytest.raises(expected) as raised:
        await PartProcesses(application_url(database_url)).run(job, parts.act, number)
    assert str(raised.value) == (answer.rejection or answer.error or "")
    assert (calls[0].attempt, calls[0].number) == (job.attempt, number)


@pytest.mark.long
@pytest.mark.process
async def test_a_part_writes_with_the_lease_of_its_job(
    environment: Environment, world: World, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N6: in another process."""
    for name, value in (
        ("TESSERA_ENV", "dev"),
        ("TESSERA_DATA_DIR", str(tmp_path)),
        ("TESSERA_COUPON_KEYS", COUPON_KEYS_SETTING),
        ("TESSERA_LINK_SECRET", LINK_SECRET_SETTING),
    ):
        monkeypatch.setenv(name, value)

    async def run(job: RunningJob[ImportParameters]) -> None:
        await job.run_part(parts.act, parts.DONE, apart=True)

    run_part: Any = PartProcesses(application_url(database_url)).run
    await run_job(environment, world, run, run_part=run_part)
    assert await numbers_done(environment) == [7]


async def test_a_process_that_ends_without_an_answer_fails_the_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """N6: the job is tried again."""
    monkeypatch.setattr("graphql_api.jobs.parts.sys.executable", shutil.which("false"))
    with pytest.raises(ProcessFailed, match="ended unexpectedly"):
        await PartProcesses("").run(running_job(), parts.act, parts.DONE)
