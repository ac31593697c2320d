"""The job that imports a file: reads it, sorts its sales, records them, and writes what was rejected (R20)."""

from typing import Final

from msgspec.structs import replace

from domain.imports.facts import ImportPhase
from domain.jobs.facts import JobKind
from resolvers.imports.cleanup import begin_reading, forget_all
from resolvers.imports.notify import explain_failure
from resolvers.imports.recording import record_sorted
from resolvers.imports.rejected_file import finish_import
from resolvers.imports.running import Checkpoint, ImportParameters, open_import
from resolvers.imports.sorting import sort_sales
from resolvers.imports.staging import stage_file
from resolvers.jobs.handlers import JobHandler
from resolvers.jobs.running import RunningJob

_TIME_LIMIT_S: Final = 24 * 3600.0


async def run_import(job: RunningJob[ImportParameters]) -> None:
    """Import the file, from where the attempt before ended. Raises FileRejected, and InvalidInput for the source."""
    running = await open_import(job)
    if job.checkpoint is None:
        await begin_reading(running)
    if running.checkpoint.phase is ImportPhase.READING:
        await stage_file(running)
    if running.checkpoint.phase is ImportPhase.SORTING:
        await sort_sales(running)
    if running.checkpoint.phase is ImportPhase.RECORDING:
        await record_sorted(running)
        async with running.writing() as session:
            done = running.progress.finishing(0)
            await running.save(session, replace(running.checkpoint, phase=ImportPhase.FINISHING), done=done)
    if running.checkpoint.phase is ImportPhase.FINISHING:
        await finish_import(running)
    await forget_all(running)


JOBS: Final = (
    JobHandler(
        kind=JobKind.SALES_IMPORT,
        parameters=ImportParameters,
        checkpoint=Checkpoint,
        run=run_import,
        time_limit=_TIME_LIMIT_S,
        explain_failure=explain_failure,
    ),
)
