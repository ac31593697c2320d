"""The basic types of imports: formats of files, limits of rows, and the phases of an import (R20)."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

# Of one row, in characters. What is longer is not read to its end.
ROW_LENGTH: Final = 65_536
COLUMNS_LIMIT: Final = 64
# The columns in front of those of the imported file, in a file of rejected rows; and that of a line of NDJSON.
REJECTED_COLUMNS: Final = ("rejected_line", "rejected_sale", "reason")
DOCUMENT_COLUMN: Final = "sale"
WIDTH_LIMIT: Final = COLUMNS_LIMIT + len(REJECTED_COLUMNS)
# Parts of a file that are recorded at the same time; they share no ECPs.
STREAMS: Final = 2
# The file of an import and its rejected rows are deleted so long after it began.
FILE_RETENTION: Final = timedelta(days=90)
# Sales of a file that are rejected because of an unexpected error of ours. The next one fails the import.
ERRORS_LIMIT: Final = 100
# Rows that are rejected while a file is read; one more ends the import. Of sales that are rejected later, the rows of
# so many are listed.
REJECTED_LIMIT: Final = 100_000


class ImportFormat(StrEnum):
    """How a file writes sales: a row for each line of a sale, or a line of JSON for each sale."""

    CSV = "CSV"
    NDJSON = "NDJSON"


class TextEncoding(StrEnum):
    """How a file writes characters."""

    UTF_8 = "UTF-8"
    UTF_16_LE = "UTF-16LE"
    UTF_16_BE = "UTF-16BE"


class ImportPhase(StrEnum):
    """What an import is doing."""

    READING = "READING"
    SORTING = "SORTING"
    RECORDING = "RECORDING"
    FINISHING = "FINISHING"
    FINISHED = "FINISHED"


class ImportStatus(StrEnum):
    """Whether an import waits, runs, or has ended; it is that of its job."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


class ImportOrder(StrEnum):
    """The sort orders of a list of imports; ties are broken by id."""

    CREATED_AT_DESC = "CREATED_AT_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"


class Outcomes(Struct, frozen=True):
    """How many sales of a file have each outcome, and the points that were posted."""

    recorded: int = 0
    corrected: int = 0
    duplicates: int = 0
    conflicts: int = 0
    parked: int = 0
    rejected: int = 0
    points: int = 0

    @property
    def tried(self) -> int:
        """How many sales there are."""
        return self.recorded + self.corrected + self.duplicates + self.conflicts + self.parked + self.rejected


class Layout(Struct, frozen=True):
    """How a file is written, as its beginning says. `columns` are those of a CSV file, as its header names them."""

    format: ImportFormat
    encoding: TextEncoding
    delimiter: str | None = None
    columns: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    # A file of rejected rows, which has columns of ours in front.
    is_rejected: bool = False

    @property
    def width_limit(self) -> int:
        """How many columns a row may have."""
        return WIDTH_LIMIT if self.is_rejected else COLUMNS_LIMIT

    @property
    def holds_documents(self) -> bool:
        """Whether the rows are rejected lines of NDJSON, each in a cell."""
        return self.is_rejected and self.columns[len(REJECTED_COLUMNS) :] == (DOCUMENT_COLUMN,)
