"""The imports of the demo data: one that recorded every sale, and one of which half the rows were rejected."""

from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from db.imports.changes import take_streams
from domain.imports.facts import STREAMS, ImportPhase
from graphql_api.demo.accounts.people import Person
from graphql_api.demo.ecps.ecp_plan import plan_ecps
from graphql_api.demo.history.desk import Desk
from graphql_api.demo.history.import_plan import FilePlan, sellers, write_file
from graphql_api.demo.history.jobs_inside import run_jobs
from resolvers.files.stored_contents import store_bytes
from resolvers.imports.cleanup import forget_all
from resolvers.imports.jobs import JOBS
from resolvers.imports.recording import record_stream
from resolvers.imports.rejected_file import finish_import
from resolvers.imports.running import ImportParameters, open_import
from resolvers.imports.sorting import sort_sales
from resolvers.imports.staging import stage_file
from resolvers.imports.start_import import ImportOptions, start_import
from resolvers.jobs.running import RunningJob

# The systems of two distributors; the second one writes semicolons, as spreadsheets do.
GOOD_FILE: Final = FilePlan("distributor-west", 48)
HALF_GOOD_FILE: Final = FilePlan("distributor-north", 48, delimiter=";", has_mistakes=True)
_TYPE: Final = "text/csv"


async def import_file(plan: FilePlan, desk: Desk) -> None:
    """Import a file as the connected system does."""
    operation = desk.operation(Person.CONNECTOR, timedelta())
    content = write_file(plan, sellers(plan_ecps(), desk.codes), operation.now)
    async with operation.writing() as session:
        file = await store_bytes(operation, session, content, name=f"{plan.source}.csv", content_type=_TYPE)
        await start_import(operation, session, file, ImportOptions(plan.source))
    await run_jobs(desk.environment, {job.kind: replace(job, run=_run) for job in JOBS})


async def _run(job: RunningJob[ImportParameters]) -> None:
    """Import as `resolvers.imports.jobs` does, one stream after the other: the transaction has one connection."""
    running = await open_import(job)
    await stage_file(running)
    await sort_sales(running)
    async with running.writing() as session:
        await take_streams(session, running.id, job.attempt.lease)
    for number in range(STREAMS):
        await record_stream(job, number)
    async with running.writing() as session:
        done = running.progress.finishing(0)
        await running.save(session, replace(running.checkpoint, phase=ImportPhase.FINISHING), done=done)
    await finish_import(running)
    await forget_all(running)
