"""Small pictures of artwork, which a job draws."""

from pathlib import PurePath
from uuid import UUID

from msgspec import Struct

from db.artwork.changes import set_thumbnail
from db.artwork.view_reads import UNDRAWN_FILE
from db.sessions import Writing
from domain.files.content_types import ContentType
from domain.jobs.facts import JobKind
from resolvers.context import Operation
from resolvers.files.inspection.examination import draw_thumbnail
from resolvers.files.stored_contents import open_file, store_bytes
from resolvers.jobs.enqueue import enqueue_job
from resolvers.jobs.handlers import JobHandler
from resolvers.jobs.running import RunningJob


class ThumbnailParameters(Struct, frozen=True):
    """The version of artwork to draw."""

    version_id: UUID


async def queue_thumbnail(operation: Operation, session: Writing, version_id: UUID) -> None:
    """Queue the job that draws a version."""
    await enqueue_job(operation, session, JobKind.THUMBNAIL, ThumbnailParameters(version_id), total=1)


async def run_thumbnail(job: RunningJob[ThumbnailParameters]) -> None:
    """Draw a version, unless it has its small picture already."""
    async with job.operation() as operation:
        for file in await operation.fetch(UNDRAWN_FILE, version_id=job.parameters.version_id):
            async with open_file(operation, file) as path:
                picture = await draw_thumbnail(path, ContentType(file.content_type), file.name)
            async with operation.writing() as session:
                name = f"{PurePath(file.name).stem} preview.png"
                drawn = await store_bytes(operation, session, picture, name=name, content_type=ContentType.PNG)
                await set_thumbnail(session, job.parameters.version_id, drawn.id)
    await job.report(1)


JOBS = (JobHandler(kind=JobKind.THUMBNAIL, parameters=ThumbnailParameters, run=run_thumbnail, time_limit=120.0),)
