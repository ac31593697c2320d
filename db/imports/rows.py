"""Rows of imports."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.imports.facts import ImportStatus
from domain.imports.guards import ImportFacts


class ImportRow(Struct, frozen=True):
    """An import, with what was counted while its file was read."""

    id: UUID
    source: str
    file_id: UUID | None
    file_name: str
    dry_run: bool
    park: bool
    job_id: UUID
    created_at: datetime
    created_by: UUID
    phase: str
    format: str | None
    encoding: str | None
    delimiter: str | None
    ignored_columns: list[str]
    bytes_read: int
    lines_read: int
    sales_read: int
    rejected: int
    is_cut: bool
    is_staged: bool
    error: str | None
    rejected_file_id: UUID | None
    finished_at: datetime | None


class ListedImportRow(ImportRow, frozen=True):
    """An import as a viewer reads it, with the state of its job; `error` is that of the job where it has none."""

    status: str
    done: int | None
    total: int | None

    @property
    def facts(self) -> ImportFacts:
        """What decides about actions on the import."""
        is_rejected = self.finished_at is not None and self.status == ImportStatus.FAILED
        return ImportFacts(
            owner_id=self.created_by,
            status=ImportStatus(self.status),
            has_job=self.done is not None,
            is_rejected=is_rejected,
            keeps_file=self.file_id is not None,
        )

    @property
    def state(self) -> "ImportState":
        """How far the import is, for the loaders of what became of its sales."""
        return ImportState(
            id=self.id,
            status=self.status,
            phase=self.phase,
            dry_run=self.dry_run,
            rejected=self.rejected,
            error=self.error,
            keeps_file=self.file_id is not None,
            is_cut=self.is_cut,
        )


class ImportState(Struct, frozen=True, kw_only=True):
    """How far an import is; `rejected` counts sales that were rejected while the file was read."""

    id: UUID
    status: str
    phase: str
    dry_run: bool
    rejected: int
    error: str | None
    keeps_file: bool
    is_cut: bool = False


class NewImport(Struct, frozen=True):
    """An import to begin."""

    id: UUID
    source: str
    file_id: UUID
    file_name: str
    dry_run: bool
    park: bool
    job_id: UUID
    created_at: datetime
    created_by: UUID


class NewImportRow(NamedTuple):
    """A row of `sales_import_row`."""

    import_id: UUID
    part: int
    line: int
    external_id: str
    revision: int | None
    updated_at: datetime | None
    occurrence: int
    ecp_key: str
    sold_at: datetime
    returns: str | None
    line_count: int
    content: bytes


class NewRejection(NamedTuple):
    """A row of `sales_import_rejection`."""

    line: int
    external_id: str | None
    reason: str


class StreamRow(NamedTuple):
    """Where a stream is: the part and the position of the last sale that it tried."""

    part: int
    position: int


class SortedSaleRow(NamedTuple):
    """A sale in the order of recording."""

    position: int
    contents: list[bytes]


class FaultyRow(NamedTuple):
    """A row that was read and is rejected because of others."""

    part: int
    line: int
    fault: str
    content: bytes


class AbandonedRow(NamedTuple):
    """An import that has staged sales and goes on only if its job is retried; the job may be deleted."""

    id: UUID
    job_id: UUID
    has_job: bool


class ExpiredRow(NamedTuple):
    """An import that has ended, and whose files are not kept any longer; its job may be deleted."""

    id: UUID
    job_id: UUID
    has_job: bool
    file_id: UUID
    rejected_file_id: UUID | None


class RejectionRow(NamedTuple):
    """A rejected row of the file."""

    line: int
    external_id: str | None
    reason: str


class ListedRejectionRow(Struct, frozen=True):
    """A rejected row of the file as a viewer reads it; `id` is that of the import."""

    id: UUID
    line: int
    external_id: str | None
    reason: str


class ImportCountsRow(Struct, frozen=True):
    """The outcomes of the sales of an import, of all its streams together."""

    import_id: UUID
    recorded: int
    corrected: int
    duplicates: int
    conflicts: int
    parked: int
    rejected: int
    lines: int
    points: int
    failed: int

    @property
    def sales(self) -> int:
        """How many sales were tried."""
        return self.recorded + self.corrected + self.duplicates + self.conflicts + self.parked + self.rejected
