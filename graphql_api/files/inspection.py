"""Inspects uploaded files in a process of its own, with limits."""

from pathlib import Path

from domain.files.content_types import ContentType
from resolvers.files.inspection.examination import examine_file


async def inspect_upload(path: Path, content_type: str, name: str) -> None:
    """Check the whole content of a file. Raises ContentRejected."""
    await examine_file(path, ContentType(content_type), name)
