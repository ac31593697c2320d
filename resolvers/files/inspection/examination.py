"""What the server does with a file that a client uploaded: inspect it, then draw it, each with limits."""

from pathlib import Path
from typing import Final

from msgspec import Struct

from domain.files.content_failures import ContentFault, ContentRejected
from domain.files.content_types import ContentType, Inspection
from resolvers.files.inspection.inspect import inspect_file
from resolvers.files.inspection.limited import LimitExceeded, run_limited
from resolvers.files.inspection.thumbnails import render_thumbnail

# The slowest files that pass take a third of this; an image of 100 million pixels takes a gigabyte.
SECONDS: Final = 20
MEMORY: Final = 2 * 2**30


class Examination(Struct, frozen=True):
    """What is known about a file that passed. Texts have no thumbnail."""

    inspection: Inspection
    thumbnail: bytes | None


async def examine_file(path: Path, content_type: ContentType, name: str) -> Examination:
    """Inspect and draw a file. Raises `ContentRejected`, also for one that exceeds the limits of its process."""
    try:
        inspection = await run_limited(inspect_file, path, content_type, name, seconds=SECONDS, memory=MEMORY)
        if content_type is ContentType.CSV:
            return Examination(inspection, None)
        thumbnail = await run_limited(render_thumbnail, path, content_type, name, seconds=SECONDS, memory=MEMORY)
    except LimitExceeded:
        raise ContentRejected(name, ContentFault.TOO_COMPLEX, "more than this server can check") from None
    return Examination(inspection, thumbnail)
