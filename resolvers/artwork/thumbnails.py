"""Small pictures of artwork, which a job makes."""

from uuid import UUID

from db.sessions import Writing
from resolvers.context import Operation


async def queue_thumbnail(operation: Operation, session: Writing, version_id: UUID) -> None:
    """Queue the job that makes the small picture of a version."""
    del operation, session, version_id
