"""The basic types of files."""

from enum import StrEnum


class UploadPurpose(StrEnum):
    """What a file is uploaded for. It decides the types and the size that are accepted."""

    ARTWORK = "ARTWORK"
    MARKETING_MATERIAL = "MARKETING_MATERIAL"
    SALES_IMPORT = "SALES_IMPORT"
    LOGO = "LOGO"
