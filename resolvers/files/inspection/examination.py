"""What the server does with a file that a client uploaded: inspect it and draw it, each in a process with limits."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from domain.files.content_failures import ContentFault, ContentRejected
from domain.files.content_types import ContentType, Inspection
from resolvers.files.inspection.inspect import inspect_file
from resolvers.files.inspection.limited import LimitExceeded, run_limited
from resolvers.files.inspection.thumbnails import render_thumbnail

# Seconds of CPU, and bytes. Drawing an image of 100 million pixels takes a gigabyte.
INSPECTION_LIMITS: Final = {"seconds": 30, "memory": 2**30}
DRAWING_LIMITS: Final = {"seconds": 20, "memory": 2 * 2**30}


async def examine_file(path: Path, content_type: ContentType, name: str) -> Inspection:
    """Inspect a file. Raises ContentRejected, also for one that exceeds the limits of its process."""
    inspection: Inspection = await _run(INSPECTION_LIMITS, inspect_file, path, content_type, name)
    return inspection


async def draw_thumbnail(path: Path, content_type: ContentType, name: str) -> bytes:
    """Draw a file that passed the inspection, as a PNG of at most 512 by 512 pixels.

    Raises ContentRejected, also for one that exceeds the limits of its process.
    """
    picture: bytes = await _run(DRAWING_LIMITS, render_thumbnail, path, content_type, name)
    return picture


async def _run(
    limits: Mapping[str, int], function: Callable[..., Any], path: Path, content_type: ContentType, name: str
) -> Any:
    try:
        return await run_limited(function, path, content_type, name, **limits)
    except LimitExceeded:
        raise ContentRejected(name, ContentFault.TOO_COMPLEX, "more than this server can check") from None
