"""The inspection of a file: is it what it says, is it whole, and is it passive?"""

from pathlib import Path
from typing import assert_never

from domain.files.content_types import ContentType, Inspection
from resolvers.files.inspection.content import open_content
from resolvers.files.inspection.csv_text import inspect_csv
from resolvers.files.inspection.jpeg import inspect_jpeg
from resolvers.files.inspection.png import inspect_png
from resolvers.files.inspection.svg import inspect_svg


def inspect_file(path: Path, content_type: ContentType, name: str) -> Inspection:
    """Inspect a file that a client uploaded as `name`. Raises `ContentRejected` with the first thing that is wrong."""
    with open_content(path, name) as content:
        match content_type:
            case ContentType.PDF:
                # Imported here, because the other formats do not need it, and a process starts for each file.
                from resolvers.files.inspection.pdf import inspect_pdf  # noqa: PLC0415

                return inspect_pdf(content)
            case ContentType.SVG:
                return inspect_svg(content)
            case ContentType.PNG:
                return inspect_png(content)
            case ContentType.JPEG:
                return inspect_jpeg(content)
            case ContentType.CSV:
                return inspect_csv(content)
            case _:
                assert_never(content_type)
