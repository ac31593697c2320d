"""Content types of uploaded files, and the facts that an inspection finds."""

from enum import StrEnum

from msgspec import Struct


class ContentType(StrEnum):
    """The formats that an inspection can check."""

    PDF = "application/pdf"
    SVG = "image/svg+xml"
    PNG = "image/png"
    JPEG = "image/jpeg"
    CSV = "text/csv"


class Inspection(Struct, frozen=True):
    """A content that passed. Pictures have a size in pixels, if they state one; only documents have pages."""

    content_type: ContentType
    width: int | None = None
    height: int | None = None
    pages: int | None = None
