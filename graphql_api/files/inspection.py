"""Inspects uploaded files in a process of its own, with limits."""

from pathlib import Path

from domain.files.content_types import ContentType
from domain.imports.beginning import BEGINNING_BYTES, check_beginning
from graphql_api.files.threads import run_blocking
from resolvers.files.inspection.examination import examine_file


async def inspect_upload(path: Path, content_type: str, name: str) -> None:
    """Check the whole content of a file. Raises ContentRejected."""
    await examine_file(path, ContentType(content_type), name)


async def inspect_sales(path: Path) -> None:
    """Check the beginning of a file of sales; its import reads the rest. Raises FileRejected."""
    await run_blocking(_check_beginning, path)


def _check_beginning(path: Path) -> None:
    with path.open("rb") as file:
        check_beginning(file.read(BEGINNING_BYTES), whole=path.stat().st_size <= BEGINNING_BYTES)
