"""The basic types of files: purposes of uploads, what each accepts, and the limits of accounts."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from domain.permissions import Permission

# For how long an upload can be resumed, and then used, from the moment it begins.
UPLOAD_LIFETIME: Final = timedelta(hours=24)
_MEGABYTE: Final = 2**20


class UploadPurpose(StrEnum):
    """What a file is uploaded for. It decides the types and the size that are accepted."""

    ARTWORK = "ARTWORK"
    MARKETING_MATERIAL = "MARKETING_MATERIAL"
    SALES_IMPORT = "SALES_IMPORT"
    LOGO = "LOGO"


class PurposeRule(Struct, frozen=True):
    """Who may upload for a purpose, and the content types that it accepts; `noun` is the file within a sentence."""

    noun: str
    permission: Permission
    content_types: tuple[str, ...]


CONTENT_TYPE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "application/pdf": "PDF",
        "image/svg+xml": "SVG",
        "image/png": "PNG",
        "image/jpeg": "JPEG",
        "text/csv": "CSV",
        "application/x-ndjson": "NDJSON",
    }
)
# How the names of files end, so that programs open a download as what it is.
NAME_ENDINGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "application/pdf": (".pdf",),
        "image/svg+xml": (".svg",),
        "image/png": (".png",),
        "image/jpeg": (".jpg", ".jpeg"),
        "text/csv": (".csv", ".tsv", ".txt"),
        "application/x-ndjson": (".ndjson", ".jsonl", ".json"),
    }
)
_DOCUMENTS: Final = ("application/pdf", "image/svg+xml", "image/png", "image/jpeg")
# The types of files of sales; the import finds out how a file is written.
SALES_TYPES: Final = ("text/csv", "application/x-ndjson")
# What browsers and programs call such files: Windows names CSV after Excel, and many name no type.
OTHER_SALES_TYPES: Final = (
    *("text/plain", "text/tab-separated-values", "application/csv", "application/vnd.ms-excel"),
    *("application/ndjson", "application/jsonl", "application/json", "application/octet-stream", ""),
)
PURPOSE_RULES: Final[Mapping[UploadPurpose, PurposeRule]] = MappingProxyType(
    {
        UploadPurpose.ARTWORK: PurposeRule("artwork", Permission.ARTWORK_UPLOAD, _DOCUMENTS),
        UploadPurpose.MARKETING_MATERIAL: PurposeRule("marketing material", Permission.SCHEME_DEFINE, _DOCUMENTS),
        UploadPurpose.SALES_IMPORT: PurposeRule("a file of sales", Permission.SALE_IMPORT, SALES_TYPES),
        UploadPurpose.LOGO: PurposeRule(
            "a logo", Permission.PROGRAM_MANAGE, ("image/svg+xml", "image/png", "image/jpeg")
        ),
    }
)


class UploadLimits(Struct, frozen=True, kw_only=True):
    """Limits of uploads: the bytes of one file by purpose, and what one account may begin."""

    bytes_by_purpose: Mapping[UploadPurpose, int] = MappingProxyType(
        {
            UploadPurpose.ARTWORK: 100 * _MEGABYTE,
            UploadPurpose.MARKETING_MATERIAL: 50 * _MEGABYTE,
            UploadPurpose.SALES_IMPORT: 4_096 * _MEGABYTE,
            UploadPurpose.LOGO: 2 * _MEGABYTE,
        }
    )
    open_per_account: int = 20
    bytes_per_day: int = 10 * 2**30
