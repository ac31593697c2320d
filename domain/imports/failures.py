"""Declared failures of imports: why a file is not imported at all."""

from enum import StrEnum
from typing import Final

from domain.failures import Failure, IllegalState, NotFound, Path, UserErrorCode
from domain.imports.facts import (
    COLUMNS_LIMIT,
    ERRORS_LIMIT,
    FILE_RETENTION,
    REJECTED_LIMIT,
    ROW_LENGTH,
    ImportStatus,
)
from domain.jobs.facts import JobStatus
from domain.jobs.failures import nothing_to_cancel
from domain.text import quote

IMPORT_PATH: Final[Path] = ("input", "importId")


class FileFault(StrEnum):
    """Why nothing of a file is imported."""

    EMPTY = "EMPTY"
    NO_SALES = "NO_SALES"
    COMPRESSED = "COMPRESSED"
    NOT_TEXT = "NOT_TEXT"
    WRONG_ENCODING = "WRONG_ENCODING"
    CUT_OFF = "CUT_OFF"
    JSON_ARRAY = "JSON_ARRAY"
    SPREAD_JSON = "SPREAD_JSON"
    NO_HEADER = "NO_HEADER"
    MISSING_COLUMNS = "MISSING_COLUMNS"
    REPEATED_COLUMN = "REPEATED_COLUMN"
    TOO_MANY_COLUMNS = "TOO_MANY_COLUMNS"
    TOO_MANY_REJECTED = "TOO_MANY_REJECTED"
    LONG_HEADER = "LONG_HEADER"


# `{}` is a detail, such as the number of a line.
_SENTENCES: Final[dict[FileFault, str]] = {
    FileFault.EMPTY: "The file is empty. Export the sales again.",
    FileFault.NO_SALES: "The file has a header and no rows below it. Export the sales again.",
    FileFault.COMPRESSED: "The file is {}. Unpack it, or save it as CSV, and import the text.",
    FileFault.NOT_TEXT: (
        "Line {} has zero bytes: the file is not text, or it is UTF-16 without a byte order mark. Save it as UTF-8."
    ),
    FileFault.WRONG_ENCODING: "Line {} is not text in {}. Save the whole file as UTF-8 and import it again.",
    FileFault.CUT_OFF: "The file ends in the middle of a character, in line {}. It is cut off: send it again.",
    FileFault.JSON_ARRAY: "The file is one JSON array. Write each sale as a JSON object in a line of its own.",
    FileFault.SPREAD_JSON: (
        "The file writes a JSON object over several lines. Write each sale as a JSON object in a line of its own."
    ),
    FileFault.NO_HEADER: (
        "The first line names none of the columns of a sale. Begin with a header: external_id, ecp_code, sold_at, sku, "
        "quantity, unit_price, currency."
    ),
    FileFault.MISSING_COLUMNS: "The header has no column {}. Add it, or correct its name.",
    FileFault.REPEATED_COLUMN: "The header has the column {} more than once. Keep one of them.",
    FileFault.TOO_MANY_COLUMNS: (
        f"The header has {{}} columns; at most {COLUMNS_LIMIT} are allowed. Remove those that are not of sales."
    ),
    FileFault.TOO_MANY_REJECTED: (
        f"More than {REJECTED_LIMIT:,} rows are rejected, up to line {{}} of the file. Look at the first of them, "
        "correct how the file is written, and import it again."
    ),
    FileFault.LONG_HEADER: (
        f"The first line has more than {ROW_LENGTH:,} characters. Write a header, and each row in a line of its own."
    ),
}


class FileRejected(Failure):
    """Nothing of a file can be imported, or it cannot be read to its end."""

    code = UserErrorCode.INVALID

    def __init__(self, fault: FileFault, *details: str) -> None:
        super().__init__(_SENTENCES[fault].format(*details), ("input", "uploadId"))
        self.fault = fault
        self.details = details


class TooManyErrors(Failure):
    """Too many sales met an unexpected error of ours; `reference` finds the last one in the log."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"{ERRORS_LIMIT} sales of this file met an unexpected error on our side, so the import stopped at the next "
            f"one. Report it with the reference {reference}. When it is mended, retry the import: it continues there.",
            ("input", "uploadId"),
        )
        self.reference = reference


class SortingTooLong(Failure):
    """A step of sorting the sales of a file exceeded the time limit of the database."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self, file_name: str) -> None:
        super().__init__(
            f"The database could not sort the sales of {quote(file_name)} within 10 minutes. Retry the import when the "
            "server is less busy, or import the file in smaller parts.",
            IMPORT_PATH,
        )
        self.file_name = file_name


class FileDeleted(Failure):
    """The file of an import is no longer kept, so its import cannot continue."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self) -> None:
        super().__init__(
            f"The file was deleted {FILE_RETENTION.days} days after its import began. Import the file again.",
            IMPORT_PATH,
        )


class ImportNotFound(NotFound):
    """The import does not exist, or the viewer may not see it."""

    def __init__(self) -> None:
        super().__init__("import", IMPORT_PATH)


class ImportOfAnother(Failure):
    """The viewer sees the import, and it is not theirs to cancel or to retry."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self) -> None:
        super().__init__(
            "Another account began this import. Only that account, program managers, and administrators may cancel or "
            "retry it.",
            IMPORT_PATH,
        )


class ImportEnded(IllegalState):
    """The import has ended, so it cannot be canceled."""

    def __init__(self, status: ImportStatus) -> None:
        super().__init__(nothing_to_cancel("import", JobStatus(status)), IMPORT_PATH)
        self.status = status


class ImportNotRetryable(IllegalState):
    """The import goes on, or has ended for good."""

    def __init__(self, message: str) -> None:
        super().__init__(message, IMPORT_PATH)
