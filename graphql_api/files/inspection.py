"""Inspects uploaded files in a process of its own, with limits."""

from pathlib import Path
from typing import Final

from domain.failures import Failure, UserErrorCode
from domain.files.content_types import ContentType
from resolvers.files.inspection.inspect import inspect_file
from resolvers.files.inspection.limited import LimitExceeded, run_limited

_SECONDS: Final = 30
_MEMORY_BYTES: Final = 2**30


class InspectionLimitExceeded(Failure):
    """A file takes too long to check, or too much memory."""

    code = UserErrorCode.INVALID

    def __init__(self, file_name: str) -> None:
        super().__init__(f"“{file_name}” is too complex to check. Simplify it and upload it again.")
        self.file_name = file_name


async def inspect_upload(path: Path, content_type: str, name: str) -> None:
    """Check the whole content of a file. Raises ContentRejected and InspectionLimitExceeded."""
    try:
        await run_limited(inspect_file, path, ContentType(content_type), name, seconds=_SECONDS, memory=_MEMORY_BYTES)
    except LimitExceeded:
        raise InspectionLimitExceeded(name) from None
