"""Thumbnails: the first page or the picture, as a PNG of at most 512 by 512 pixels."""

from pathlib import Path

from domain.files.content_types import ContentType


def render_thumbnail(path: Path, content_type: ContentType, name: str) -> bytes:
    """Draw an inspected file. Raises `ContentRejected` if it cannot be drawn, as CSV never can.

    A file must have passed `inspect_file` before: the programs that draw would otherwise follow its references.
    """
    # Imported here, so that the libraries that decode pixels are never in the process of the server.
    from resolvers.files.inspection.drawing import draw  # noqa: PLC0415

    return draw(path, content_type, name)
